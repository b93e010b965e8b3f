package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/telemetry"
)

// applied is an Applier that keeps what it was given, and fails as a test says.
type applied struct {
	mu       sync.Mutex
	evidence []status.Record
	fail     func(ctx context.Context, evidence status.Record) error
}

func (a *applied) Apply(ctx context.Context, evidence status.Record) (status.Change, error) {
	a.mu.Lock()
	a.evidence = append(a.evidence, evidence)
	a.mu.Unlock()
	if a.fail != nil {
		if err := a.fail(ctx, evidence); err != nil {
			return status.Change{}, err
		}
	}
	return status.Change{New: evidence, Changed: true, Conflicts: 1}, nil
}

// event is a signed body as a worker gets it.
func event(name, account, more string) string {
	return fmt.Sprintf(`{"event": %q, "name": "test", "data": {"user": "user-of-%s", "account": %q%s}}`, name, account, account, more)
}

// sent is a batch of messages "0", "1", … received now.
func sent(bodies ...string) events.SQSEvent {
	var batch events.SQSEvent
	for i, body := range bodies {
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId:  strconv.Itoa(i),
			Body:       body,
			Attributes: map[string]string{"SentTimestamp": strconv.FormatInt(time.Now().UnixMilli(), 10), "ApproximateReceiveCount": "3"},
		})
	}
	return batch
}

// work hands a batch to a worker and returns the ids of the messages that failed, and the log.
func work(t *testing.T, applier Applier, batch events.SQSEvent) (failed []string, log string) {
	t.Helper()
	var out bytes.Buffer
	answer, err := Worker(applier, telemetry.New(&out, "accounts", ""))(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	if answer.BatchItemFailures == nil {
		t.Error("the list is nil: Lambda would delete every message")
	}
	for _, failure := range answer.BatchItemFailures {
		failed = append(failed, failure.ItemIdentifier)
	}
	return failed, out.String()
}

// line is the one log line with that message.
func line(t *testing.T, log, msg string) map[string]any {
	t.Helper()
	var found map[string]any
	for text := range strings.Lines(log) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(text), &fields); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if fields["msg"] == msg {
			if found != nil {
				t.Errorf("more than one line %q: %s", msg, log)
			}
			found = fields
		}
	}
	if found == nil {
		t.Errorf("no line %q: %s", msg, log)
	}
	return found
}

func TestEvidenceIsFoldedPerRecord(t *testing.T) {
	applier := &applied{}
	failed, log := work(t, applier, sent(
		event("accounts.connected", "a", ""),
		event("accounts.connected", "b", ""),
		event("accounts.connected", "a", ""),
		event("accounts.failed", "a", `, "error_code": "invalid_credentials"`),
		event("accounts.updated", "c", ""), // proves nothing
	))
	if failed != nil {
		t.Errorf("failed: %v", failed)
	}
	var accounts []string
	for _, evidence := range applier.evidence {
		accounts = append(accounts, evidence.Account)
	}
	if len(accounts) != 2 || accounts[0] == accounts[1] {
		t.Errorf("applied %v, want a and b once each", accounts)
	}
	got := line(t, log, "batch")
	for name, want := range map[string]float64{"messages": 5, "records": 2, "written": 2, "unchanged": 0, "failed": 0, "late": 0, "conflicts": 2} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if got["_aws"] == nil {
		t.Error("the batch's line carries no metrics")
	}
}

func count(words map[string]int, word string) { words[word]++ }

