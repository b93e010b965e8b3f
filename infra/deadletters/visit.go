package deadletters

import (
	"context"
	"errors"
	"fmt"
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

// visit receives the queue's messages and shows each to see, until the queue is empty, limit messages were seen (0: no limit), or see fails. A message
// of which see says that it is done with it is left to see, and is deleted; the others are given back for anyone to receive.
func (l *Letters) visit(ctx context.Context, url string, limit int, see func(Letter) (done bool, err error)) (err error) {
	seen := map[string]bool{}
	var kept []Letter
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTime)
		defer cancel()
		err = errors.Join(err, l.giveBack(ctx, url, kept))
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
			if seen[each.ID] { // SQS may deliver a message twice, and the first to be held come back in time
				kept = append(kept, each)
				continue
			}
			seen[each.ID] = true
			fresh++
			done, err := see(each)
			if err != nil {
				kept = append(kept, letters[i:]...)
				return err
			}
			if !done {
				kept = append(kept, each)
				continue
			}
			if _, err := l.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: &each.handle}); err != nil {
				kept = append(kept, letters[i:]...)
				return fmt.Errorf("deleting message %s, which was sent on and now is in both queues, from %s: %w", each.ID, url, err)
			}
		}
		if fresh == 0 {
			return nil
		}
	}
	return nil
}

// giveBack makes messages visible again at once.
func (l *Letters) giveBack(ctx context.Context, url string, letters []Letter) error {
	for len(letters) > 0 {
		few := letters[:min(batchSize, len(letters))]
		letters = letters[len(few):]
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
		for i, each := range few {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(fmt.Sprint(i)), ReceiptHandle: aws.String(each.handle)})
		}
		// One that cannot be given back now comes back by itself; only a call that fails as a whole is worth a word.
		if _, err := l.client.ChangeMessageVisibilityBatch(ctx, in); err != nil {
			return fmt.Errorf("the messages that were looked at come back to %s in ten minutes only: %w", url, err)
		}
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
