package argyle_test

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"argyle-webhooks/shared/argyle"
)

// samples adds every sample body to a fuzz corpus.
func samples(f *testing.F, add func(body []byte)) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no samples:", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		add(body)
	}
}

// Only the very digits that Sign gives verify, in either case, and only over the very body.
func FuzzVerify(f *testing.F) {
	samples(f, func(body []byte) {
		f.Add(body, argyle.Sign(body, "first"), "first", "second")
		f.Add(body, argyle.Sign(body, "second"), "first", "second")
		f.Add(body, argyle.Sign(body, ""), "", "second")
	})
	f.Fuzz(func(t *testing.T, body []byte, header, first, second string) {
		secrets := []argyle.Secret{argyle.Secret(first), argyle.Secret(second)}
		matched, err := argyle.Verify(body, header, secrets)
		if (err == nil) != (matched >= 0) {
			t.Fatalf("matched %d with error %v", matched, err)
		}
		if err == nil {
			digits, _ := hex.DecodeString(header)
			if secrets[matched] == "" || hex.EncodeToString(digits) != argyle.Sign(body, secrets[matched]) {
				t.Fatalf("verified what Sign does not sign, with secret %d", matched)
			}
		}
		for i, secret := range secrets {
			if secret == "" {
				continue
			}
			// Two secrets can be one key: HMAC fills short ones up with zero bytes.
			own := argyle.Sign(body, secret)
			if got, err := argyle.Verify(body, own, secrets); err != nil || argyle.Sign(body, secrets[got]) != own {
				t.Fatalf("own signature with secret %d: %d, %v", i, got, err)
			}
		}
	})
}

// Whatever the body, Parse and Payload answer, with an event or with their own errors.
func FuzzParse(f *testing.F) {
	samples(f, func(body []byte) { f.Add(body) })
	f.Fuzz(func(t *testing.T, body []byte) {
		event, err := argyle.Parse(body)
		if err != nil {
			if !errors.Is(err, argyle.ErrNotAnEvent) {
				t.Fatalf("Parse: %v", err)
			}
			return
		}
		if event.Name == "" || !utf8.Valid(body) {
			t.Fatalf("took %q for an event", body)
		}
		payload, err := event.Payload()
		if err != nil {
			if !errors.Is(err, argyle.ErrUnusable) {
				t.Fatalf("Payload: %v", err)
			}
			return
		}
		if payload.User == "" || (payload.Account == "") != (payload.Family == argyle.FamilyUsers) {
			t.Fatalf("a payload without its ids: %+v", payload)
		}
		if payload.Available != nil && payload.Available.Count < 0 || payload.DaysSynced != nil && *payload.DaysSynced < 0 {
			t.Fatalf("a negative count: %+v", payload)
		}
	})
}
