package samples

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// encode writes v as a JSON file for people: indented, "<" and "&" as they are, a newline at the end.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding a sample event: %w", err)
	}
	return out.Bytes(), nil
}
