package queue

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/telemetry"
)

// Applier merges evidence about one record into what is stored; *table.Table is one. It must be safe for concurrent use, and for being given
// the same evidence again.
type Applier interface {
	Apply(ctx context.Context, evidence status.Record) (status.Change, error)
}

// Handler is a Lambda handler of an SQS event source mapping with ReportBatchItemFailures.
type Handler func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

const (
	// concurrency is how many records of a batch are applied at once: enough that a slow one holds up few others.
	concurrency = 4
	// answerTime is kept back from the deadline for the answer and its log lines: a timeout would fail every message of the batch.
	answerTime = 500 * time.Millisecond
	// recordTime is what a record needs at least; with less left it is not begun.
	recordTime = time.Second
)

// errOutOfTime is why a message fails whose record was not begun.
var errOutOfTime = errors.New("not begun: too little time left")

// Worker returns the handler of a family's queue. It turns each message into evidence, folds the batch's evidence per record, and applies each
// record once. It fails exactly the messages whose evidence is not stored: those that are no evidence, and all that contribute to a record
// that failed. Evidence older than [status.MaxEvidenceAge] is refused, and is no failure.
func Worker(applier Applier, log *telemetry.Logger) Handler {
	return func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		b := &batch{applier: applier, log: log, now: time.Now(), messages: make([]received, len(event.Records))}
		for i := range event.Records {
			b.take(i, event.Records[i])
		}
		b.apply(ctx)
		return b.answer(), nil
	}
}

// batch is the work on one event of the event source mapping.
type batch struct {
	applier  Applier
	log      *telemetry.Logger
	now      time.Time
	messages []received
	records  []*folded // in the order of their first message
	late     int
	notes    map[status.Note]int
}

// received is a message of the batch and what became of it.
type received struct {
	id            string
	receiveCount  string
	event         string
	account, user string
	receivedAt    time.Time // zero if the message is no evidence
	failure       error
}

// folded is the batch's evidence about one record.
type folded struct {
	evidence status.Record
	messages []int // positions in the batch
	change   status.Change
	failure  error
}

// take turns message i into evidence.
func (b *batch) take(i int, from events.SQSMessage) {
	message := &b.messages[i]
	message.id, message.receiveCount = from.MessageId, from.Attributes["ApproximateReceiveCount"]
	read, err := Read(from, b.now)
	message.event, message.account, message.user = read.Event, read.Account, read.User
	if errors.Is(err, ErrTooOld) {
		b.late++
		b.logMessage(slog.LevelWarn, "evidence refused", *message, "received too long ago")
		return
	}
	if err != nil {
		message.failure = err
		return
	}
	message.receivedAt = read.ReceivedAt
	for _, note := range read.Notes {
		if b.notes == nil {
			b.notes = map[status.Note]int{}
		}
		b.notes[note]++
		b.logMessage(slog.LevelWarn, "odd event", *message, string(note))
	}
	b.fold(i, read.Evidence)
}

func (b *batch) fold(i int, evidence []status.Record) {
	for _, record := range evidence {
		known := false
		for _, other := range b.records {
			if other.evidence.Key == record.Key {
				other.evidence = status.Merge(other.evidence, record)
				other.messages = append(other.messages, i)
				known = true
				break
			}
		}
		if !known {
			b.records = append(b.records, &folded{evidence: record, messages: []int{i}})
		}
	}
}

// apply applies the records, a few at a time, until they are done or too little time is left.
func (b *batch) apply(ctx context.Context) {
	deadline, limited := ctx.Deadline()
	if limited {
		deadline = deadline.Add(-answerTime)
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	slots := make(chan struct{}, concurrency)
	var running sync.WaitGroup
	for _, record := range b.records {
		slots <- struct{}{}
		if limited && time.Until(deadline) < recordTime {
			record.failure = errOutOfTime
			<-slots
			continue
		}
		running.Go(func() {
			defer func() { <-slots }()
			record.failure = b.applyOne(ctx, record)
		})
	}
	running.Wait()
	for _, record := range b.records {
		if record.failure == nil {
			continue
		}
		for _, message := range record.messages {
			b.messages[message].failure = record.failure
		}
	}
}

// applyOne applies one record. A panic is that record's failure.
func (b *batch) applyOne(ctx context.Context, record *folded) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = telemetry.Panicked(value)
		}
	}()
	record.change, err = b.applier.Apply(ctx, record.evidence)
	return err
}
