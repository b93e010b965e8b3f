package local

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"argyle-webhooks/shared/argyle"
)

// ackBudget is what an answer may take: a hung queue is given up after 5 s, and Argyle itself gives up after 10 s.
const ackBudget = 5500 * time.Millisecond

func TestADeliveryEndsInTheTable(t *testing.T) {
	t.Parallel()
	stack := ForTest(t)
	for _, name := range []string{"accounts.added", "accounts.connected"} {
		body := accountEvent(name, "u-delivery", "a-delivery")
		if r := post(t, stack.WebhookURL(), body, sign(body)); r.status != http.StatusAccepted {
			t.Fatalf("%s: %d %s", name, r.status, r.body)
		}
	}
	eventually(t, 10*time.Second, "record in the table", func() bool {
		return connectionStatus(t, stack.Stack, "u-delivery", "a-delivery") == "connected"
	})
	if len(stack.Taken("accounts")) < 2 {
		t.Error("the recording hook saw nothing")
	}
}

// TestTheTraceContinuesInTheWorker follows the trace header that the Runtime API gives the front door to the message that the worker takes.
func TestTheTraceContinuesInTheWorker(t *testing.T) {
	t.Parallel()
	stack := ForTest(t)
	body := accountEvent("accounts.connected", "u-trace", "a-trace")
	if r := post(t, stack.WebhookURL(), body, sign(body)); r.status != http.StatusAccepted {
		t.Fatalf("%d %s", r.status, r.body)
	}
	trace := ""
	eventually(t, 10*time.Second, "message at the worker", func() bool {
		for _, message := range stack.Taken("accounts") {
			if message.Body == string(body) {
				trace = message.Attributes["AWSTraceHeader"]
				return true
			}
		}
		return false
	})
	if !strings.HasPrefix(trace, "Root=1-") || !strings.Contains(trace, ";Parent=") {
		t.Errorf("the message's AWSTraceHeader is %q, want that of the front door's invocation", trace)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	stack := ForTest(t)
	good := accountEvent("accounts.connected", "u-answers", "a-answers")
	tests := []struct {
		name, path string
		body       []byte
		signature  string
		status     int
		want       string
	}{
		{"taken", "", good, sign(good), 202, ""},
		{"taken, signature in upper case", "", good, strings.ToUpper(sign(good)), 202, ""},
		{"no signature", "", good, "", 401, `"reason"`},
		{"wrong signature", "", good, argyle.Sign(good, "another"), 401, `"reason"`},
		{"malformed signature", "", good, "abc", 401, `"reason"`},
		{"changed by a space", "", append([]byte(" "), good...), sign(good), 401, `"reason"`},
		{"signed but no event", "", []byte(`[]`), sign([]byte(`[]`)), 400, `"reason"`},
		{"no such path", "/other", good, sign(good), 404, `{"message":"Not Found"}`},
		{"too large for SQS", "", huge(2 << 20), sign(huge(2 << 20)), 413, `"reason"`},
		{"too large for Lambda", "", huge(7 << 20), sign(huge(7 << 20)), 413, `{"message":"Request Entity Too Large"}`},
		{"too large for the gateway", "", huge(11 << 20), sign(huge(11 << 20)), 413, `{"message":"Request Entity Too Large"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := post(t, stack.WebhookURL()+tt.path, tt.body, tt.signature)
			if r.status != tt.status || !strings.Contains(r.body, tt.want) {
				t.Errorf("answered %d %s, want %d with %s", r.status, r.body, tt.status, tt.want)
			}
			if r.took > ackBudget {
				t.Errorf("took %v, want at most %v", r.took, ackBudget)
			}
			t.Logf("%d in %v", r.status, r.took.Round(100*time.Microsecond))
		})
	}
	t.Run("another method", func(t *testing.T) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, stack.WebhookURL(), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if r := do(t, request); r.status != http.StatusNotFound {
			t.Errorf("GET answered %d, want 404", r.status)
		}
	})
	t.Run("health", func(t *testing.T) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, stack.URL()+HealthPath, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if r := do(t, request); r.status != http.StatusOK || !strings.Contains(r.body, `"up":true`) {
			t.Errorf("health answered %d %s", r.status, r.body)
		}
	})
}

// huge is an event of about size bytes.
func huge(size int) []byte {
	return event("accounts.connected", fmt.Sprintf(`{"account": "a-huge", "user": "u-huge", "more": %q}`, strings.Repeat("x", size)))
}

func TestAnUnknownEventIsKeptInTheUnroutedQueue(t *testing.T) {
	t.Parallel()
	stack := ForTest(t)
	body := accountEvent("accounts.frozen", "u-unrouted", "a-unrouted")
	if r := post(t, stack.WebhookURL(), body, sign(body)); r.status != http.StatusAccepted {
		t.Fatalf("answered %d %s", r.status, r.body)
	}
	eventually(t, 5*time.Second, "message in the queue", func() bool {
		for _, m := range messages(t, stack.Stack, "UnroutedQueue") {
			if *m.Body == string(body) && *m.MessageAttributes["event"].StringValue == "accounts.frozen" {
				return true
			}
		}
		return false
	})
}

func TestPoisonEndsInTheDeadLetterQueueWhileOthersSucceed(t *testing.T) {
	t.Parallel()
	stack := ForTest(t)
	// Signed, an event of the catalogue, and of no use: a count that is negative.
	poison := event("paystubs.added", `{"account": "a-poison", "user": "u-poison", "available_count": -1}`)
	good := event("paystubs.added", `{"account": "a-good", "user": "u-poison", "available_count": 3}`)
	for _, body := range [][]byte{poison, good} {
		if r := post(t, stack.WebhookURL(), body, sign(body)); r.status != http.StatusAccepted {
			t.Fatalf("answered %d %s", r.status, r.body)
		}
	}
	eventually(t, 5*time.Second, "the good one in the table", func() bool { return item(t, stack.Stack, "u-poison", "a-good") != nil })
	eventually(t, 30*time.Second, "poison in the dead-letter queue", func() bool {
		for _, m := range messages(t, stack.Stack, "PaystubsDeadLetterQueue") {
			if *m.Body == string(poison) {
				return true
			}
		}
		return false
	})
	// By message, not by body: a busy machine may have queued a delivery whose answer came too late for the sender, which then sent it again.
	dead := messages(t, stack.Stack, "PaystubsDeadLetterQueue")
	received, died := map[string]int{}, map[string]bool{}
	for _, m := range dead {
		died[*m.MessageId] = true
	}
	for _, m := range stack.Taken("paystubs") {
		if m.Body == string(poison) {
			received[m.MessageID]++
		}
		if m.Body == string(good) && m.Attributes["ApproximateReceiveCount"] != "1" {
			t.Error("the good one came a second time")
		}
	}
	inTheEnd := 0
	for id, times := range received {
		if !died[id] && times < 10 {
			continue // a second copy that is still on its way there
		}
		inTheEnd++
		if times != 10 {
			t.Errorf("poison %s was received %d times, want the template's 10", id, times)
		}
	}
	if inTheEnd == 0 {
		t.Errorf("no poison that was taken is in the dead-letter queue; taken: %v", received)
	}
	if logLine(stack, "message failed", "a-poison", "available_count", "whole number") == "" {
		t.Errorf("no log line says what is wrong with it; the log:\n%s", stack.Logs())
	}
}
