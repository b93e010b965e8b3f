package journey

import (
	"context"
	"fmt"
	"time"

	"argyle-webhooks/shared/argyle"
)

// pace is the pause after a delivery. Receive times are in milliseconds: a millisecond keeps one account's logins apart, and the rest lets a
// person see them go by.
const pace = 15 * time.Millisecond

// Deliver signs and posts the journey's deliveries one after the other and tells report of each answer. It ends at the first one that is
// not taken, since a play with a hole in it ends otherwise than it should.
func (j Journey) Deliver(ctx context.Context, url string, secret argyle.Secret, report func(Delivery, Answer)) error {
	for i, delivery := range j.Deliveries {
		answer, err := Post(ctx, url, secret, delivery.Body)
		if err != nil {
			return fmt.Errorf("delivery %d of %d (%s): %w", i+1, len(j.Deliveries), delivery.Event, err)
		}
		report(delivery, answer)
		if !answer.Taken() {
			return fmt.Errorf("delivery %d of %d (%s): answered %d %s", i+1, len(j.Deliveries), delivery.Event, answer.Status, answer.Reason)
		}
		select {
		case <-time.After(pace):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
