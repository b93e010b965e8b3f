package faults

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/table"
	"argyle-webhooks/shared/telemetry"
)

// step is one call on the worker's path: the nth of its operation for its record. It does not depend on the order in which a batch's records are
// applied at once.
type step struct {
	op  operation
	key status.Key
	n   int
}

// trial drives a world with faults at given steps until its queue is empty.
type trial struct {
	world
	batch  int
	plan   map[step]fault
	taken  []step // every step, in order
	counts map[step]int
	locked chan struct{}
	struck int
}

func (tr *trial) at(op operation, key status.Key) (fault, bool) {
	tr.locked <- struct{}{}
	defer func() { <-tr.locked }()
	count := step{op, key, 0}
	tr.counts[count]++
	this := step{op, key, tr.counts[count]}
	tr.taken = append(tr.taken, this)
	fault, struck := tr.plan[this]
	if struck {
		tr.struck++
	}
	return fault, struck
}

// run lets the event source mapping poll until nothing waits. It returns what went wrong.
func (tr *trial) run() string {
	// A message that can never be stored is handed out ten times, and a long schedule has many of them.
	limit := 100 + 2*len(tr.messages)
	for rounds := 0; !tr.queue.Empty(); rounds++ {
		if rounds > limit {
			return "the queue does not become empty"
		}
		fault, struck := tr.at(receive, status.Key{})
		if struck && !fault.after {
			continue
		}
		batch := tr.queue.Receive(tr.batch)
		if len(batch) == 0 {
			time.Sleep(Visibility / 3)
			continue
		}
		if struck {
			continue // handed out, and the answer was lost
		}
		response, problem := tr.invoke(batch)
		if problem != "" {
			return problem
		}
		if response != nil {
			tr.answer(batch, *response)
		}
		if lost := tr.lost(); lost != "" {
			return lost
		}
	}
	return ""
}

// answer hands the worker's answer to the mapping; a fault before it loses it, one after it half of the deletions.
func (tr *trial) answer(batch []events.SQSMessage, response events.SQSEventResponse) {
	fault, struck := tr.at(answer, status.Key{})
	switch {
	case !struck:
		tr.settle(batch, response)
	case fault.after:
		tr.settle(batch[:len(batch)/2], response)
	}
}

// invoke runs the worker in a sandbox. It returns no response if the sandbox is gone.
func (tr *trial) invoke(batch []events.SQSMessage) (response *events.SQSEventResponse, problem string) {
	box := &sandbox{
		Store: &tr.store, rival: tr.rival, gone: make(chan struct{}),
		decide: func(_ context.Context, op operation, key status.Key) (fault, bool) { return tr.at(op, key) },
	}
	worker := queue.Worker(table.New(box, "memory"), telemetry.New(io.Discard, "worker", ""))
	ctx, cancel := context.WithTimeout(context.Background(), functionTimeout)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		answered, err := worker(ctx, events.SQSEvent{Records: batch})
		if err != nil {
			problem = "the worker failed as a whole: " + err.Error()
		}
		response = &answered
	}()
	<-done
	switch {
	case problem != "":
	case box.isGone():
		return nil, ""
	case ctx.Err() != nil:
		problem = "the worker did not answer in time"
	case response == nil || response.BatchItemFailures == nil:
		problem = "the answer has no list: Lambda would delete every message"
	}
	return response, problem
}

// journey is what a trial delivers.
type journey struct {
	batch      int // messages of a batch
	deliveries []delivery
	// alone: faults one at a time. Poison is handed out ten times, which makes too many pairs that are alike.
	alone bool
}

const resource = `, "resource": {"updated_at": "1999-12-31T%s:00Z", "created_at": "1999-12-31T10:00:00Z", "scanned_at": "1999-12-31T%s:00Z", "item": "item_1", "employers": ["Sample Market"],
	"connection": {"status": %q, "updated_at": "1999-12-31T11:00:00Z"}, "availability": {"paystubs": {"status": "synced", "updated_at": "1999-12-31T%[1]s:00Z",
	"available_count": 9, "available_from": null, "available_to": null}}}`

func snapshot(at, connection string) string { return fmt.Sprintf(resource, at, at, connection) }

