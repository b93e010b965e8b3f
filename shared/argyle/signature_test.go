package argyle_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"argyle-webhooks/shared/argyle"
)

const body = "{\n  \"event\": \"accounts.connected\",\n  \"name\": \"made-up\",\n  \"data\": {}\n}"

// The expected digits were made with another implementation: printf '…' | openssl dgst -sha512 -hmac first
const signedByFirst = "30af545c2f8e163c164af6afd80f0c0b4b2cb3edcca24728872055b12346683fe1e271d288e61b23a0a7c73b5a72c652a5eea0730a5d4ce1c4ebd0b3c250de79"

func TestSignAgreesWithOpenSSL(t *testing.T) {
	if got := argyle.Sign([]byte(body), "first"); got != signedByFirst {
		t.Errorf("Sign = %s, want %s", got, signedByFirst)
	}
}

func TestVerify(t *testing.T) {
	two := []argyle.Secret{"first", "second"}
	bySecond := argyle.Sign([]byte(body), "second")
	byEmpty := argyle.Sign([]byte(body), "")
	cases := []struct {
		name    string
		body    string
		header  string
		secrets []argyle.Secret
		matched int
		err     error
	}{
		{"the newest secret", body, signedByFirst, two, 0, nil},
		{"an older secret", body, bySecond, two, 1, nil},
		{"upper-case digits", body, strings.ToUpper(signedByFirst), two, 0, nil},
		{"an empty secret is passed over and keeps the positions", body, bySecond, []argyle.Secret{"", "second"}, 1, nil},
		{"an empty body", "", argyle.Sign(nil, "first"), two, 0, nil},

		{"no signature", body, "", two, -1, argyle.ErrMissingSignature},
		{"another secret", body, argyle.Sign([]byte(body), "third"), two, -1, argyle.ErrSignatureMismatch},
		{"a secret that is a prefix", body, signedByFirst, []argyle.Secret{"firs"}, -1, argyle.ErrSignatureMismatch},
		{"a body that was written anew", `{"event":"accounts.connected","name":"made-up","data":{}}`, signedByFirst, two, -1, argyle.ErrSignatureMismatch},
		{"a body with a newline more", body + "\n", signedByFirst, two, -1, argyle.ErrSignatureMismatch},

		{"one digit less", body, signedByFirst[:127], two, -1, argyle.ErrMalformedSignature},
		{"one digit more", body, signedByFirst + "0", two, -1, argyle.ErrMalformedSignature},
		{"half of it", body, signedByFirst[:64], two, -1, argyle.ErrMalformedSignature},
		{"no hex digit", body, "g" + signedByFirst[1:], two, -1, argyle.ErrMalformedSignature},
		{"a prefix", body, "sha512=" + signedByFirst, two, -1, argyle.ErrMalformedSignature},
		{"white space around", body, " " + signedByFirst, two, -1, argyle.ErrMalformedSignature},
		{"two values, joined as the gateway does", body, signedByFirst + "," + signedByFirst, two, -1, argyle.ErrMalformedSignature},

		{"no secrets", body, signedByFirst, nil, -1, argyle.ErrNoSecret},
		{"only an empty secret, and a signature made with it", body, byEmpty, []argyle.Secret{""}, -1, argyle.ErrNoSecret},
		{"a signature made with the empty secret", body, byEmpty, []argyle.Secret{"", "second"}, -1, argyle.ErrSignatureMismatch},
		{"no secrets and no signature", body, "", nil, -1, argyle.ErrNoSecret},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			matched, err := argyle.Verify([]byte(c.body), c.header, c.secrets)
			if matched != c.matched || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Errorf("Verify = %d, %v; want %d, %v", matched, err, c.matched, c.err)
			}
		})
	}
}

func TestVerifyRefusesEverySingleCorruption(t *testing.T) {
	secrets := []argyle.Secret{"first"}
	for i := range len(body) {
		corrupt := []byte(body)
		corrupt[i] ^= 1
		if _, err := argyle.Verify(corrupt, signedByFirst, secrets); !errors.Is(err, argyle.ErrSignatureMismatch) {
			t.Errorf("body byte %d changed: %v", i, err)
		}
	}
	for i := range len(signedByFirst) {
		digit := byte('0')
		if signedByFirst[i] == digit {
			digit = '1'
		}
		corrupt := signedByFirst[:i] + string(digit) + signedByFirst[i+1:]
		if _, err := argyle.Verify([]byte(body), corrupt, secrets); !errors.Is(err, argyle.ErrSignatureMismatch) {
			t.Errorf("digit %d changed: %v", i, err)
		}
	}
}

func ExampleSign() {
	payload := []byte(`{"event": "accounts.connected", "name": "test", "data": {"account": "a-1", "user": "u-1"}}`)
	header := argyle.Sign(payload, "your-secret")

	matched, err := argyle.Verify(payload, header, []argyle.Secret{"your-secret"})
	fmt.Println(matched, err)
	// Output: 0 <nil>
}
