package status

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// canonical encodes a composite as JSON with sorted keys, where an empty string, an empty list, a missing pointer and a clock that is never are
// null. It settles ties: which side wins is of no meaning, that every reader picks the same side is.
func canonical(composite any) string {
	value := reflect.ValueOf(composite).Elem()
	fields := make(map[string]any, value.NumField())
	for i := range value.NumField() {
		field := value.Field(i)
		switch {
		case field.IsZero() && nullWhenZero(field):
			fields[value.Type().Field(i).Tag.Get("json")] = nil
		default:
			fields[value.Type().Field(i).Tag.Get("json")] = field.Interface()
		}
	}
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		panic(fmt.Sprintf("status: composites are strings and numbers, which always encode: %v", err))
	}
	return encoded.String()
}

// nullWhenZero: a count of zero is a number, a moment of zero is none.
func nullWhenZero(field reflect.Value) bool {
	return field.Kind() != reflect.Int64 && field.Kind() != reflect.Int || field.Type() == reflect.TypeFor[Millis]()
}
