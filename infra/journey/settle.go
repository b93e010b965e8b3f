package journey

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// ErrUnsettled is returned when messages are left in the queues although workers had time enough for them.
var ErrUnsettled = errors.New("the workers are not through")

// settleTime is far longer than workers need: a batch waits a second at most and is worked off in milliseconds.
const settleTime = 60 * time.Second

// Queues tells how full a queue is; *sqs.Client is one.
type Queues interface {
	GetQueueAttributes(ctx context.Context, in *sqs.GetQueueAttributesInput, options ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

// Settle waits until the queues with the URLs given hold no message, neither waiting nor with a worker. Workers delete a message after they
// have stored what it says, so that the status then shows every delivery. It returns [ErrUnsettled] after a minute.
func Settle(ctx context.Context, queues Queues, urls []string) error {
	deadline := time.Now().Add(settleTime)
	for {
		left := 0
		for _, url := range urls {
			n, err := messages(ctx, queues, url)
			if err != nil {
				return err
			}
			left += n
		}
		switch {
		case left == 0:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("%w: %d messages are left in the queues after %s", ErrUnsettled, left, settleTime)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// messages counts a queue's messages. SQS calls its counts approximate; on one machine they are exact.
func messages(ctx context.Context, queues Queues, url string) (int, error) {
	out, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	}})
	if err != nil {
		return 0, fmt.Errorf("counting the messages of a queue: %w", err)
	}
	count := 0
	for name, value := range out.Attributes {
		n, err := strconv.Atoi(value)
		if err != nil {
			return 0, fmt.Errorf("counting the messages of a queue: %s is no number", name)
		}
		count += n
	}
	return count, nil
}
