package mapping

import (
	"fmt"
	"strings"
	"testing"

	"argyle-webhooks/infra/local/lambda"
)

func batchOf(ids ...string) []Message {
	var batch []Message
	for _, id := range ids {
		batch = append(batch, Message{MessageID: id})
	}
	return batch
}

func idsOf(batch []Message) string {
	var ids []string
	for _, m := range batch {
		ids = append(ids, m.MessageID)
	}
	return strings.Join(ids, " ")
}

func TestVerdict(t *testing.T) {
	const all, none, whole = "a b c", "", "whole batch"
	tests := []struct {
		name, answer string
		failed       string // ids, or whole
	}{
		{"one failed", `{"batchItemFailures":[{"itemIdentifier":"b"}]}`, "b"},
		{"several failed", `{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}`, "a c"},
		{"one named twice", `{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}`, "b"},
		{"all failed", `{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"},{"itemIdentifier":"c"}]}`, all},
		{"empty list", `{"batchItemFailures":[]}`, none},
		{"null list", `{"batchItemFailures":null}`, none},
		{"empty answer", `{}`, none},
		{"null answer", `null`, none},
		{"no answer", ``, none},
		{"empty string", `""`, none},
		{"list under another key", `{"BatchItemFailures":[{"itemIdentifier":"b"}]}`, none},
		{"empty identifier", `{"batchItemFailures":[{"itemIdentifier":""}]}`, whole},
		{"null identifier", `{"batchItemFailures":[{"itemIdentifier":null}]}`, whole},
		{"identifier under a wrong key", `{"batchItemFailures":[{"messageId":"b"}]}`, whole},
		{"identifier in another case", `{"batchItemFailures":[{"ItemIdentifier":"b"}]}`, whole},
		{"unknown identifier", `{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"z"}]}`, whole},
		{"identifier of another type", `{"batchItemFailures":[{"itemIdentifier":7}]}`, whole},
		{"list of strings", `{"batchItemFailures":["b"]}`, whole},
		{"no list", `{"batchItemFailures":"b"}`, whole},
		{"no object", `[1]`, whole},
		{"no JSON", `oops`, whole},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			batch := batchOf("a", "b", "c")
			succeeded, failed, err := verdict([]byte(tt.answer), batch, true)
			if (err != nil) != (tt.failed == whole) {
				t.Fatalf("verdict: %v, want the whole batch to fail: %v", err, tt.failed == whole)
			}
			if err == nil && (idsOf(failed) != tt.failed || len(succeeded)+len(failed) != len(batch)) {
				t.Errorf("succeeded %q, failed %q; want %q to fail", idsOf(succeeded), idsOf(failed), tt.failed)
			}
			succeeded, failed, err = verdict([]byte(tt.answer), batch, false)
			if err != nil || len(succeeded) != len(batch) || len(failed) != 0 {
				t.Errorf("without ReportBatchItemFailures %q failed (%v), want none", idsOf(failed), err)
			}
		})
	}
}

func TestSplitKeepsWithinLambdasLimit(t *testing.T) {
	tests := []struct {
		name string
		size int
		fill string
		want []int
	}{
		{"small", 100, "a", []int{10}},
		{"a MiB each", 1 << 20, "a", []int{5, 5}},
		{"a MiB each that doubles as JSON", 1 << 20, "\n", []int{2, 2, 2, 2, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var batch []Message
			for i := range 10 {
				batch = append(batch, Message{MessageID: fmt.Sprint(i), Body: strings.Repeat(tt.fill, tt.size)})
			}
			var sizes []int
			next := 0
			for _, part := range split(batch) {
				sizes = append(sizes, len(part))
				payload, err := encode(part)
				if err != nil || len(payload) > lambda.MaxPayload {
					t.Errorf("a part of %d bytes (%v)", len(payload), err)
				}
				for _, m := range part {
					if m.MessageID != fmt.Sprint(next) {
						t.Errorf("message %s, want %d", m.MessageID, next)
					}
					next++
				}
			}
			if fmt.Sprint(sizes) != fmt.Sprint(tt.want) {
				t.Errorf("parts of %v, want %v", sizes, tt.want)
			}
		})
	}
}
