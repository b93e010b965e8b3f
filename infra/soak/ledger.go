package soak

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"argyle-webhooks/infra/local/mapping"
	"argyle-webhooks/infra/model"
	"argyle-webhooks/shared/queue"
)

// ledger is what is known of each request: what the client was answered, and what became of the message. The gateway's request id, which is in the
// answer and in the message, ties the two together.
type ledger struct {
	mu       sync.Mutex
	acked    map[string]time.Time // when the answer was there
	refused  map[string]bool
	taken    map[string]model.Delivery
	unrouted map[string]bool
	applied  map[string]time.Time // when the worker that applied it had answered

	waiting map[string]bool // acked, for a worker, and not applied

	deliveries, unanswered, retries int
	kills, redeliveries, conflicts  int
	receives                        int // the most that one message needed

	refusals map[string]int // by reason
	strange  map[string]int // answers that should have been others
	failures map[string]int // why workers failed messages, by reason
}

func newLedger() *ledger {
	return &ledger{
		acked: map[string]time.Time{}, refused: map[string]bool{}, taken: map[string]model.Delivery{}, unrouted: map[string]bool{}, applied: map[string]time.Time{},
		waiting:  map[string]bool{},
		refusals: map[string]int{}, strange: map[string]int{}, failures: map[string]int{},
	}
}

// take records what a mapping has taken from its queue.
func (l *ledger) take(_ string, batch []mapping.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, message := range batch {
		if n, err := strconv.Atoi(message.Attributes["ApproximateReceiveCount"]); err == nil && n > 1 {
			l.redeliveries++
			l.receives = max(l.receives, n)
		}
		l.taken[requestID(message)] = model.Delivery{Body: []byte(message.Body), ReceivedAt: receivedAt(message)}
	}
}

// see records that the unrouted queue holds the message of a request.
func (l *ledger) see(requestID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unrouted[requestID] = true
}

// requestID is the request's that put the message into the queue; a message without one is known by its own id.
func requestID(message mapping.Message) string {
	if id := message.MessageAttributes[queue.AttributeRequestID].StringValue; id != nil {
		return *id
	}
	return message.MessageID
}

func receivedAt(message mapping.Message) time.Time {
	digits := message.Attributes["SentTimestamp"]
	if stamped := message.MessageAttributes[queue.AttributeReceivedAt].StringValue; stamped != nil {
		digits = *stamped
	}
	ms, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// succeed records that a worker has answered for messages.
func (l *ledger) succeed(_ string, done []mapping.Message) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, message := range done {
		if id := requestID(message); l.applied[id].IsZero() {
			l.applied[id] = now
			delete(l.waiting, id)
		}
	}
}

// answered records how a delivery ended.
func (l *ledger) answered(d delivery, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deliveries++
	switch {
	case a.status == 0 || a.status >= 500:
		l.unanswered++
		return
	case a.status >= 200 && a.status < 300:
		l.acked[a.id] = a.at
		if d.worker && l.applied[a.id].IsZero() {
			l.waiting[a.id] = true
		}
	default:
		l.refused[a.id] = true
		l.refusals[a.reason]++
	}
	if a.status != d.status || a.reason != d.reason {
		l.strange[strconv.Itoa(a.status)+" "+a.reason+" instead of "+strconv.Itoa(d.status)+" "+d.reason]++
	}
}

// behind is how many acknowledged deliveries the workers have not applied yet.
func (l *ledger) behind() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

func (l *ledger) count(counter *int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*counter++
}

// Write takes the functions' log, one line a call.
func (l *ledger) Write(line []byte) (int, error) {
	if !bytes.Contains(line, []byte(`"conflicts":`)) && !bytes.Contains(line, []byte(`"message failed"`)) {
		return len(line), nil
	}
	var entry struct {
		Message   string `json:"msg"`
		Reason    string `json:"reason"`
		Conflicts int    `json:"conflicts"`
	}
	if json.Unmarshal(line, &entry) == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.conflicts += entry.Conflicts
		if entry.Message == "message failed" {
			l.failures[entry.Reason]++
		}
	}
	return len(line), nil
}

// evidence is all that was taken.
func (l *ledger) evidence() []model.Delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Values(l.taken))
}

// line says how far things are.
func (l *ledger) line() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	refused := 0
	for _, n := range l.refusals {
		refused += n
	}
	return fmt.Sprintf("%d deliveries, %d acked, %d refused, %d kills, %d retries, %d redeliveries, %d conflicts, %d waiting",
		l.deliveries, len(l.acked), refused, l.kills, l.retries, l.redeliveries, l.conflicts, len(l.waiting))
}
