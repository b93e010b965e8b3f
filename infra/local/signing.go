package local

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// SigningSecret is the secret that deliveries to the local stack are signed with: the literal in [SecretVariable], without white space around
// it, as the front door reads it; [DefaultSecret] where the variable is not set; empty, so that there is none, where it is set but
// empty.
func SigningSecret() string {
	if literal, set := os.LookupEnv(SecretVariable); set {
		return strings.TrimSpace(literal)
	}
	return DefaultSecret
}

// SecretString is what Secrets Manager holds for one literal secret: the literal, or, where that begins as an object would, the form
// {"secrets": […]}, so that it is read as the literal it is.
func SecretString(literal string) (string, error) {
	if !strings.HasPrefix(literal, "{") {
		return literal, nil
	}
	object, err := json.Marshal(map[string][]string{"secrets": {literal}})
	if err != nil {
		return "", fmt.Errorf("writing the signing secret as JSON: %w", err)
	}
	return string(object), nil
}
