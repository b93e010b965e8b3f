package queue

import (
	"errors"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/telemetry"
)

// Why a message is no evidence, beside what [argyle.Parse] and [status.Evidence] say.
var (
	// ErrTooOld: it was received more than [status.MaxEvidenceAge] ago. A worker drops such a message; to it that is no failure.
	ErrTooOld = errors.New("received more than 28 days ago")

	errNoReceiveTime = errors.New("no receive time: neither " + AttributeReceivedAt + " nor SentTimestamp can be read")
)

// Reading is what a worker makes of a message before it goes to the table.
type Reading struct {
	// Message is what SQS carried. Once the body has been parsed, Event is the body's.
	Message
	// Account and User are the ids that the event is about, as far as the body could be read.
	Account, User string
	// Evidence and Notes are what the event proves, and what is odd about it.
	Evidence []status.Record
	Notes    []status.Note
}

// Read turns a message into evidence, as a worker does at the time now. With an error the reading has what was known until then, and no evidence:
// [ErrTooOld], one of [argyle.Parse]'s or [status.Evidence]'s, or that of a panic. No error quotes the body.
func Read(from events.SQSMessage, now time.Time) (reading Reading, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = telemetry.Panicked(value)
		}
	}()
	message, dated := Received(from)
	reading.Message = message
	event, err := argyle.Parse(message.Body)
	if err != nil {
		return reading, err
	}
	reading.Event, reading.Account, reading.User = event.Name, event.Account(), event.User()
	if !dated {
		return reading, errNoReceiveTime
	}
	if now.Sub(message.ReceivedAt) > status.MaxEvidenceAge {
		return reading, ErrTooOld
	}
	evidence, notes, err := status.Evidence(event, message.ReceivedAt)
	if err != nil {
		return reading, err
	}
	reading.Evidence, reading.Notes = evidence, notes
	return reading, nil
}
