package soak

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/local/mapping"
)

// good and bad are deliveries that want to be taken and refused.
var (
	good = delivery{status: 202, reason: "accepted", worker: true}
	bad  = delivery{status: 401, reason: "bad_signature"}
)

func message(requestID string, receives int) mapping.Message {
	stamp := strconv.FormatInt(start.UnixMilli(), 10)
	return mapping.Message{
		MessageID: "message of " + requestID, Body: "{}",
		Attributes:        map[string]string{"ApproximateReceiveCount": strconv.Itoa(receives)},
		MessageAttributes: map[string]mapping.Attribute{"request_id": {StringValue: &requestID}, "received_at": {StringValue: &stamp}},
	}
}

func TestLedger(t *testing.T) {
	accepted := func(id string) answer { return answer{id: id, status: 202, reason: "accepted", at: time.Now()} }
	refused := func(id string) answer { return answer{id: id, status: 401, reason: "bad_signature"} }
	for _, c := range []struct {
		name string
		play func(*ledger)
		want Report
		fail string // in a line of Unmet
	}{
		{
			"taken and applied",
			func(l *ledger) {
				l.answered(good, accepted("a"))
				l.take("accounts", []mapping.Message{message("a", 1)})
				l.succeed("accounts", []mapping.Message{message("a", 1)})
			},
			Report{Deliveries: 1, Acked: 1, Receives: 1},
			"",
		},
		{
			"acknowledged and never taken",
			func(l *ledger) { l.answered(good, accepted("a")) },
			Report{Deliveries: 1, Acked: 1, Lost: 1, Receives: 1},
			"1 acknowledged deliveries are lost",
		},
		{
			"taken by the unrouted queue",
			func(l *ledger) { l.answered(good, accepted("a")); l.see("a") },
			Report{Deliveries: 1, Acked: 1, Receives: 1},
			"",
		},
		{
			"refused",
			func(l *ledger) { l.answered(bad, refused("a")) },
			Report{Deliveries: 1, Refused: map[string]int{"bad_signature": 1}, Receives: 1},
			"",
		},
		{
			"refused and taken",
			func(l *ledger) {
				l.answered(bad, refused("a"))
				l.take("accounts", []mapping.Message{message("a", 1)})
			},
			Report{Deliveries: 1, Refused: map[string]int{"bad_signature": 1}, Leaked: 1, Receives: 1},
			"1 refused deliveries were taken",
		},
		{
			"a bad one accepted",
			func(l *ledger) { l.answered(bad, accepted("a")); l.see("a") },
			Report{Deliveries: 1, Acked: 1, Strange: map[string]int{"202 accepted instead of 401 bad_signature": 1}, Receives: 1},
			"1 deliveries were answered 202 accepted instead of 401 bad_signature",
		},
		{
			"no answer, and taken all the same",
			func(l *ledger) {
				l.answered(good, answer{})
				l.take("accounts", []mapping.Message{message("a", 1)})
			},
			Report{Deliveries: 1, Unanswered: 1, Receives: 1},
			"",
		},
		{
			"redelivered, with conflicts",
			func(l *ledger) {
				l.take("accounts", []mapping.Message{message("a", 1), message("b", 1)})
				l.take("accounts", []mapping.Message{message("a", 2), message("b", 2)})
				l.take("accounts", []mapping.Message{message("b", 3)})
				for _, line := range []string{`{"msg":"batch","conflicts":3}`, `{"msg":"batch","conflicts":1}`, `{"msg":"message failed","reason":"why"}`, "panic"} {
					if _, err := l.Write([]byte(line)); err != nil {
						t.Error(err)
					}
				}
			},
			Report{Redeliveries: 3, Receives: 3, Conflicts: 4, Failures: map[string]int{"why": 1}},
			"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLedger()
			c.play(l)
			got := l.report(0)
			for _, counts := range []*map[string]int{&c.want.Refused, &c.want.Strange, &c.want.Failures} {
				if *counts == nil {
					*counts = map[string]int{}
				}
			}
			got.PerSecond = 0
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			failed := slices.DeleteFunc(got.Unmet(), func(line string) bool { return strings.HasPrefix(line, "no trial:") })
			if strings.Join(failed, "\n") != c.fail {
				t.Errorf("unmet: %q, want %q", failed, c.fail)
			}
		})
	}
}

func TestLedgerKnowsWhatWaits(t *testing.T) {
	l := newLedger()
	l.answered(good, answer{id: "a", status: 202})
	l.answered(good, answer{id: "b", status: 202})
	l.answered(delivery{status: 202}, answer{id: "unrouted", status: 202})
	if got := l.behind(); got != 2 {
		t.Errorf("%d wait, want 2", got)
	}
	l.succeed("accounts", []mapping.Message{message("a", 1), message("early", 1)})
	l.answered(good, answer{id: "early", status: 202})
	if got := l.behind(); got != 1 {
		t.Errorf("%d wait, want 1", got)
	}
}
