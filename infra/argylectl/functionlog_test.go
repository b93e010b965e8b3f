package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFunctionLogShowsTroubleInWords(t *testing.T) {
	fate := func(queue string) (string, int) {
		if queue != "PaystubsQueue" {
			return "", 0
		}
		return "PaystubsDeadLetterQueue", 10
	}
	failed := func(event, account, count string) string {
		return `{"level":"ERROR","msg":"message failed","reason":"why","event":"` + event + `","account":"` + account + `","user":"u1","receive_count":"` + count + `"}`
	}
	for _, c := range []struct{ name, line, want string }{
		{"all is well", `{"level":"INFO","msg":"batch"}`, ""},
		{"trouble without words for it", `{"level":"WARN","msg":"odd event"}`, `{"level":"WARN","msg":"odd event"}`},
		{"a panic", "panic: d", "panic: d"},
		{"a failure", failed("paystubs.added", "a1", "3"), "paystubs.added of a1 failed (3 of 10): why"},
		{"the last failure", failed("paystubs.added", "a1", "10"), "paystubs.added of a1 failed 10 times and goes to the PaystubsDeadLetterQueue: why"},
		{"a queue without dead letters", failed("users.fully_synced", "", "3"), "users.fully_synced of u1 failed (3): why"},
		{"an event that is not known", failed("accounts.frozen", "a1", "3"), "accounts.frozen of a1 failed: why"},
		{"no event", failed("", "", "3"), failed("", "", "3")},
		{"what a terminal would obey", failed("paystubs.added", `\u001b[2J`, "3"), "paystubs.added of \ufffd[2J failed (3 of 10): why"},
		{
			"unrouted", `{"level":"INFO","msg":"delivery","event":"accounts.frozen","account":"a1","unrouted":1}`,
			"accounts.frozen of a1 is an event that is not known yet: it waits in the UnroutedQueue",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, everything := range []bool{false, true} {
				var out bytes.Buffer
				log := &functionLog{out: &out, everything: everything}
				log.fate.Store(&fate)
				if n, err := log.Write([]byte(c.line + "\n")); err != nil || n != len(c.line)+1 {
					t.Fatalf("wrote %d, %v", n, err)
				}
				want := c.want
				if everything {
					want = c.line
				}
				if want != "" {
					want += "\n"
				}
				if diff := cmp.Diff(want, out.String()); diff != "" {
					t.Errorf("--verbose %t: -want +got:\n%s", everything, diff)
				}
			}
		})
	}
}
