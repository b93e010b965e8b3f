package queue

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"argyle-webhooks/shared/telemetry"
)

var received0 = time.Date(2026, 1, 29, 19, 27, 20, 123_000_000, time.UTC)

func TestMessage(t *testing.T) {
	for name, c := range map[string]struct {
		message    Message
		text       string
		attributes []Attribute
	}{
		"plain": {
			Message{Body: []byte("{\n  \"event\": \"accounts.added\"\n}"), Event: "accounts.added", RequestID: "JKJaXmPLvHcESHA=", ReceivedAt: received0},
			"{\n  \"event\": \"accounts.added\"\n}",
			[]Attribute{
				{"received_at", "Number", "1769714840123"},
				{"event", "String", "accounts.added"},
				{"request_id", "String", "JKJaXmPLvHcESHA="},
			},
		},
		"what SQS does not take": {
			Message{Body: []byte("{\"a\": \"\uFFFE\uFFFF\U0010FFFF\uFFFD\"}"), Event: "a\x00b\uFFFFc", ReceivedAt: received0},
			"{\"a\": \"\\ufffe\\uffff\U0010FFFF\uFFFD\"}",
			[]Attribute{{"received_at", "Number", "1769714840123"}, {"event", "String", "a\uFFFDb\uFFFDc"}},
		},
		"long event, no request id": {
			Message{Body: []byte("{}"), Event: strings.Repeat("e", 5000), ReceivedAt: received0},
			"{}",
			[]Attribute{{"received_at", "Number", "1769714840123"}, {"event", "String", strings.Repeat("e", telemetry.MaxText)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.text, c.message.Text()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.attributes, c.message.Attributes()); diff != "" {
				t.Error(diff)
			}
			want := len(c.text)
			for _, attribute := range c.attributes {
				want += len(attribute.Name + attribute.Type + attribute.Value)
			}
			if got := c.message.Size(); got != want {
				t.Errorf("size %d, want %d", got, want)
			}
		})
	}
}

// Any JSON string must reach the worker with its meaning, in characters that SQS takes.
func TestTextMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune{'\uFFFE', '\uFFFF', '\\', '"'}))).Draw(t, "text")
		body, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		sent := Message{Body: body}.Text()
		if legal(sent) != sent {
			t.Errorf("SQS does not take %q", sent)
		}
		var got string
		if err := json.Unmarshal([]byte(sent), &got); err != nil || got != text {
			t.Errorf("%q became %q (%v)", text, got, err)
		}
	})
}

func TestReceived(t *testing.T) {
	attribute := func(kind, value string) events.SQSMessageAttribute {
		return events.SQSMessageAttribute{DataType: kind, StringValue: &value}
	}
	for name, c := range map[string]struct {
		from  events.SQSMessage
		want  Message
		known bool
	}{
		"as sent": {
			events.SQSMessage{
				Body:       "{}",
				Attributes: map[string]string{"SentTimestamp": "1769714999999"},
				MessageAttributes: map[string]events.SQSMessageAttribute{
					"received_at": attribute("Number", "1769714840123"),
					"event":       attribute("String", "accounts.added"),
					"request_id":  attribute("String", "id"),
				},
			},
			Message{Body: []byte("{}"), Event: "accounts.added", RequestID: "id", ReceivedAt: received0},
			true,
		},
		"sent by hand": {
			events.SQSMessage{Body: "{}", Attributes: map[string]string{"SentTimestamp": "1769714840123"}},
			Message{Body: []byte("{}"), ReceivedAt: received0},
			true,
		},
		"unreadable time": {
			events.SQSMessage{
				Body:              "{}",
				Attributes:        map[string]string{"SentTimestamp": "1769714840123"},
				MessageAttributes: map[string]events.SQSMessageAttribute{"received_at": attribute("String", "soon")},
			},
			Message{Body: []byte("{}"), ReceivedAt: received0},
			true,
		},
		"no time": {
			events.SQSMessage{Body: "{}"},
			Message{Body: []byte("{}")},
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, known := Received(c.from)
			if diff := cmp.Diff(c.want, got); diff != "" || known != c.known {
				t.Errorf("known %v, %s", known, diff)
			}
		})
	}
}
