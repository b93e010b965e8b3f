package queue

import (
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/shared/telemetry"
)

// answer names the failed messages to Lambda, and writes a line for each and one for the batch. The list is never nil: Lambda takes null for
// the success of every message and deletes them all.
func (b *batch) answer() events.SQSEventResponse {
	failures := make([]events.SQSBatchItemFailure, 0, len(b.messages))
	for _, message := range b.messages {
		if message.failure == nil {
			continue
		}
		failures = append(failures, events.SQSBatchItemFailure{ItemIdentifier: message.id})
		b.logMessage(slog.LevelError, "message failed", message, telemetry.Cause(message.failure))
	}
	b.logBatch(len(failures))
	return events.SQSEventResponse{BatchItemFailures: failures}
}

func (b *batch) logMessage(level slog.Level, msg string, message received, reason string) {
	b.log.Line(level, msg,
		slog.String("reason", reason),
		slog.String("event", message.event),
		slog.String("account", message.account),
		slog.String("user", message.user),
		slog.String("message_id", message.id),
		slog.String("receive_count", message.receiveCount),
	)
}

// lag is how long the longest-waiting message whose evidence is now stored took from the gateway to the table, in milliseconds; 0 if there is none.
func (b *batch) lag(now time.Time) int {
	longest := time.Duration(0)
	for _, message := range b.messages {
		if message.failure == nil && !message.receivedAt.IsZero() {
			longest = max(longest, now.Sub(message.receivedAt))
		}
	}
	return int(longest.Milliseconds())
}

// logBatch writes the batch's one line, which carries its metrics.
func (b *batch) logBatch(failed int) {
	var written, unchanged, conflicts int
	for _, record := range b.records {
		conflicts += record.change.Conflicts
		switch {
		case record.change.Changed:
			written++
		case record.failure == nil:
			unchanged++
		}
	}
	metrics := []telemetry.Metric{
		{Name: "lag_ms", Value: b.lag(time.Now())},
		{Name: "messages", Value: len(b.messages)},
		{Name: "records", Value: len(b.records)},
		{Name: "written", Value: written},
		{Name: "unchanged", Value: unchanged},
		{Name: "failed", Value: failed},
		{Name: "late", Value: b.late},
		{Name: "conflicts", Value: conflicts},
	}
	for _, note := range slices.Sorted(maps.Keys(b.notes)) {
		metrics = append(metrics, telemetry.Metric{Name: string(note), Value: b.notes[note]})
	}
	b.log.Count(slog.LevelInfo, "batch", metrics)
}
