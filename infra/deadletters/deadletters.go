// Package deadletters looks at what lies in a stack's dead-letter queues and in its unrouted queue, says why, and puts it back on its way.
//
// A dead-letter queue's messages go back by a move task of SQS's own. The unrouted queue's are sent on one by one, each to the queue of its event's
// family, and deleted once that queue has it: a fault in between leaves a message in both, which does no harm, and never in none.
package deadletters

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"argyle-webhooks/infra/deployed"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

// Letters are those of one stack.
type Letters struct {
	client *sqs.Client
	stack  *deployed.Stack
}

// New returns the letters of a stack; cfg is the configuration with which its SQS is reached.
func New(cfg aws.Config, stack *deployed.Stack) *Letters {
	return &Letters{client: sqs.NewFromConfig(cfg), stack: stack}
}

// Count is how much lies in a family's queues; SQS's counts are approximate. The unrouted queue's messages all count as dead.
type Count struct {
	Family   string `json:"family"`
	Waiting  int    `json:"waiting"`
	InFlight int    `json:"in_flight"`
	Dead     int    `json:"dead"`
}

// Count looks at every queue, the unrouted one last.
func (l *Letters) Count(ctx context.Context) ([]Count, error) {
	var all []Count
	for _, family := range l.stack.Families() {
		waiting, inFlight, err := l.depth(ctx, l.stack.Queues[family])
		if err != nil {
			return nil, err
		}
		dead, taken, err := l.depth(ctx, l.stack.DeadLetterQueues[family])
		if err != nil {
			return nil, err
		}
		all = append(all, Count{family, waiting, inFlight, dead + taken})
	}
	waiting, taken, err := l.depth(ctx, l.stack.Queues[argyle.Unrouted])
	if err != nil {
		return nil, err
	}
	return append(all, Count{Family: argyle.Unrouted, Dead: waiting + taken}), nil
}

// depth is how many messages a queue has for whoever asks next, and how many somebody has taken.
func (l *Letters) depth(ctx context.Context, url string) (waiting, taken int, err error) {
	out, err := l.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	}})
	if err != nil {
		return 0, 0, fmt.Errorf("looking at the queue %s: %w", url, err)
	}
	waiting, unreadable := strconv.Atoi(out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)])
	taken, alsoUnreadable := strconv.Atoi(out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible)])
	return waiting, taken, errors.Join(unreadable, alsoUnreadable)
}

// url is the queue in which a family's dead letters lie, or the unrouted queue.
func (l *Letters) url(family string) (string, error) {
	if family == argyle.Unrouted {
		return l.stack.Queues[argyle.Unrouted], nil
	}
	if url, known := l.stack.DeadLetterQueues[family]; known {
		return url, nil
	}
	return "", fmt.Errorf("there is no family %q: say one of %v, or %s", family, l.stack.Families(), argyle.Unrouted)
}

// Letter is a message that lies in a dead-letter queue or in the unrouted queue.
type Letter struct {
	// Reading is what a worker makes of it, and Err why it would fail there; nil if it would not. Body, Account and User are personal data.
	queue.Reading

	Err error
	// ID is the message's, Sent when SQS took it, Receives how often it was received.
	ID       string
	Sent     time.Time
	Receives int

	handle string
}

// Family is where the letter's event is routed to; known is false if it is routed nowhere.
func (l Letter) Family() (family string, known bool) { return argyle.Family(l.Event) }

// letter reads a message that was received.
func letter(message types.Message, now time.Time) Letter {
	received := events.SQSMessage{
		MessageId: aws.ToString(message.MessageId), Body: aws.ToString(message.Body), Attributes: message.Attributes,
		MessageAttributes: map[string]events.SQSMessageAttribute{},
	}
	for name, value := range message.MessageAttributes {
		received.MessageAttributes[name] = events.SQSMessageAttribute{StringValue: value.StringValue, DataType: aws.ToString(value.DataType)}
	}
	l := Letter{ID: received.MessageId, handle: aws.ToString(message.ReceiptHandle)}
	l.Reading, l.Err = queue.Read(received, now)
	l.Trace = message.Attributes[string(types.MessageSystemAttributeNameAWSTraceHeader)]
	if sent, err := strconv.ParseInt(message.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64); err == nil {
		l.Sent = time.UnixMilli(sent).UTC()
	}
	l.Receives, _ = strconv.Atoi(message.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	return l
}
