package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"argyle-webhooks/infra/local"
)

func TestMain(m *testing.M) { local.Main(m) }

// answering answers every request alike, and fails the test for one that is not an unsigned delivery.
func answering(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/webhooks/argyle" || r.Header.Get("X-Argyle-Signature") != "" {
			t.Errorf("asked %s %s", r.Method, r.URL)
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/webhooks/argyle"
}

func impatient() *smoke {
	return &smoke{patience: time.Second, every: 20 * time.Millisecond, dial: (&net.Dialer{}).DialContext}
}

func TestSmoke(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		want   string // part of the error
	}{
		"refused as it must be":   {401, `{"reason": "missing_signature"}`, ""},
		"no secret":               {503, `{"reason": "no_secret"}`, "reads no signing secret"},
		"another's 401":           {401, `{"message": "Unauthorized"}`, "not the front door's own"},
		"a bad signature":         {401, `{"reason": "bad_signature"}`, "401 bad_signature, and not"},
		"queue":                   {503, `{"reason": "queue_unavailable"}`, "503 queue_unavailable: the front door runs and cannot work"},
		"the gateway's 503":       {503, `{"message": "Service Unavailable"}`, "503, the gateway's own"},
		"the gateway's 500":       {500, `{"message": "Internal Server Error"}`, "500, the gateway's own"},
		"no such route":           {404, `{"message": "Not Found"}`, "404: there is no such route"},
		"a domain without an API": {403, `{"message": "Forbidden"}`, "403: the domain is mapped to no API"},
		"throttled":               {429, `{"message": "Too Many Requests"}`, "429: the gateway throttles"},
		"taken":                   {202, `{"reason": "accepted"}`, "202 accepted: whatever answers there takes what nobody signed"},
		"a redirect":              {301, "", "301, want 401"},
		"no JSON":                 {401, `reason: missing_signature`, "not the front door's own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := impatient().check(t.Context(), answering(t, tt.status, tt.body))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
			if errors.Is(err, errNoSecret) != (name == "no secret") {
				t.Errorf("%v: no secret?", err)
			}
		})
	}
}

func TestSmokeWaits(t *testing.T) {
	t.Parallel()
	t.Run("for a new API to answer", func(t *testing.T) {
		t.Parallel()
		var asked atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) < 3 {
				http.Error(w, `{"message": "Not Found"}`, http.StatusNotFound)
				return
			}
			http.Error(w, `{"reason": "missing_signature"}`, http.StatusUnauthorized)
		}))
		defer server.Close()
		s := impatient()
		s.patience = 10 * time.Second
		if err := s.check(t.Context(), server.URL); err != nil || asked.Load() != 3 {
			t.Errorf("%v after %d attempts", err, asked.Load())
		}
	})
	t.Run("and says what the last whole answer was", func(t *testing.T) {
		t.Parallel()
		var asked atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a server notices that its client is gone only once it has read the body
			if asked.Add(1) > 1 {
				<-r.Context().Done()
				return
			}
			http.Error(w, "{}", http.StatusNotFound)
		}))
		defer server.Close()
		if err := impatient().check(t.Context(), server.URL); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("where nothing listens", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		if err := impatient().check(t.Context(), server.URL); err == nil || !strings.Contains(err.Error(), "no answer") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("with no address", func(t *testing.T) {
		t.Parallel()
		if err := impatient().check(t.Context(), "::"); err == nil || !strings.Contains(err.Error(), "no address to ask") {
			t.Errorf("error %v", err)
		}
	})
}

// withoutDNS dials, and does not know hooks.example.com.
func withoutDNS(ctx context.Context, network, address string) (net.Conn, error) {
	if strings.HasPrefix(address, "hooks.example.com:") {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "hooks.example.com", IsNotFound: true}}
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// A name without a DNS record is asked at its target, under its own name.
func TestSmokeBeforeDNS(t *testing.T) {
	t.Parallel()
	var host atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host.Store(r.Host)
		http.Error(w, `{"reason": "missing_signature"}`, http.StatusUnauthorized)
	}))
	defer server.Close()
	address := server.Listener.Addr().String()
	for _, target := range []string{"127.0.0.1", ""} {
		s := impatient()
		if target != "" {
			s.patience = 10 * time.Second // it ends with the answer
		}
		s.target = target
		s.dial = withoutDNS
		name := "hooks.example.com" + address[strings.LastIndex(address, ":"):]
		err := s.check(t.Context(), "http://"+name+"/webhooks/argyle")
		if (err == nil) != (target != "") || s.viaTarget.Load() != (target != "") {
			t.Errorf("target %q: %v, used: %v", target, err, s.viaTarget.Load())
		}
		if target != "" && host.Load() != name {
			t.Errorf("asked as %v", host.Load())
		}
	}
}

// The front door that is deployed answers what is wanted here.
func TestSmokeOnTheLocalStack(t *testing.T) {
	t.Parallel()
	t.Run("with a secret", func(t *testing.T) {
		s := impatient()
		s.patience = 10 * time.Second
		if err := s.check(t.Context(), local.ForTest(t).WebhookURL()); err != nil {
			t.Error(err)
		}
	})
	t.Run("without one", func(t *testing.T) {
		none, shared := "", local.ForTest(t)
		own := local.StartForTest(t, local.Options{Secret: &none, DynamoDBURL: shared.DynamoDBURL(), SQSURL: shared.SQSURL()})
		s := impatient()
		s.patience = 5 * time.Second
		if err := s.check(t.Context(), own.WebhookURL()); !errors.Is(err, errNoSecret) {
			t.Error(err)
		}
	})
}
