package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"argyle-webhooks/shared/argyle"
)

const (
	// patience is how long Argyle is said to wait for an answer.
	patience = 10 * time.Second
	// retryPause is the pause before the one further attempt that Argyle is said to make when there is no answer or a 5xx. Argyle's own is 30 s.
	retryPause = time.Second
	// requestIDHeader is the header in which an HTTP API names the request.
	requestIDHeader = "Apigw-Requestid"
)

// answer is what came back for one request; status 0 is no answer.
type answer struct {
	id     string
	status int
	reason string
	at     time.Time
}

// client posts deliveries to one webhook URL.
type client struct {
	http *http.Client
	base string // the gateway's
	path string // the webhook's
}

func newClient(base, path string, atOnce int) *client {
	return &client{
		http: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}},
		base: base, path: path,
	}
}

// close ends the connections.
func (c *client) close() { c.http.CloseIdleConnections() }

// deliver posts a delivery, and once more if there was trouble. retried is called before that.
func (c *client) deliver(ctx context.Context, d delivery, retried func()) answer {
	a, err := c.post(ctx, d)
	if err == nil && a.status < 500 {
		return a
	}
	select {
	case <-time.After(retryPause):
	case <-ctx.Done():
		return answer{}
	}
	retried()
	if a, err = c.post(ctx, d); err != nil {
		return answer{}
	}
	return a
}

func (c *client) post(ctx context.Context, d delivery) (answer, error) {
	path := c.path
	if d.path != "" {
		path = d.path
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(d.body))
	if err != nil {
		return answer{}, fmt.Errorf("delivering to %s: %w", c.base, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "argylectl")
	if d.signature != "" {
		request.Header.Set(argyle.SignatureHeader, d.signature)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, fmt.Errorf("delivering: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end below
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return answer{}, fmt.Errorf("reading the answer: %w", err)
	}
	return answer{id: response.Header.Get(requestIDHeader), status: response.StatusCode, reason: reason(text), at: time.Now()}, nil
}

// reason is the front door's reason code, or what the gateway says in its place, in the same form.
func reason(text []byte) string {
	var said struct {
		Reason  string `json:"reason"`
		Message string `json:"message"`
	}
	if json.Unmarshal(text, &said) != nil {
		return "not_json"
	}
	if said.Reason == "" {
		return strings.ToLower(strings.ReplaceAll(said.Message, " ", "_"))
	}
	return said.Reason
}
