package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"argyle-webhooks/shared/lambdaenv"
)

// Why a message was not sent.
var (
	// ErrUnavailable: SQS has not confirmed that it took the message. It may have it nevertheless, which does no harm.
	ErrUnavailable = errors.New("queue: not confirmed by SQS")
	// ErrTooLarge: the message is over [MaxSize]. SQS was not asked.
	ErrTooLarge = errors.New("queue: message too large")
)

// How long a send may take: with the pauses between attempts 4 s, which leaves a second of the front door's 5 s for the secret.
const (
	attemptTimeout = 1200 * time.Millisecond
	attempts       = 3
	maxBackoff     = 200 * time.Millisecond
)

// traceHeader is the message system attribute that carries an X-Ray header; Lambda links the trace of the function that takes the message to it.
// Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html.
const traceHeader = string(types.MessageSystemAttributeNameForSendsAWSTraceHeader)

// NewClient returns a client of SQS for a function, with the times of a [Sender].
func NewClient(service lambdaenv.Service, options ...func(*sqs.Options)) *sqs.Client {
	return sqs.New(sqs.Options{
		Region:       service.Region,
		Credentials:  service.Credentials,
		BaseEndpoint: service.Endpoint,
		HTTPClient:   service.HTTPClient(attemptTimeout),
		Retryer:      lambdaenv.Retryer(attempts, maxBackoff),
	}, options...)
}

// Client is what Sender needs of SQS; *sqs.Client is one.
type Client interface {
	SendMessage(ctx context.Context, in *sqs.SendMessageInput, options ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// Sender puts messages into the queues of their families.
type Sender struct {
	client Client
	urls   map[string]string
}

// NewSender returns a Sender for the queues at urls, by family. The queue for what is not routed is one of them, as argyle.Unrouted.
func NewSender(client Client, urls map[string]string) *Sender {
	return &Sender{client: client, urls: urls}
}

// Send returns nil once SQS has taken the message into the family's queue. Its errors wrap [ErrTooLarge] or [ErrUnavailable]. It ends when ctx
// does, and after 4 s at most with a client of [NewClient].
func (s *Sender) Send(ctx context.Context, family string, message Message) error {
	text, attributes := message.Text(), message.Attributes()
	if bytes := size(text, attributes); bytes > MaxSize {
		return fmt.Errorf("%w: %d bytes", ErrTooLarge, bytes)
	}
	url, known := s.urls[family]
	if !known {
		return fmt.Errorf("%w: no queue for family %q", ErrUnavailable, family)
	}
	values := make(map[string]types.MessageAttributeValue, len(attributes))
	for _, attribute := range attributes {
		values[attribute.Name] = types.MessageAttributeValue{DataType: &attribute.Type, StringValue: &attribute.Value}
	}
	in := &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &text, MessageAttributes: values}
	if message.Trace != "" {
		in.MessageSystemAttributes = map[string]types.MessageSystemAttributeValue{traceHeader: {DataType: aws.String(typeString), StringValue: &message.Trace}}
	}
	out, err := s.client.SendMessage(ctx, in)
	switch {
	case err != nil:
		return fmt.Errorf("%w: send to the %s queue: %w", ErrUnavailable, family, err)
	case out.MessageId == nil: // 200 from something that is not SQS
		return fmt.Errorf("%w: send to the %s queue: an answer without a message id", ErrUnavailable, family)
	}
	return nil
}
