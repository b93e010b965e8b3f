package deadletters

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	// batchSize is the most that SQS hands out, or changes, in one call.
	batchSize = 10
	// heldFor is how long a message that was received stays away from others, in seconds. Whoever visits gives it back before, unless it was
	// interrupted in a way that leaves it no time.
	heldFor = 600
	// waitSeconds is how long SQS waits for a message. Any waiting has it ask all of its servers, so that an empty answer means an empty queue.
	waitSeconds = 1
	// returnTime bounds giving messages back, which is done even if the command was interrupted.
	returnTime = 20 * time.Second
)

// errNotAll says that a visit ended with messages coming back that were seen already.
var errNotAll = errors.New("there were too many to see all of them in the ten minutes that they stay away; say it again")

// visit receives the queue's messages and shows each to see, until the queue is empty, limit messages were seen (0: no limit), or see fails. A message
// of which see says that it is done with it is left to see, and is deleted; the others are given back for anyone to receive. SQS may deliver a message
// twice; the second copy is not shown.
func (l *Letters) visit(ctx context.Context, url string, limit int, see func(Letter) (done bool, err error)) (err error) {
	seen, kept, began := map[string]bool{}, map[string]Letter{}, time.Now()
	keep := func(letters ...Letter) {
		for _, each := range letters {
			kept[each.ID] = each // the handle of the last time that it was received is the one that counts
		}
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTime)
		defer cancel()
		err = errors.Join(err, l.giveBack(ctx, url, slices.Collect(maps.Values(kept))))
	}()
	for limit == 0 || len(seen) < limit {
		most := batchSize
		if limit > 0 {
			most = min(most, limit-len(seen))
		}
		out, err := l.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &url, MaxNumberOfMessages: int32(most), VisibilityTimeout: heldFor, WaitTimeSeconds: waitSeconds,
			MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		})
		if err != nil {
			return fmt.Errorf("receiving from %s: %w", url, err)
		}
		if len(out.Messages) == 0 {
			return nil
		}
		letters := make([]Letter, len(out.Messages))
		for i, message := range out.Messages {
			letters[i] = letter(message, time.Now())
		}
		fresh := 0
		for i, each := range letters {
			if seen[each.ID] {
				keep(each)
				continue
			}
			seen[each.ID] = true
			fresh++
			done, err := see(each)
			if err != nil {
				keep(letters[i:]...)
				return err
			}
			if !done {
				keep(each)
				continue
			}
			if _, err := l.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: &each.handle}); err != nil {
				keep(letters[i:]...)
				return fmt.Errorf("deleting message %s, which was sent on and now is in both queues, from %s: %w", each.ID, url, err)
			}
		}
		if fresh == 0 && time.Since(began) > heldFor*time.Second { // the first ones are back
			return errNotAll
		}
	}
	return nil
}

// giveBack makes messages visible again at once.
func (l *Letters) giveBack(ctx context.Context, url string, letters []Letter) error {
	away := 0
	for len(letters) > 0 {
		few := letters[:min(batchSize, len(letters))]
		letters = letters[len(few):]
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
		for i, each := range few {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(fmt.Sprint(i)), ReceiptHandle: aws.String(each.handle)})
		}
		out, err := l.client.ChangeMessageVisibilityBatch(ctx, in)
		if err != nil {
			return fmt.Errorf("the messages that were looked at come back to %s in ten minutes only: %w", url, err)
		}
		for _, failed := range out.Failed {
			if !strings.HasSuffix(aws.ToString(failed.Code), "MessageNotInflight") { // it is back already
				away++
			}
		}
	}
	if away > 0 {
		return fmt.Errorf("%d of the messages that were looked at come back to %s in ten minutes only", away, url)
	}
	return nil
}

// Look shows up to limit messages of a family's dead letters, or of the unrouted queue, to see. It raises their receive counts, which means nothing
// in a queue that has no redrive policy.
func (l *Letters) Look(ctx context.Context, family string, limit int, see func(Letter)) error {
	url, err := l.url(family)
	if err != nil {
		return err
	}
	return l.visit(ctx, url, limit, func(each Letter) (bool, error) {
		see(each)
		return false, nil
	})
}
