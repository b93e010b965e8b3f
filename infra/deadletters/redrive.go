package deadletters

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

// Progress is told how many messages have been moved, and of how many, as far as that is known.
type Progress func(moved, total int)

// pollEvery is the time between two looks at a move task, and patience how many of them in a row may show nothing of it; cancelTime bounds the call
// that ends one.
const (
	pollEvery  = time.Second
	patience   = 5
	cancelTime = 10 * time.Second
)

// Redriven is what came of a redrive.
type Redriven struct {
	// Moved are the messages that are on their way again.
	Moved int
	// Left are those of the unrouted queue whose event no family takes, Late those whose evidence is so old that a worker would drop it. They stay.
	Left, Late int
}

// Redrive moves a family's dead letters back to its queue, or what lies in the unrouted queue to the queues of the families that take it by now. With an
// error, Redriven is what was done before it; to begin again is safe. An interrupted move task is cancelled.
func (l *Letters) Redrive(ctx context.Context, family string, progress Progress) (Redriven, error) {
	if family == argyle.Unrouted {
		return l.sendOn(ctx, progress)
	}
	moved, err := l.move(ctx, family, progress)
	return Redriven{Moved: moved}, err
}

// move has SQS move a dead-letter queue's messages to the queue that they came from.
func (l *Letters) move(ctx context.Context, family string, progress Progress) (moved int, err error) {
	url, err := l.url(family)
	if err != nil {
		return 0, err
	}
	arns := map[string]string{}
	for _, each := range []string{url, l.stack.Queues[family]} {
		out, err := l.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: aws.String(each), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
		})
		if err != nil {
			return 0, fmt.Errorf("looking at the queue %s: %w", each, err)
		}
		arns[each] = out.Attributes[string(types.QueueAttributeNameQueueArn)]
	}
	source := arns[url]
	before, err := l.task(ctx, source)
	if err != nil && !errors.Is(err, errNoTask) {
		return 0, err
	}
	started, err := l.client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &source, DestinationArn: aws.String(arns[l.stack.Queues[family]])})
	if err != nil {
		return 0, fmt.Errorf("starting to move the messages: %w", err)
	}
	for unseen := 0; ; {
		task, err := l.task(ctx, source)
		if err == nil && task.StartedTimestamp == before.StartedTimestamp {
			err = errNoTask // it is the one before; this one is not listed yet
		}
		if err == nil {
			unseen = 0
			moved = int(task.ApproximateNumberOfMessagesMoved)
			progress(moved, int(aws.ToInt64(task.ApproximateNumberOfMessagesToMove)))
			switch aws.ToString(task.Status) {
			case "COMPLETED":
				return moved, nil
			case "FAILED":
				return moved, fmt.Errorf("SQS could not move all messages: %s", aws.ToString(task.FailureReason))
			case "CANCELLED", "CANCELLING":
				return moved, errors.New("the move was cancelled; what was moved stays moved")
			}
		}
		select {
		case <-time.After(pollEvery):
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return moved, errors.Join(errors.New("interrupted; what was moved stays moved"), l.cancel(context.WithoutCancel(ctx), started.TaskHandle))
		}
		if err != nil {
			unseen++
			if unseen == patience {
				return moved, fmt.Errorf("the messages are being moved, but how far cannot be seen: %w", err)
			}
		}
	}
}

// errNoTask: SQS lists no move task.
var errNoTask = errors.New("SQS knows nothing of the move that it has begun")

// task is the latest move task of a queue; without one the error is errNoTask.
func (l *Letters) task(ctx context.Context, source string) (types.ListMessageMoveTasksResultEntry, error) {
	out, err := l.client.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &source, MaxResults: aws.Int32(1)})
	if err != nil {
		return types.ListMessageMoveTasksResultEntry{}, fmt.Errorf("looking at the moves from %s: %w", source, err)
	}
	if len(out.Results) == 0 {
		return types.ListMessageMoveTasksResultEntry{}, errNoTask
	}
	return out.Results[0], nil
}

func (l *Letters) cancel(ctx context.Context, handle *string) error {
	ctx, cancel := context.WithTimeout(ctx, cancelTime)
	defer cancel()
	if _, err := l.client.CancelMessageMoveTask(ctx, &sqs.CancelMessageMoveTaskInput{TaskHandle: handle}); err != nil {
		return fmt.Errorf("the move goes on in SQS: it could not be cancelled: %w", err)
	}
	return nil
}

// sendOn sends what lies in the unrouted queue to the families that take it, as the front door would have: with its receive time and request id.
func (l *Letters) sendOn(ctx context.Context, progress Progress) (did Redriven, err error) {
	url := l.stack.Queues[argyle.Unrouted]
	total, _, err := l.depth(ctx, url)
	if err != nil {
		return did, err
	}
	sender := queue.NewSender(l.client, l.stack.Queues)
	err = l.visit(ctx, url, 0, func(each Letter) (bool, error) {
		family, known := each.Family()
		if !known {
			did.Left++
			return false, nil
		}
		if errors.Is(each.Err, queue.ErrTooOld) {
			did.Late++
			return false, nil
		}
		if err := sender.Send(ctx, family, each.Message); err != nil {
			return false, fmt.Errorf("sending message %s on: %w", each.ID, err)
		}
		did.Moved++
		progress(did.Moved, max(total-did.Left-did.Late, did.Moved))
		return true, nil
	})
	return did, err
}
