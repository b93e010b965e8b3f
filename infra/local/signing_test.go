package local

import "testing"

func TestSigningSecret(t *testing.T) {
	if got := SigningSecret(); got != DefaultSecret {
		t.Errorf("without the variable: %q", got)
	}
	for value, want := range map[string]string{" abc\n": "abc", "": "", "  ": "", `{"secrets": ["a"]}`: `{"secrets": ["a"]}`} {
		t.Setenv(SecretVariable, value)
		if got := SigningSecret(); got != want {
			t.Errorf("%q is read as %q, want %q", value, got, want)
		}
	}
}

func TestSecretStringKeepsALiteral(t *testing.T) {
	for literal, want := range map[string]string{"abc": "abc", "": "", `{"secrets": ["a"]}`: `{"secrets":["{\"secrets\": [\"a\"]}"]}`} {
		if got, err := SecretString(literal); err != nil || got != want {
			t.Errorf("%q becomes %q, %v; want %q", literal, got, err, want)
		}
	}
}
