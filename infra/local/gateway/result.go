package gateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// result is a function's answer in payload format 2.0.
type result struct {
	StatusCode      int
	Headers         map[string]any
	Cookies         []string
	Body            string
	IsBase64Encoded bool
}

// writeResult answers with what a function returned. JSON without a statusCode is a 200 with that JSON as its body; a statusCode that is none,
// and anything that is no JSON, is the function's fault.
func writeResult(w http.ResponseWriter, returned []byte) {
	var fields map[string]json.RawMessage
	isObject := json.Unmarshal(returned, &fields) == nil && fields != nil
	if _, ok := fields["statusCode"]; !isObject || !ok {
		writePlain(w, returned)
		return
	}
	var out result
	body, err := decodeResult(returned, &out)
	if err != nil {
		answer(w, http.StatusInternalServerError, internal)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	for name, value := range out.Headers {
		h.Set(name, fmt.Sprint(value))
	}
	for _, cookie := range out.Cookies {
		h.Add("Set-Cookie", cookie)
	}
	w.WriteHeader(out.StatusCode)
	_, _ = w.Write(body)
}

// writePlain answers with a function's value itself; a string loses its quotes.
func writePlain(w http.ResponseWriter, returned []byte) {
	if !json.Valid(returned) {
		answer(w, http.StatusInternalServerError, internal)
		return
	}
	text := string(returned)
	if strings.HasPrefix(text, `"`) {
		_ = json.Unmarshal(returned, &text)
	}
	answer(w, http.StatusOK, text)
}

func decodeResult(returned []byte, out *result) ([]byte, error) {
	if err := json.Unmarshal(returned, out); err != nil {
		return nil, fmt.Errorf("reading the function's answer: %w", err)
	}
	if out.StatusCode < 200 || out.StatusCode > 599 {
		return nil, fmt.Errorf("the function answered with status %d", out.StatusCode)
	}
	if !out.IsBase64Encoded {
		return []byte(out.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(out.Body)
	if err != nil {
		return nil, fmt.Errorf("decoding the function's body: %w", err)
	}
	return body, nil
}
