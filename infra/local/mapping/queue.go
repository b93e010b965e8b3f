package mapping

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	// callTimeout bounds one call, beyond the time that SQS itself is asked to wait.
	callTimeout = 5 * time.Second
	// probeTimeout bounds a look at a queue that was out of reach.
	probeTimeout = time.Second
	// settleAttempts is how often the outcome of a batch is offered to a queue that does not answer; about ten seconds in all.
	settleAttempts = 8
)

// queue is the mapping's view of its queue.
type queue struct {
	sqs    SQS
	url    string
	outage outage
}

func (q *queue) receive(ctx context.Context, limit int, waitSeconds int32) ([]Message, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout+time.Duration(waitSeconds)*time.Second)
	defer cancel()
	out, err := q.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl:                    &q.url,
		MaxNumberOfMessages:         int32(limit), //nolint:gosec // at most maxReceive
		WaitTimeSeconds:             waitSeconds,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, err
	}
	messages := make([]Message, 0, len(out.Messages))
	for _, m := range out.Messages {
		messages = append(messages, newMessage(m))
	}
	return messages, nil
}

// probe asks something that changes nothing.
func (q *queue) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	_, err := q.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	return err
}

// remove deletes messages that succeeded, and tries again while the queue does not answer: each that stays is handled a second time.
func (q *queue) remove(ctx context.Context, messages []Message) {
	q.settle(ctx, messages, func(ctx context.Context, chunk []Message) ([]types.BatchResultErrorEntry, error) {
		entries := make([]types.DeleteMessageBatchRequestEntry, 0, len(chunk))
		for i, m := range chunk {
			entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: aws.String(m.ReceiptHandle)})
		}
		out, err := q.sqs.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &q.url, Entries: entries})
		if err != nil {
			return nil, err
		}
		return out.Failed, nil
	})
}

// giveBack makes messages visible again after a delay of whole seconds.
func (q *queue) giveBack(ctx context.Context, messages []Message, after time.Duration) {
	seconds := int32(math.Round(after.Seconds()))
	q.settle(ctx, messages, func(ctx context.Context, chunk []Message) ([]types.BatchResultErrorEntry, error) {
		entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, 0, len(chunk))
		for i, m := range chunk {
			entries = append(entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: aws.String(strconv.Itoa(i)), ReceiptHandle: aws.String(m.ReceiptHandle), VisibilityTimeout: seconds,
			})
		}
		out, err := q.sqs.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.url, Entries: entries})
		if err != nil {
			return nil, err
		}
		return out.Failed, nil
	})
}

// settle applies one batch call to messages, ten at a time, and again to those for which the queue failed.
func (q *queue) settle(ctx context.Context, messages []Message, call func(context.Context, []Message) ([]types.BatchResultErrorEntry, error)) {
	for start := 0; start < len(messages); start += maxReceive {
		chunk := messages[start:min(start+maxReceive, len(messages))]
		for attempt := 0; attempt < settleAttempts && len(chunk) > 0 && ctx.Err() == nil; attempt++ {
			callCtx, cancel := context.WithTimeout(ctx, callTimeout)
			failed, err := call(callCtx, chunk)
			cancel()
			if gone := (*types.QueueDoesNotExist)(nil); errors.As(err, &gone) {
				return
			}
			if err != nil {
				q.outage.failed(ctx, err)
				continue
			}
			chunk = again(chunk, failed)
		}
	}
}

// again picks the messages that are worth another attempt: a receipt that the queue does not know will not be known later.
func again(chunk []Message, failed []types.BatchResultErrorEntry) []Message {
	var rest []Message
	for _, entry := range failed {
		if i, err := strconv.Atoi(aws.ToString(entry.Id)); err == nil && i < len(chunk) && !entry.SenderFault {
			rest = append(rest, chunk[i])
		}
	}
	return rest
}
