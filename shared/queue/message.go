package queue

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/shared/telemetry"
)

// MaxSize is the most that a message may take in bytes: its body, and each attribute's name, type and value.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html (1 MiB since August 2025).
const MaxSize = 1_048_576

// The attributes of a message.
const (
	// AttributeReceivedAt is when the gateway received the delivery, in milliseconds since the epoch. Its type is Number.
	AttributeReceivedAt = "received_at"
	// AttributeEvent is the event's name, for people who look at a queue. Its type is String. It may be cut: what counts is the body.
	AttributeEvent = "event"
	// AttributeRequestID is the gateway's id of the request that delivered it. Its type is String.
	AttributeRequestID = "request_id"
)

const (
	typeNumber = "Number"
	typeString = "String"
)

// Message is a delivery in a queue.
type Message struct {
	// Body is the JSON that was delivered, valid UTF-8.
	Body []byte
	// Event is the event's name.
	Event string
	// RequestID is the gateway's id of the request; it may be empty.
	RequestID string
	// ReceivedAt is when the gateway received the delivery; SQS carries it in milliseconds.
	ReceivedAt time.Time
	// Trace is the X-Ray header that the worker's trace continues; it may be empty. It does not count towards [MaxSize].
	Trace string
}

// Attribute is a message attribute as SQS carries it.
type Attribute struct {
	Name, Type, Value string
}

// Text is the body as SQS carries it: U+FFFE and U+FFFF, which SQS does not take, are written as JSON escapes. In valid JSON they stand only within
// strings, so the text means the same.
func (m Message) Text() string {
	if !bytes.Contains(m.Body, []byte("\uFFFE")) && !bytes.Contains(m.Body, []byte("\uFFFF")) {
		return string(m.Body)
	}
	return strings.NewReplacer("\uFFFE", `\ufffe`, "\uFFFF", `\uffff`).Replace(string(m.Body))
}

// Attributes are the message's attributes. One without a value is left out, since SQS takes none without.
func (m Message) Attributes() []Attribute {
	attributes := []Attribute{{AttributeReceivedAt, typeNumber, strconv.FormatInt(m.ReceivedAt.UnixMilli(), 10)}}
	if event := legal(telemetry.Cut(m.Event)); event != "" {
		attributes = append(attributes, Attribute{AttributeEvent, typeString, event})
	}
	if id := legal(telemetry.Cut(m.RequestID)); id != "" {
		attributes = append(attributes, Attribute{AttributeRequestID, typeString, id})
	}
	return attributes
}

// Size is what SQS counts against [MaxSize].
func (m Message) Size() int { return size(m.Text(), m.Attributes()) }

func size(text string, attributes []Attribute) int {
	total := len(text)
	for _, attribute := range attributes {
		total += len(attribute.Name) + len(attribute.Type) + len(attribute.Value)
	}
	return total
}

// legal replaces what SQS does not carry by U+FFFD.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html:
// #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
		case r < ' ' || r == '\uFFFE' || r == '\uFFFF':
			return '\uFFFD'
		}
		return r
	}, s)
}

// Received reads a message that SQS handed to a worker. Its receive time is the attribute's; without one that can be read it is the time
// at which SQS took the message. known is false if neither is there.
func Received(from events.SQSMessage) (message Message, known bool) {
	message = Message{Body: []byte(from.Body), Event: text(from, AttributeEvent), RequestID: text(from, AttributeRequestID)}
	for _, digits := range []string{text(from, AttributeReceivedAt), from.Attributes["SentTimestamp"]} {
		if ms, err := strconv.ParseInt(digits, 10, 64); err == nil && ms > 0 {
			message.ReceivedAt = time.UnixMilli(ms).UTC()
			return message, true
		}
	}
	return message, false
}

func text(from events.SQSMessage, attribute string) string {
	if value := from.MessageAttributes[attribute].StringValue; value != nil {
		return *value
	}
	return ""
}
