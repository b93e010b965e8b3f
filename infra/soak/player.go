package soak

import (
	"context"
	"sync"
	"time"
)

const (
	// atOnce is how many deliveries are under way at a time: a few more than the webhook function has instances, so that all of them have work.
	atOnce = 16
	// mostWaiting is how many acknowledged deliveries may wait for their workers before the next is sent: as many as all the workers together can hold,
	// which is four families of five workers with ten messages each. The front door is faster than they are, and a queue that only grows would make
	// the lag a measure of how long was played.
	mostWaiting = 200
	// waitPause is the time between two looks at how many wait.
	waitPause = 5 * time.Millisecond
)

// play posts the script's deliveries, as many as the stack takes, until playing ends. Deliveries under way then come to their end, as long as ctx lasts.
func play(ctx, playing context.Context, s *script, c *client, l *ledger) {
	deliveries := make(chan delivery)
	var players sync.WaitGroup
	for range atOnce {
		players.Go(func() {
			for d := range deliveries {
				l.answered(d, c.deliver(ctx, d, func() { l.count(&l.retries) }))
			}
		})
	}
	defer players.Wait()
	defer close(deliveries)
	for {
		for _, d := range s.scene() {
			if !await(playing, l) {
				return
			}
			select {
			case deliveries <- d:
			case <-playing.Done():
				return
			}
		}
	}
}

// await waits until the workers are not too far behind, and reports whether there is time to go on.
func await(playing context.Context, l *ledger) bool {
	for l.behind() >= mostWaiting {
		select {
		case <-time.After(waitPause):
		case <-playing.Done():
			return false
		}
	}
	return playing.Err() == nil
}
