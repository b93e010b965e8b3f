package main

var inQueue = []mutant{
	{
		file: "shared/queue/answer.go", why: "a batch without failures is answered with null: Lambda deletes every message",
		old: `failures := make([]events.SQSBatchItemFailure, 0, len(b.messages))`, new: `var failures []events.SQSBatchItemFailure`,
	},
	{
		file: "shared/queue/worker.go", why: "only the first message of a failed record fails",
		old: `for _, message := range record.messages {`, new: `for _, message := range record.messages[:1] {`,
	},
	{
		file: "shared/queue/worker.go", why: "a record that panicked is said to be stored",
		old: `err = telemetry.Panicked(value)`, new: `_ = value`,
	},
	{
		file: "shared/queue/worker.go", why: "a record is begun without the time for it",
		old: `if limited && time.Until(deadline) < recordTime {`, new: `if limited && time.Until(deadline) < -recordTime {`,
	},
	{
		file: "shared/queue/worker.go", why: "no time is kept for the answer",
		old: "\t\tdeadline = deadline.Add(-answerTime)\n", new: "",
	},
	{
		file: "shared/queue/read.go", why: "evidence is never too old",
		old: `if now.Sub(message.ReceivedAt) > status.MaxEvidenceAge {`, new: `if message.ReceivedAt.Sub(now) > status.MaxEvidenceAge {`,
	},
	{
		file: "shared/queue/worker.go", why: "of a batch's evidence about a record only the last is applied",
		old: `other.evidence = status.Merge(other.evidence, record)`, new: `other.evidence = record`,
	},
	{
		file: "shared/queue/worker.go", why: "a message that joins another's record does not fail with it",
		old: "\t\t\t\tother.messages = append(other.messages, i)\n", new: "",
	},
	{
		file: "shared/queue/read.go", why: "a message without a receive time is evidence of 1970",
		old: "\t\treturn reading, errNoReceiveTime\n", new: "\t\tmessage.ReceivedAt = now\n",
	},
	{
		file: "shared/queue/message.go", why: "attributes do not count as size",
		old: `total += len(attribute.Name) + len(attribute.Type) + len(attribute.Value)`, new: `total += len(attribute.Name[:0])`,
	},
	{
		file: "shared/queue/message.go", why: "U+FFFE goes to SQS, which refuses it",
		old: "strings.NewReplacer(\"\\uFFFE\", `\\ufffe`, ", new: "strings.NewReplacer(",
	},
	{
		file: "shared/queue/message.go", why: "the receive time is sent in seconds",
		old: `m.ReceivedAt.UnixMilli()`, new: `m.ReceivedAt.Unix()`,
	},
	{
		file: "shared/queue/message.go", why: "evidence is dated by SQS and not by the gateway",
		old: `[]string{text(from, AttributeReceivedAt), from.Attributes["SentTimestamp"]}`, new: `[]string{from.Attributes["SentTimestamp"], text(from, AttributeReceivedAt)}`,
	},
	{
		file: "shared/queue/sender.go", why: "an answer of something that is not SQS is a confirmation",
		old: `case out.MessageId == nil:`, new: `case out == nil:`,
	},
	{
		file: "shared/queue/sender.go", why: "a message as large as SQS takes is refused",
		old: `bytes > MaxSize {`, new: `bytes >= MaxSize {`,
	},
	{
		file: "shared/lambdaenv/service.go", why: "an attempt takes as long as it likes",
		old: `&http.Client{Transport: s.transport, Timeout: attempt}`, new: `&http.Client{Transport: s.transport, Timeout: 2 * attempt}`,
	},
}
