package main

import (
	"context"
	"io"
	"net/http"
	"testing"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/telemetry"
)

// TestTraceOfTheInvocation gives the handler a context as aws-lambda-go makes it. The whole way to the worker is tested in infra/local, where the
// SDK's own header, which SQS takes for a trace as well, would hide that this one is missing.
func TestTraceOfTheInvocation(t *testing.T) {
	const header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	for name, test := range map[string]struct{ value, want any }{
		"traced":            {header, header},
		"not traced":        {nil, ""},
		"of another form":   {1, ""},
		"an empty header's": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sent := &taken{}
			door := &frontDoor{secrets: &known{live: []argyle.Secret{"s3cret"}}, queues: sent, log: telemetry.New(io.Discard, "", "")}
			ctx := context.WithValue(t.Context(), "x-amzn-trace-id", test.value) //nolint:revive,staticcheck // aws-lambda-go's own key
			answer, err := door.handle(ctx, onTheWire(t, delivered(body, "s3cret")))
			if err != nil || answer.StatusCode != http.StatusAccepted || len(sent.messages) != 1 {
				t.Fatalf("answer %d, %v, %d messages", answer.StatusCode, err, len(sent.messages))
			}
			if got := sent.messages[0].Trace; got != test.want {
				t.Errorf("trace %q, want %q", got, test.want)
			}
		})
	}
}
