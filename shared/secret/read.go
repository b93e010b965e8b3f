package secret

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"argyle-webhooks/shared/argyle"
)

// ErrNone says that no usable secret is known.
var ErrNone = errors.New("secret: no signing secret")

// ErrStale says that the secrets which are known may not be all, since the last fetch failed.
var ErrStale = errors.New("secret: not made with a known one, and newer ones cannot be fetched")

var (
	errEmpty = errors.New("the secret's value is empty")
	errForm  = errors.New(`the secret's value must be one secret as plain text, or {"secrets": ["newest", "older"]} with at least one that is not blank`)
)

// Parse reads a SecretString: one secret as it is, or an object with the list of those that are live, newest first. White space around each is not
// part of it, and a blank one is none. What begins with a brace must be the object: a list with a typing error, taken for one literal
// secret, would refuse every delivery for good, while an error makes the old secrets stay.
func Parse(value string) ([]argyle.Secret, error) {
	value = strings.TrimSpace(value)
	if value == "" {
		return nil, errEmpty
	}
	if !strings.HasPrefix(value, "{") {
		return []argyle.Secret{argyle.Secret(value)}, nil
	}
	var object struct {
		Secrets []string `json:"secrets"`
	}
	if json.Unmarshal([]byte(value), &object) != nil { // its error would show what was read
		return nil, errForm
	}
	var secrets []argyle.Secret
	for _, secret := range object.Secrets {
		if secret = strings.TrimSpace(secret); secret != "" {
			secrets = append(secrets, argyle.Secret(secret))
		}
	}
	if len(secrets) == 0 {
		return nil, errForm
	}
	return secrets, nil
}

// Format is the SecretString of live secrets, newest first, as [Parse] reads it. Secrets that Parse would not give back are an error, which does not
// quote them.
func Format(secrets []argyle.Secret) (string, error) {
	value, err := json.Marshal(struct {
		Secrets []argyle.Secret `json:"secrets"`
	}{secrets})
	if err != nil {
		return "", errForm
	}
	if again, err := Parse(string(value)); err != nil || !slices.Equal(again, secrets) {
		return "", errForm
	}
	return string(value), nil
}
