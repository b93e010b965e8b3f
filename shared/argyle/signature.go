package argyle

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"errors"
)

// SignatureHeader is the HTTP header that carries a delivery's signature: the HMAC-SHA512 of the raw body as 128 hex digits, keyed with
// the UTF-8 bytes of the subscription's secret, without prefix, version or timestamp. v1 and v2 subscriptions sign alike.
// Source: https://docs.argyle.com/api-reference/webhooks, and deliveries seen.
const SignatureHeader = "X-Argyle-Signature"

// SourceIPs are the addresses that all of Argyle's environments deliver from.
// Source: https://docs.argyle.com/api-reference/webhooks, read in 2026.
var SourceIPs = []string{"34.27.251.226", "34.122.50.253", "35.188.163.115", "35.226.53.251"}

// A Secret signs the deliveries of one webhook subscription. The empty Secret signs nothing.
type Secret string

// What Verify returns when it refuses. The causes are told apart for operators; a sender learns no more than that it was refused.
var (
	// ErrNoSecret: none of the secrets given is usable, so nothing can be verified.
	ErrNoSecret = errors.New("argyle: no signing secret")
	// ErrMissingSignature: the delivery carries no signature.
	ErrMissingSignature = errors.New("argyle: no signature")
	// ErrMalformedSignature: the header is not exactly one value of 128 hex digits.
	ErrMalformedSignature = errors.New("argyle: signature is not 128 hex digits")
	// ErrSignatureMismatch: the signature was made with another secret or over other bytes.
	ErrSignatureMismatch = errors.New("argyle: signature does not match")
)

// Verify checks the signature of body, the raw bytes as they were received: Argyle signs pretty-printed JSON, so a body that was parsed and
// written again never verifies. header is the value of [SignatureHeader], its digits in either case. secrets are all that are live at
// the moment, since a rotation has two; empty ones are passed over. matched is the position in secrets of the one that signed, or -1.
//
// The error is one of ErrNoSecret, ErrMissingSignature, ErrMalformedSignature and ErrSignatureMismatch.
func Verify(body []byte, header string, secrets []Secret) (matched int, err error) {
	usable := false
	for _, secret := range secrets {
		usable = usable || secret != ""
	}
	if !usable {
		return -1, ErrNoSecret
	}
	if header == "" {
		return -1, ErrMissingSignature
	}
	signature, err := hex.DecodeString(header)
	if err != nil || len(signature) != sha512.Size {
		return -1, ErrMalformedSignature
	}
	for i, secret := range secrets {
		if secret != "" && hmac.Equal(signature, sum(body, secret)) {
			return i, nil
		}
	}
	return -1, ErrSignatureMismatch
}

// Sign returns the value that Argyle would send in [SignatureHeader] for body: 128 lower-case hex digits. It is for your own tests: sign a
// payload as the provider does and post it to your receiver.
func Sign(body []byte, secret Secret) string {
	return hex.EncodeToString(sum(body, secret))
}

func sum(body []byte, secret Secret) []byte {
	mac := hmac.New(sha512.New, []byte(secret))
	mac.Write(body)
	return mac.Sum(nil)
}
