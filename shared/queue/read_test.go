package queue

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/shared/status"
)

// What a message is about is known even if it is no evidence, so that a person can be told whose it is.
func TestAReadingHasWhatWasKnown(t *testing.T) {
	now := time.UnixMilli(1_769_680_800_000)
	for _, c := range []struct {
		name, body, event, account, user string
		received                         time.Time
		says                             string
		evidence                         int
	}{
		{"evidence", event("accounts.connected", "a", ""), "accounts.connected", "a", "user-of-a", now.Add(-status.MaxEvidenceAge), "", 1},
		{"too old", event("accounts.connected", "a", ""), "accounts.connected", "a", "user-of-a", now.Add(-status.MaxEvidenceAge - time.Millisecond), ErrTooOld.Error(), 0},
		{"of no use", event("paystubs.added", "a", `, "available_count": -1`), "paystubs.added", "a", "user-of-a", now, "available_count", 0},
		{"no receive time", event("accounts.connected", "a", ""), "accounts.connected", "a", "user-of-a", time.Time{}, "no receive time", 0},
		{"no JSON", "{", "the attribute's", "", "", now, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, at := "the attribute's", strconv.FormatInt(c.received.UnixMilli(), 10)
			got, err := Read(events.SQSMessage{Body: c.body, MessageAttributes: map[string]events.SQSMessageAttribute{
				AttributeEvent: {DataType: "String", StringValue: &name}, AttributeReceivedAt: {DataType: "Number", StringValue: &at},
			}}, now)
			if (err == nil) != (c.evidence > 0) || (err != nil && !strings.Contains(err.Error(), c.says)) || errors.Is(err, ErrTooOld) != (c.name == "too old") {
				t.Errorf("error %v, want %q", err, c.says)
			}
			if got.Event != c.event || got.Account != c.account || got.User != c.user || string(got.Body) != c.body || len(got.Evidence) != c.evidence {
				t.Errorf("got %+v", got)
			}
		})
	}
}
