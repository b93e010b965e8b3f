package soak

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

// refusal makes of a good delivery one that must be refused, each kind about as often, but for the large ones, which cost the most.
func (s *script) refusal(good delivery) delivery {
	bad := good
	bad.worker = false
	bad.status, bad.reason = http.StatusUnauthorized, "bad_signature"
	switch s.random.IntN(16) {
	case 0, 1:
		bad.signature, bad.reason = "", "missing_signature"
	case 2, 3:
		bad.signature = argyle.Sign(good.body, "another secret")
	case 4, 5:
		bad.signature = good.signature[1:]
	case 6, 7: // the same JSON in other bytes
		var compact bytes.Buffer
		if err := json.Compact(&compact, good.body); err != nil {
			panic(err) // encode wrote it
		}
		bad.body = compact.Bytes()
	case 8, 9: // somebody else's event under a signature that was seen
		bad.body = bytes.Replace(good.body, []byte(`"user": "`), []byte(`"user": "x`), 1)
	case 10, 11, 12:
		text := pick(s, `[]`, `null`, ``, `{"event": "accounts.added"}`, `{"event": 1, "data": {}}`, `{"event": "", "data": {}}`, "{\"event\": \"\xff\", \"data\": {}}")
		bad = s.signed(text, http.StatusBadRequest, "not_an_event")
	case 13, 14:
		bad.path, bad.status, bad.reason = "/webhooks/other", http.StatusNotFound, "not_found"
	default:
		text := strings.Replace(string(good.body), `"data": {`, `"padding": "`+strings.Repeat("x", queue.MaxSize)+`", "data": {`, 1)
		bad = s.signed(text, http.StatusRequestEntityTooLarge, "too_large")
	}
	return bad
}

func (s *script) signed(text string, status int, reason string) delivery {
	return delivery{body: []byte(text), signature: argyle.Sign([]byte(text), s.secret), status: status, reason: reason}
}
