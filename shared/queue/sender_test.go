package queue

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

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/telemetry"
)

// clientAt is a function's client of an SQS at url.
func clientAt(url string) *sqs.Client {
	return NewClient(lambdaenv.Service{
		Region:   "us-east-1",
		Endpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

// hang answers nothing until the client is gone, which a server notices only once it has read the body.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// TestTrouble sends to servers that fail as SQS may fail, and takes the time: the front door has 5 s for everything.
func TestTrouble(t *testing.T) {
	const most = 4200 * time.Millisecond // three attempts of 1.2 s, two pauses of 0.2 s, and some air
	for name, c := range map[string]struct {
		serve    http.HandlerFunc
		attempts int32
		least    time.Duration
		cause    string
	}{
		"hangs": {
			hang,
			attempts, 3 * attemptTimeout, "Client.Timeout exceeded while awaiting headers",
		},
		"hangs within its answer": {
			func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Length", "100")
				w.WriteHeader(http.StatusOK)
				w.(http.Flusher).Flush()
				hang(w, r)
			},
			// On loopback an answer can begin before net/http has seen that the request's body is at its end; then the attempt fails at once.
			attempts, attemptTimeout, "",
		},
		"breaks off": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			attempts, 0, "EOF",
		},
		"is ill": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
			attempts, 0, "",
		},
		"is throttled": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(`{"__type": "com.amazonaws.sqs#RequestThrottled", "message": "slow down"}`))
			},
			attempts, 0, "RequestThrottled: slow down",
		},
		"refuses": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(`{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no such queue"}`))
			},
			1, 0, "QueueDoesNotExist: no such queue",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				c.serve(w, r)
			}))
			defer server.Close()
			sender := NewSender(clientAt(server.URL), map[string]string{"accounts": server.URL + "/000000000000/accounts"})

			began := time.Now()
			err := sender.Send(t.Context(), "accounts", Message{Body: []byte(`{"ssn": "canary"}`), Event: "accounts.added", ReceivedAt: received0})
			took := time.Since(began)
			if !errors.Is(err, ErrUnavailable) || took < c.least || took > most || asked.Load() != c.attempts {
				t.Errorf("%d attempts in %v: %v", asked.Load(), took, err)
			}
			cause := telemetry.Cause(err)
			if !strings.Contains(cause, c.cause) || strings.Contains(cause, "canary") || strings.Contains(err.Error(), "canary") {
				t.Errorf("cause %q of %v", cause, err)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	_ = listener.Close()
	sender := NewSender(clientAt(url), map[string]string{"accounts": url + "/000000000000/accounts"})
	began := time.Now()
	err = sender.Send(t.Context(), "accounts", Message{Body: []byte("{}"), ReceivedAt: received0})
	if !errors.Is(err, ErrUnavailable) || time.Since(began) > time.Second || !strings.Contains(telemetry.Cause(err), "connection refused") {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

func TestSendEndsWithTheContext(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(hang))
	defer server.Close()
	sender := NewSender(clientAt(server.URL), map[string]string{"accounts": server.URL + "/000000000000/accounts"})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := sender.Send(ctx, "accounts", Message{Body: []byte("{}")}); !errors.Is(err, ErrUnavailable) || time.Since(began) > time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

// never is an SQS that must not be asked.
type never struct{ Client }

func TestNotSent(t *testing.T) {
	sender := NewSender(never{}, map[string]string{"accounts": "http://127.0.0.1/"})
	message := Message{Event: "accounts.added", RequestID: "id", ReceivedAt: received0}
	message.Body = make([]byte, MaxSize-message.Size()+1)
	if err := sender.Send(t.Context(), "accounts", message); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a byte too much: %v", err)
	}
	if err := sender.Send(t.Context(), "gigs", Message{}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("a family without a queue: %v", err)
	}
}
