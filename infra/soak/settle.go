package soak

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/queue"
)

const (
	// settleTime is longer than the queues' visibility timeout of 90 s, which is when a message comes back that a mapping could not give back.
	settleTime = 2 * time.Minute
	// settlePause is the pause between two looks at the queues.
	settlePause = 200 * time.Millisecond

	unroutedQueue   = "UnroutedQueue"
	deadLetterQueue = "DeadLetterQueue"
)

// queues are the stack's queues, seen from outside.
type queues struct {
	client *sqs.Client
	// workers and deadLetters are URLs, unrouted one.
	workers, deadLetters []string
	unrouted             string
}

func newQueues(stack *local.Stack) queues {
	url := stack.SQSURL()
	q := queues{client: sqs.New(sqs.Options{
		Region:       backend.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
		BaseEndpoint: &url,
	})}
	for _, id := range stack.Queues() {
		switch {
		case id == unroutedQueue:
			q.unrouted = stack.QueueURL(id)
		case strings.HasSuffix(id, deadLetterQueue):
			q.deadLetters = append(q.deadLetters, stack.QueueURL(id))
		default:
			q.workers = append(q.workers, stack.QueueURL(id))
		}
	}
	return q
}

// settle waits until the workers' queues hold no message, neither waiting nor with a worker, and returns how many are left when it does not
// come to that.
func (q queues) settle(ctx context.Context) (left int, err error) {
	deadline := time.Now().Add(settleTime)
	for {
		if left, err = q.depth(ctx, q.workers); err != nil || left == 0 || time.Now().After(deadline) {
			return left, err
		}
		select {
		case <-time.After(settlePause):
		case <-ctx.Done():
			return left, ctx.Err()
		}
	}
}

// depth counts the messages in the queues. SQS calls its counts approximate; on one machine they are exact.
func (q queues) depth(ctx context.Context, urls []string) (int, error) {
	total := 0
	for _, url := range urls {
		out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{
			types.QueueAttributeNameApproximateNumberOfMessages,
			types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
			types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
		}})
		if err != nil {
			return 0, fmt.Errorf("counting the messages of a queue: %w", err)
		}
		for name, value := range out.Attributes {
			n, err := strconv.Atoi(value)
			if err != nil {
				return 0, fmt.Errorf("counting the messages of a queue: %s is no number", name)
			}
			total += n
		}
	}
	return total, nil
}

// drainUnrouted takes everything from the queue that has no worker, and calls each with a message's request id.
func (q queues) drainUnrouted(ctx context.Context, each func(requestID string)) error {
	for {
		out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &q.unrouted, MaxNumberOfMessages: 10, MessageAttributeNames: []string{queue.AttributeRequestID},
		})
		switch {
		case err != nil:
			return fmt.Errorf("reading the unrouted queue: %w", err)
		case len(out.Messages) == 0:
			return nil
		}
		for _, message := range out.Messages {
			each(aws.ToString(message.MessageAttributes[queue.AttributeRequestID].StringValue))
		}
	}
}