// journeys are short, for every one is played thousands of times.
var journeys = map[string]journey{
	"a burst of one account": {batch: 10, deliveries: []delivery{
		{event("accounts.added", "u", "a", ""), 9 * time.Second},
		{event("accounts.connected", "u", "a", snapshot("12:00", "connected")), 8 * time.Second},
		{event("paystubs.added", "u", "a", `, "available_count": 4`), 7 * time.Second},
		{event("paystubs.partially_synced", "u", "a", `, "available_count": 5, "days_synced": 111`), 6 * time.Second},
		{event("identities.added", "u", "a", `, "identity": "i1"`), 5 * time.Second},
		{event("accounts.updated", "u", "a", snapshot("12:30", "connected")), 4 * time.Second},
		{event("paystubs.fully_synced", "u", "a", `, "available_count": 9`), 3 * time.Second},
		{event("identities.updated", "u", "a", `, "identity": "i2"`), 2 * time.Second},
		{event("accounts.failed", "u", "a", `, "error_code": "auth_required"`), time.Second},
		{event("accounts.connected", "u", "a", ""), 0},
	}},
	"two accounts and the user in small batches": {batch: 3, deliveries: []delivery{
		{event("accounts.connected", "u", "a", snapshot("12:00", "connected")), 9 * time.Second},
		{event("accounts.connected", "u", "b", ""), 8 * time.Second},
		{event("users.fully_synced", "u", "", `, "resource": {"id": "u", "external_id": "x", "accounts_connected": ["a"]}`), 7 * time.Second},
		{event("accounts.failed", "u", "a", `, "error_code": "mfa_timeout"`), 6 * time.Second},
		{event("users.fully_synced", "u", "", ""), 4 * time.Second},
	}},
	"removed in the middle": {batch: 2, deliveries: []delivery{
		{event("accounts.connected", "u", "a", ""), 9 * time.Second},
		{event("accounts.removed", "u", "a", ""), 7 * time.Second},
		{event("accounts.updated", "u", "a", snapshot("12:00", "connected")), 5 * time.Second},
	}},
	"with poison, too late, and nothing proven": {alone: true, batch: 5, deliveries: []delivery{
		{event("accounts.connected", "u", "a", ""), 9 * time.Second},
		{event("accounts.connected", "u", "", ""), 8 * time.Second}, // no account
		{event("accounts.updated", "u", "a", ""), 6 * time.Second},
		{event("accounts.connected", "u", "b", ""), 29 * 24 * time.Hour},
		{"no event", 3 * time.Second},
	}},
	"every message alone": {batch: 1, deliveries: []delivery{
		{event("accounts.added", "u", "a", ""), 3 * time.Second},
		{event("accounts.connected", "u", "a", ""), 2 * time.Second},
		{event("accounts.connected", "u", "a", ""), 2 * time.Second}, // a second subscription: the same bytes
	}},
}

// play plays a journey under a plan and checks it. It returns the steps that were taken and how many faults struck.
func (j journey) play(plan map[step]fault) (steps []step, struck int, problem string) {
	tr := trial{batch: j.batch, plan: plan, counts: map[step]int{}, locked: make(chan struct{}, 1)}
	for _, delivery := range j.deliveries {
		tr.send(delivery.message())
	}
	problem = tr.run()
	steps, struck = tr.taken, tr.struck
	if problem == "" {
		problem = tr.wrong()
	}
	if problem == "" {
		problem = tr.again()
	}
	return steps, struck, problem
}

// again delivers everything once more, without faults: nothing may be written.
func (tr *trial) again() string {
	writes := tr.store.Counts().Writes
	tr.plan = nil
	tr.queue.Redrive()
	for _, event := range tr.messages {
		tr.queue.Send(event)
	}
	if problem := tr.run(); problem != "" {
		return "again: " + problem
	}
	if more := tr.store.Counts().Writes - writes; more != 0 {
		return fmt.Sprintf("redelivery wrote %d times", more)
	}
	return tr.wrong()
}

// TestEveryFault puts every fault at every call of every journey: one at a time, and then every pair, the second at every call that is taken once
// the first has struck.
func TestEveryFault(t *testing.T) {
	for name, journey := range journeys {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				steps, _, problem := journey.play(nil)
				if problem != "" {
					t.Fatalf("without a fault: %s", problem)
				}
				singles, pairs := 0, 0
				for _, first := range steps {
					for _, one := range faultsOf(first.op) {
						plan := map[step]fault{first: one}
						then, struck, problem := journey.play(plan)
						if problem != "" || struck != 1 {
							t.Fatalf("%v (%d struck): %s", plan, struck, problem)
						}
						singles++
						if !journey.alone && tellsApart(first.op, one) {
							pairs += journey.playPairs(t, plan, after(then, first))
						}
					}
				}
				t.Logf("%d calls, %d faults one at a time, %d pairs", len(steps), singles, pairs)
				if singles < 2*len(steps) || !journey.alone && pairs < 5*singles {
					t.Errorf("too few to prove anything")
				}
			})
		})
	}
}

// tellsApart: to the worker an error, throttling and a panic are what a timeout is, so pairs do without them.
func tellsApart(op operation, f fault) bool {
	return op == receive || op == answer || f.kind != failed && f.kind != throttled && f.kind != panicked
}

// playPairs adds a second fault to a plan of one, at each of the steps given. It returns how often both struck.
func (j journey) playPairs(t *testing.T, one map[step]fault, steps []step) (pairs int) {
	t.Helper()
	for _, second := range steps {
		for _, other := range faultsOf(second.op) {
			if !tellsApart(second.op, other) {
				continue
			}
			plan := maps.Clone(one)
			plan[second] = other
			_, struck, problem := j.play(plan)
			if problem != "" {
				t.Fatalf("%v: %s", plan, problem)
			}
			if struck == 2 {
				pairs++
			}
		}
	}
	return pairs
}

// after are the steps that were taken later than the given one.
func after(steps []step, first step) []step {
	return steps[slices.Index(steps, first)+1:]
}