func TestMessagesFailAlone(t *testing.T) {
	panics := func(_ context.Context, evidence status.Record) error {
		if evidence.Account == "bad" {
			count(nil, "123-45-6789")
		}
		return nil
	}
	for name, c := range map[string]struct {
		bodies []string
		fail   func(context.Context, status.Record) error
		failed []string
		reason string
	}{
		"no event": {
			[]string{event("accounts.connected", "a", ""), `{"ssn": "canary"}`, event("accounts.connected", "b", "")},
			nil,
			[]string{"1"},
			"not an event",
		},
		"impossible data": {
			[]string{event("paystubs.fully_synced", "a", `, "available_count": -1`), event("paystubs.fully_synced", "a", `, "available_count": 2`)},
			nil,
			[]string{"0"},
			"data.available_count: not a whole number of at least zero",
		},
		"data of a wrong type": {
			[]string{event("paystubs.fully_synced", "a", `, "available_count": "canary"`), event("accounts.connected", "b", "")},
			nil,
			[]string{"0"},
			"data.available_count",
		},
		"a record that is refused": {
			[]string{event("accounts.connected", "bad", ""), event("accounts.connected", "good", ""), event("accounts.failed", "bad", "")},
			func(_ context.Context, evidence status.Record) error {
				if evidence.Account == "bad" {
					return errors.New("table: refused")
				}
				return nil
			},
			[]string{"0", "2"},
			"table: refused",
		},
		"a record that panics": {
			[]string{event("accounts.connected", "bad", ""), event("accounts.connected", "good", "")},
			panics,
			[]string{"0"},
			"panic: assignment to entry in nil map at shared/queue.",
		},
		"all": {
			[]string{event("accounts.connected", "bad", ""), "canary"},
			panics,
			[]string{"0", "1"},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			failed, log := work(t, &applied{fail: c.fail}, sent(c.bodies...))
			if diff := cmp.Diff(c.failed, failed); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(log, "canary") || strings.Contains(log, "123-45-6789") {
				t.Errorf("the log shows data: %s", log)
			}
			if got := line(t, log, "batch")["failed"]; got != float64(len(c.failed)) {
				t.Errorf("failed is %v", got)
			}
			if len(c.failed) != 1 {
				return
			}
			got := line(t, log, "message failed")
			if reason, _ := got["reason"].(string); !strings.Contains(reason, c.reason) {
				t.Errorf("reason %q", reason)
			}
			if got["message_id"] != c.failed[0] || got["receive_count"] != "3" || got["level"] != "ERROR" {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestEmptyBatch(t *testing.T) {
	failed, log := work(t, &applied{}, events.SQSEvent{})
	if failed != nil {
		t.Errorf("failed: %v", failed)
	}
	line(t, log, "batch")
}

func TestAnswerEncodesAList(t *testing.T) {
	answer, err := Worker(&applied{}, telemetry.New(&bytes.Buffer{}, "accounts", ""))(t.Context(), sent(event("accounts.connected", "a", "")))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(answer)
	if got := string(encoded); err != nil || got != `{"batchItemFailures":[]}` {
		t.Errorf("%s (%v)", got, err)
	}
}

func TestReceiveTime(t *testing.T) {
	stamped := func(at time.Time) events.SQSEvent {
		batch := sent(event("accounts.connected", "a", ""))
		text := strconv.FormatInt(at.UnixMilli(), 10)
		batch.Records[0].MessageAttributes = map[string]events.SQSMessageAttribute{AttributeReceivedAt: {DataType: "Number", StringValue: &text}}
		return batch
	}
	for name, test := range map[string]func(t *testing.T, now time.Time){
		"the attribute's": func(t *testing.T, now time.Time) {
			applier, at := &applied{}, now.Add(-5*time.Second)
			work(t, applier, stamped(at))
			if got := applier.evidence[0].Signalled.ReceivedAt; got != status.Millis(at.UnixMilli()) {
				t.Errorf("received at %v", got.Time())
			}
		},
		"28 days ago": func(t *testing.T, now time.Time) {
			applier := &applied{}
			if failed, _ := work(t, applier, stamped(now.Add(-status.MaxEvidenceAge))); failed != nil || len(applier.evidence) != 1 {
				t.Errorf("failed %v, applied %d", failed, len(applier.evidence))
			}
		},
		"longer ago": func(t *testing.T, now time.Time) {
			applier := &applied{}
			failed, log := work(t, applier, stamped(now.Add(-status.MaxEvidenceAge-time.Millisecond)))
			if failed != nil || len(applier.evidence) != 0 {
				t.Errorf("failed %v, applied %d: late evidence is refused and no failure", failed, len(applier.evidence))
			}
			if got := line(t, log, "evidence refused"); got["account"] != "a" {
				t.Errorf("%v", got)
			}
			if got := line(t, log, "batch"); got["late"] != 1.0 || got["failed"] != 0.0 {
				t.Errorf("%v", got)
			}
		},
		"unknown": func(t *testing.T, _ time.Time) {
			batch := sent(event("accounts.connected", "a", ""))
			delete(batch.Records[0].Attributes, "SentTimestamp")
			failed, log := work(t, &applied{}, batch)
			if len(failed) != 1 || !strings.Contains(log, "no receive time") {
				t.Errorf("failed %v: %s", failed, log)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, time.Now()) })
		})
	}
}

func TestNotesAreCountedAndLogged(t *testing.T) {
	_, log := work(t, &applied{}, sent(
		event("accounts.connected", "a", `, "resource": {"id": "other", "user": "user-of-a"}`),
		event("accounts.connected", "b", ""),
	))
	if got := line(t, log, "odd event"); got["reason"] != "foreign_resource" || got["account"] != "a" {
		t.Errorf("%v", got)
	}
	if got := line(t, log, "batch"); got["foreign_resource"] != 1.0 {
		t.Errorf("%v", got)
	}
}

func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &applied{fail: func(ctx context.Context, _ status.Record) error {
			select {
			case <-time.After(4 * time.Second):
				return nil
			case <-ctx.Done():
				return fmt.Errorf("table: %w", ctx.Err())
			}
		}}
		var bodies []string
		for i := range 20 {
			bodies = append(bodies, event("accounts.connected", "account-"+strconv.Itoa(i), ""))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var log bytes.Buffer
		began := time.Now()
		answer, err := Worker(slow, telemetry.New(&log, "accounts", ""))(ctx, sent(bodies...))
		if err != nil || ctx.Err() != nil || time.Since(began) > 9500*time.Millisecond {
			t.Fatalf("answered after %v (%v)", time.Since(began), err)
		}
		// Two rounds of four end in time; the third is begun with 1.5 s left and cut off; the rest is not begun.
		if got := len(answer.BatchItemFailures); got != 12 {
			t.Errorf("%d failures", got)
		}
		if len(slow.evidence) != 12 {
			t.Errorf("%d records were begun", len(slow.evidence))
		}
		if got := strings.Count(log.String(), errOutOfTime.Error()); got != 8 {
			t.Errorf("%d messages say that they were not begun", got)
		}
	})
}

func TestHostileIDsMakeShortLines(t *testing.T) {
	id := strings.Repeat(`\u0000`, 3000)
	body := strings.ReplaceAll(`{"event": "accounts.connected", "data": {"user": "ID", "account": "ID"}}`, "ID", id)
	applier := &applied{fail: func(context.Context, status.Record) error { return errors.New("table: refused") }}
	failed, log := work(t, applier, sent(body))
	if len(failed) != 1 {
		t.Errorf("failed %v", failed)
	}
	for text := range strings.Lines(log) {
		if len(text) >= telemetry.MaxLine {
			t.Errorf("a line of %d bytes", len(text))
		}
	}
}
