package mapping

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/aws/smithy-go"
)

// The pauses between attempts to reach a queue grow from the first to the last.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 2 * time.Second
)

// outage remembers whether a queue can be reached and says it once when that changes.
type outage struct {
	name string
	say  func(string)

	mu    sync.Mutex
	pause time.Duration // 0 while the queue answers
}

// failed notes that a call failed and waits before the next, or until ctx ends.
func (o *outage) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	o.mu.Lock()
	if o.pause == 0 {
		o.say(fmt.Sprintf("%s: the queue cannot be reached (%s); trying until it can", o.name, reason(err)))
		o.pause = firstPause
	}
	pause := o.pause/2 + rand.N(o.pause/2) //nolint:gosec // spreads load; nothing secret
	o.pause = min(o.pause*2, lastPause)
	o.mu.Unlock()
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
}

// lasts says whether the last call failed.
func (o *outage) lasts() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.pause > 0
}

// over notes that a call succeeded.
func (o *outage) over() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.pause > 0 {
		o.say(o.name + ": the queue is back")
		o.pause = 0
	}
}

// reason is the one part of an SDK's error that a person needs.
func reason(err error) string {
	if api := smithy.APIError(nil); errors.As(err, &api) {
		return api.ErrorCode()
	}
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno.Error()
	}
	if network := net.Error(nil); errors.As(err, &network) && network.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return "connection broken off"
}
