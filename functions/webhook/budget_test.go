package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/secret"
	"argyle-webhooks/shared/telemetry"
)

// Whatever hangs, the answer comes within the budget.
func TestBudget(t *testing.T) {
	hang := taken{fail: func(ctx context.Context) error {
		<-ctx.Done()
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, ctx.Err())
	}}
	for name, c := range map[string]one{
		"queue":            {queue: hang},
		"secret and queue": {queue: hang, secrets: known{live: []argyle.Secret{"old"}, after: []argyle.Secret{"s3cret"}, wait: 800 * time.Millisecond}, refreshed: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				c.status, c.reason, c.metrics = 503, "queue_unavailable", []string{"unavailable"}
				c.run(t)
				if took := time.Since(began); took > budget {
					t.Errorf("answered after %v", took)
				}
			})
		})
	}
}

// serve answers as a service of AWS, or hangs until the client is gone.
func serve(t *testing.T, answer string) lambdaenv.Service {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server notices that its client is gone only once it has read the body
		if answer == "" {
			<-r.Context().Done()
			return
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return lambdaenv.Service{
		Region: "us-east-1", Endpoint: &server.URL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}
}

// TestHungServices wires the front door as main does, to services that take a connection and never answer.
func TestHungServices(t *testing.T) {
	const works = `{"SecretString": "s3cret"}`
	for name, c := range map[string]struct {
		secrets, sqs string
		reason       string
		metric       string
		least, most  time.Duration
	}{
		"SQS":             {works, "", "queue_unavailable", "unavailable", 3600 * time.Millisecond, budget},
		"Secrets Manager": {"", "", "no_secret", "unavailable", 800 * time.Millisecond, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log, quiet bytes.Buffer
			sqs := serve(t, c.sqs)
			door := &frontDoor{
				secrets: secret.New(secret.NewClient(serve(t, c.secrets)), "arn", telemetry.New(&quiet, "", "")),
				queues:  queue.NewSender(queue.NewClient(sqs), map[string]string{argyle.FamilyAccounts: *sqs.Endpoint + "/000000000000/accounts"}),
				log:     telemetry.New(&log, "", ""),
			}
			request := delivered(body, "s3cret")
			began := time.Now()
			response, err := door.handle(t.Context(), onTheWire(t, request))
			took := time.Since(began)
			if err != nil || response.StatusCode != http.StatusServiceUnavailable || response.Body != `{"reason": "`+c.reason+`"}` {
				t.Errorf("%d %s (%v)", response.StatusCode, response.Body, err)
			}
			if took < c.least || took > c.most {
				t.Errorf("answered after %v", took)
			}
			t.Logf("%v: %s", took, log.String())
			checkLine(t, log.String(), []string{c.metric}, request)
		})
	}
}
