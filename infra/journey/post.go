package journey

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"argyle-webhooks/shared/argyle"
)

// Answer is what came back for one delivery.
type Answer struct {
	// Status is the HTTP status.
	Status int
	// Reason is the receiver's reason code, "" where the answer has none.
	Reason string
	// Took is the time from sending the request to the whole answer.
	Took time.Duration
}

// Taken says whether Argyle would count the delivery as done: any 2xx.
func (a Answer) Taken() bool { return a.Status >= 200 && a.Status < 300 }

// patience is how long Argyle is said to wait for an answer.
const patience = 10 * time.Second

// client delivers like Argyle: within [patience], and without following the receiver elsewhere.
var client = &http.Client{
	Timeout:       patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Post signs body with secret and delivers it to url as Argyle does. An empty secret sends no signature, as a subscription without a
// secret does. The error says that no answer came; a refusal is an answer.
func Post(ctx context.Context, url string, secret argyle.Secret, body []byte) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("delivering to %s: %w", url, err)
	}
	request.Header.Set("Accept", "*/*")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "argylectl")
	if secret != "" {
		request.Header.Set(argyle.SignatureHeader, argyle.Sign(body, secret))
	}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return Answer{}, fmt.Errorf("delivering: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end below
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return Answer{}, fmt.Errorf("reading the answer of %s: %w", url, err)
	}
	var said struct {
		Reason string `json:"reason"`
	}
	_ = json.Unmarshal(text, &said) // an answer that is not ours has no reason code
	return Answer{Status: response.StatusCode, Reason: said.Reason, Took: time.Since(began)}, nil
}
