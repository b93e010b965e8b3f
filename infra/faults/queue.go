package faults

import (
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// The attributes of the template's queues that decide what becomes of a message.
const (
	// Visibility is how long a message that was received stays hidden.
	Visibility = 90 * time.Second
	// MaxReceives is how often a message is handed out before it goes to the dead-letter queue.
	MaxReceives = 10
)

// Queue keeps messages in memory as SQS does: a message that was received is hidden for a while and comes back unless it is deleted, and one that was
// handed out too often goes to the dead-letter queue. Its clock is time.Now, which is virtual in a synctest bubble. It is for one
// goroutine, and the zero Queue is empty.
type Queue struct {
	waiting []*held // sent and not deleted, oldest first
	dead    []*held
	sent    int
}

type held struct {
	message  events.SQSMessage
	receives int
	hidden   time.Time // until then
}

// Send puts a message in and returns its id.
func (q *Queue) Send(message events.SQSMessage) (id string) {
	q.sent++
	message.MessageId = strconv.Itoa(q.sent)
	q.waiting = append(q.waiting, &held{message: message})
	return message.MessageId
}

// Receive hands out at most n messages that are not hidden, and hides them. A message that would be handed out once too often goes to the
// dead-letter queue instead.
func (q *Queue) Receive(n int) []events.SQSMessage {
	now := time.Now()
	var handed []events.SQSMessage
	kept := q.waiting[:0:0]
	for _, m := range q.waiting {
		switch {
		case len(handed) == n || now.Before(m.hidden):
		case m.receives == MaxReceives:
			q.dead = append(q.dead, m)
			continue
		default:
			m.receives++
			m.hidden = now.Add(Visibility)
			message := m.message
			message.Attributes = map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.receives)}
			handed = append(handed, message)
		}
		kept = append(kept, m)
	}
	q.waiting = kept
	return handed
}

// Delete takes a message out for good, hidden or not. One that is gone already is no error.
func (q *Queue) Delete(id string) {
	for i, m := range q.waiting {
		if m.message.MessageId == id {
			q.waiting = append(q.waiting[:i:i], q.waiting[i+1:]...)
			return
		}
	}
}

// Redrive moves what the dead-letter queue holds back, as new.
func (q *Queue) Redrive() {
	for _, m := range q.dead {
		q.waiting = append(q.waiting, &held{message: m.message})
	}
	q.dead = nil
}

// Empty tells whether nothing waits, hidden or not; what is in the dead-letter queue does not wait.
func (q *Queue) Empty() bool { return len(q.waiting) == 0 }

// Holds tells whether the message is in the queue or in the dead-letter queue.
func (q *Queue) Holds(id string) bool {
	for _, list := range [][]*held{q.waiting, q.dead} {
		for _, m := range list {
			if m.message.MessageId == id {
				return true
			}
		}
	}
	return false
}

// Dead are the ids of the messages in the dead-letter queue.
func (q *Queue) Dead() []string {
	ids := make([]string, len(q.dead))
	for i, m := range q.dead {
		ids[i] = m.message.MessageId
	}
	return ids
}
