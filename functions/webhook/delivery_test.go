package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"argyle-webhooks/shared/telemetry"
)

// An operator looks for the event and the ids on every line, and for the cause where something is wrong. They must be whole in a stack
// with a name of ordinary length, whatever else the line says.
func TestLinesKeepWhatOperatorsLookFor(t *testing.T) {
	for _, answer := range []answer{accepted, tooLarge, noSecret, queueUnavailable, internalError} { // the others know no event
		for name, unusual := range map[string]delivery{
			"plain":             {fromArgyle: true},
			"unrouted":          {fromArgyle: true, unrouted: true},
			"outside":           {outside: "203.0.113.254"},
			"unrouted, outside": {unrouted: true, outside: "203.0.113.254"},
		} {
			t.Run(answer.reason+" "+name, func(t *testing.T) {
				d := unusual
				d.bytes, d.secret = 12345, 1
				d.event, d.account, d.user = "paystubs.partially_synced", "0195b3c1-7e02-8c44-91b6-5d20c83f7ae4", "0195b3c0-51d7-83a2-6c1e-0f4b7a92d310"
				if answer.status == 503 {
					d.cause = errors.New(strings.Repeat("c", 300))
				}
				var out bytes.Buffer
				log := telemetry.New(&out, "", "INFO")
				log.Namespace = "argyle-webhooks-production"
				d.report(log, answer)
				var line map[string]any
				if err := json.Unmarshal(out.Bytes(), &line); err != nil || out.Len() >= telemetry.MaxLine {
					t.Fatalf("%d bytes, %v: %s", out.Len(), err, out.String())
				}
				if line["event"] != d.event || line["account"] != d.account || line["user"] != d.user || line["verdict"] != answer.verdict() {
					t.Errorf("%d bytes: %s", out.Len(), out.String())
				}
				if cause, _ := line["cause"].(string); d.cause != nil && len(cause) < 50 {
					t.Errorf("only %d bytes of the cause: %s", len(cause), out.String())
				}
				if (line["reason"] == nil) != (answer == accepted) {
					t.Errorf("reason %v", line["reason"])
				}
			})
		}
	}
}
