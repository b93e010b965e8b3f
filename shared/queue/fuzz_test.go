package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/telemetry"
)

func samples(f *testing.F, add func(body []byte)) {
	f.Helper()
	files, err := filepath.Glob("../argyle/testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no samples:", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		add(body)
	}
}

// A message of any event that the front door accepts can be carried by SQS, is not larger than it says, and is the same event with the same evidence
// when a worker reads it.
func FuzzMessage(f *testing.F) {
	samples(f, func(body []byte) { f.Add(body, "JKJaXmPLvHcESHA=", int64(1_769_714_840_123)) })
	f.Add([]byte("{\"event\": \"a\uFFFE\", \"data\": {\"user\": \"\uFFFF\\\\\uFFFE\"}}"), "\x00\uFFFE", int64(1))
	f.Fuzz(func(t *testing.T, body []byte, requestID string, at int64) {
		event, err := argyle.Parse(body)
		if err != nil || at <= 0 || at > time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() {
			return
		}
		sent := Message{Body: body, Event: event.Name, RequestID: requestID, ReceivedAt: time.UnixMilli(at).UTC()}
		carried := carry(t, sent)
		got, dated := Received(carried)
		if !dated || !got.ReceivedAt.Equal(sent.ReceivedAt) {
			t.Fatalf("received at %v, sent at %v", got.ReceivedAt, sent.ReceivedAt)
		}
		if !bytes.Equal(got.Body, body) && json.Valid(body) {
			var want, have any
			if json.Unmarshal(body, &want) != nil || json.Unmarshal(got.Body, &have) != nil || !cmp.Equal(want, have) {
				t.Fatalf("%q was carried as %q", body, got.Body)
			}
		}
		again, err := argyle.Parse(got.Body)
		if err != nil || again.Name != event.Name || again.Account() != event.Account() || again.User() != event.User() {
			t.Fatalf("another event was carried (%v)", err)
		}
		want, notes, wantErr := status.Evidence(event, sent.ReceivedAt)
		have, notesHere, haveErr := status.Evidence(again, got.ReceivedAt)
		if (wantErr == nil) != (haveErr == nil) || !cmp.Equal(notes, notesHere) || !cmp.Equal(want, have) {
			t.Fatalf("other evidence was carried (%v, %v): %s", wantErr, haveErr, cmp.Diff(want, have))
		}
	})
}

// carry puts a message through what SQS demands of one.
func carry(t *testing.T, message Message) events.SQSMessage {
	t.Helper()
	text, attributes := message.Text(), message.Attributes()
	carried, size := events.SQSMessage{Body: text, MessageAttributes: map[string]events.SQSMessageAttribute{}}, len(text)
	for _, attribute := range attributes {
		if attribute.Value == "" || !carriable(attribute.Value) {
			t.Fatalf("SQS does not take the value of %s", attribute.Name)
		}
		size += len(attribute.Name) + len(attribute.Type) + len(attribute.Value)
		carried.MessageAttributes[attribute.Name] = events.SQSMessageAttribute{DataType: attribute.Type, StringValue: &attribute.Value}
	}
	if !carriable(text) {
		t.Fatalf("SQS does not take the body %q", text)
	}
	if message.Size() != size {
		t.Fatalf("%d bytes, and Size says %d", size, message.Size())
	}
	return carried
}

// carriable: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.
func carriable(s string) bool {
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
		case r < 0x20 || r == 0xFFFE || r == 0xFFFF:
			return false
		}
	}
	return utf8.ValidString(s)
}

// A worker, whatever it is handed, answers with a list, fails what it has not stored and nothing else, and writes short lines.
func FuzzWorker(f *testing.F) {
	var last []byte
	now := strconv.FormatInt(time.Now().UnixMilli(), 10) // what is older than four weeks is refused
	samples(f, func(body []byte) {
		f.Add(string(body), string(last), now, now, len(last)%2 == 0)
		last = body
	})
	f.Add(string(last), string(last), "1769714840123", now, false)
	f.Fuzz(func(t *testing.T, one, other, receivedAt, sentAt string, works bool) {
		applier := &applied{}
		if !works {
			applier.fail = func(_ context.Context, evidence status.Record) error { panic("refused " + evidence.Account) }
		}
		var batch events.SQSEvent
		for i, body := range []string{one, other, one} {
			batch.Records = append(batch.Records, events.SQSMessage{
				MessageId: strconv.Itoa(i), Body: body, Attributes: map[string]string{"SentTimestamp": sentAt},
				MessageAttributes: map[string]events.SQSMessageAttribute{AttributeReceivedAt: {DataType: "Number", StringValue: &receivedAt}},
			})
		}
		var log bytes.Buffer
		answer, err := Worker(applier, telemetry.New(&log, "accounts", ""))(t.Context(), batch)
		if err != nil || answer.BatchItemFailures == nil {
			t.Fatalf("%+v (%v)", answer, err)
		}
		failed := map[string]bool{}
		for _, failure := range answer.BatchItemFailures {
			failed[failure.ItemIdentifier] = true
		}
		for _, message := range batch.Records {
			if want := shouldFail(message, works); failed[message.MessageId] != want {
				t.Fatalf("message %s: failed %v, want %v", message.MessageId, !want, want)
			}
		}
		for line := range bytes.Lines(log.Bytes()) {
			if len(line) >= telemetry.MaxLine {
				t.Fatalf("a line of %d bytes", len(line))
			}
		}
	})
}

// shouldFail says for one message by itself what the worker says of it among others.
func shouldFail(message events.SQSMessage, works bool) bool {
	read, dated := Received(message)
	event, err := argyle.Parse(read.Body)
	switch {
	case err != nil || !dated:
		return true
	case time.Since(read.ReceivedAt) > status.MaxEvidenceAge:
		return false
	}
	evidence, _, err := status.Evidence(event, read.ReceivedAt)
	return err != nil || !works && len(evidence) > 0
}
