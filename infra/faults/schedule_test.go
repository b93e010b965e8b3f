package faults

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/table"
	"argyle-webhooks/shared/telemetry"
)

// jitter is longer than any pause of the table's after a conflict.
const jitter = 300 * time.Millisecond

// schedule runs several workers over one world, one call at a time: each call waits until it is told to go on, or what goes wrong with it.
type schedule struct {
	world
	workers []*invocation // nil: idle
	tally   *tally

	mu      sync.Mutex
	waiting []*call
}

// invocation is one batch in one sandbox.
type invocation struct {
	box      *sandbox
	batch    []events.SQSMessage
	cancel   context.CancelFunc
	deadline time.Time
	response atomic.Pointer[events.SQSEventResponse] // once it has answered
	problem  string
}

// call is a call that waits for its verdict.
type call struct {
	worker int
	op     operation
	key    status.Key
	goOn   chan verdict
}

type verdict struct {
	fault  fault
	struck bool
}

// tally counts what schedules were made of.
type tally struct {
	schedules, events, duplicates, invocations, calls, crashes, lostAnswers, dead, conflicts int
	faults                                                                                   map[string]int
}

func (s *schedule) start(worker int, batch []events.SQSMessage) {
	ctx, cancel := context.WithTimeout(context.Background(), functionTimeout)
	run := &invocation{batch: batch, cancel: cancel, deadline: time.Now().Add(functionTimeout)}
	run.box = &sandbox{Store: &s.store, rival: s.rival, gone: make(chan struct{})}
	run.box.decide = func(ctx context.Context, op operation, key status.Key) (fault, bool) {
		return s.wait(ctx, worker, run.box, op, key)
	}
	work := queue.Worker(table.New(run.box, "memory"), telemetry.New(io.Discard, "worker", ""))
	s.workers[worker] = run
	s.tally.invocations++
	go func() {
		response, err := work(ctx, events.SQSEvent{Records: batch})
		switch {
		case run.box.isGone():
			return
		case err != nil:
			run.problem = "the worker failed as a whole: " + err.Error()
		case response.BatchItemFailures == nil:
			run.problem = "the answer has no list: Lambda would delete every message"
		case time.Now().After(run.deadline):
			run.problem = "the worker did not answer in time"
		}
		run.response.Store(&response)
	}()
}

// wait holds a call until it gets its verdict, its time is up, or its sandbox is gone.
func (s *schedule) wait(ctx context.Context, worker int, box *sandbox, op operation, key status.Key) (fault, bool) {
	this := &call{worker, op, key, make(chan verdict, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, this)
	s.mu.Unlock()
	var got verdict
	select {
	case got = <-this.goOn:
	case <-ctx.Done():
	case <-box.gone:
	}
	s.mu.Lock()
	s.waiting = slices.DeleteFunc(s.waiting, func(other *call) bool { return other == this })
	s.mu.Unlock()
	return got.fault, got.struck
}

// rest waits until nothing moves any more, pauses after conflicts included.
func (s *schedule) rest() {
	synctest.Wait()
	if now := s.store.Counts().Conflicts; now != s.tally.conflicts {
		s.tally.conflicts = now
		time.Sleep(jitter)
		synctest.Wait()
	}
}

// calls are the calls that wait, in an order that does not depend on the scheduler. Loads come first: rapid draws the first most often, and who writes
// long after loading meets other writers.
func (s *schedule) calls() []*call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := slices.Clone(s.waiting)
	slices.SortFunc(calls, func(a, b *call) int {
		return cmp.Or(cmp.Compare(a.op, b.op), cmp.Compare(a.worker, b.worker), cmp.Compare(a.key.User, b.key.User), cmp.Compare(a.key.Account, b.key.Account))
	})
	return calls
}

func pick[T any](t *rapid.T, what string, from []T) T {
	if len(from) == 0 {
		t.Skip("no " + what)
	}
	return rapid.SampledFrom(from).Draw(t, what)
}

// which are the workers for which a condition holds.
func (s *schedule) which(holds func(*invocation) bool) []int {
	var list []int
	for i, run := range s.workers {
		if holds(run) {
			list = append(list, i)
		}
	}
	return list
}

func idle(run *invocation) bool     { return run == nil }
func working(run *invocation) bool  { return run != nil && run.response.Load() == nil }
func answered(run *invocation) bool { return run != nil && run.response.Load() != nil }

// actions are what may happen next. Rapid draws the first by name most often, so the names begin with numbers.
func (s *schedule) actions() map[string]func(*rapid.T) {
	goOn := func(t *rapid.T) {
		pick(t, "call", s.calls()).goOn <- verdict{}
		s.tally.calls++
		s.rest()
	}
	poll := func(t *rapid.T) {
		worker := pick(t, "idle worker", s.which(idle))
		batch := s.queue.Receive(rapid.IntRange(1, 5).Draw(t, "batch"))
		if len(batch) == 0 {
			t.Skip("nothing to receive")
		}
		if rapid.IntRange(0, 9).Draw(t, "receive") == 0 {
			s.tally.faults["receive: lost"]++
			return
		}
		s.start(worker, batch)
		s.rest()
	}
	deliver := func(t *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(t, "events") {
			ago := rapid.SampledFrom([]time.Duration{0, 0, 0, time.Millisecond, time.Second, 2 * time.Second, time.Minute, time.Hour, 29 * 24 * time.Hour}).Draw(t, "ago")
			s.send(delivery{drawEvent(t), ago}.message())
			s.tally.events++
		}
	}
	actions := map[string]func(*rapid.T){
		"5 deliver again": func(t *rapid.T) {
			s.send(pick(t, "message", s.messages))
			s.tally.duplicates++
		},
		"6 fault": func(t *rapid.T) {
			call := pick(t, "call", s.calls())
			fault := pick(t, "fault", faultsOf(call.op))
			s.tally.faults[string(call.op)+": "+fault.String()]++
			call.goOn <- verdict{fault, true}
			s.rest()
			s.bury()
		},
		"8 crash": func(t *rapid.T) {
			s.workers[pick(t, "worker", s.which(working))].box.crash()
			s.tally.crashes++
			s.rest()
			s.bury()
		},
		"7 time passes": func(t *rapid.T) {
			time.Sleep(rapid.SampledFrom([]time.Duration{time.Second, Visibility, functionTimeout}).Draw(t, "time"))
			s.rest()
		},
		"9 redrive": func(t *rapid.T) {
			if len(s.queue.Dead()) == 0 {
				t.Skip("nothing to redrive")
			}
			s.tally.dead += len(s.queue.Dead())
			s.queue.Redrive()
		},
		"": func(t *rapid.T) {
			for _, run := range s.workers {
				if run != nil && run.problem != "" {
					t.Fatal(run.problem)
				}
			}
			if lost := s.lost(); lost != "" {
				t.Fatal(lost)
			}
		},
	}
	often := func(n int, name string, action func(*rapid.T)) {
		for i := range n {
			actions[fmt.Sprintf("%s (%d)", name, i+1)] = action
		}
	}
	often(5, "1 go on", goOn)
	often(4, "2 poll", poll)
	often(3, "3 answer", func(t *rapid.T) { s.answer(t, pick(t, "answer", s.which(answered))) })
	often(2, "4 deliver", deliver)
	return actions
}

// answer hands a worker's answer to the mapping, or loses it, or half of the deletions.
func (s *schedule) answer(t *rapid.T, worker int) {
	run := s.workers[worker]
	s.workers[worker] = nil
	run.cancel()
	switch rapid.IntRange(0, 5).Draw(t, "answer") {
	case 0:
		s.tally.lostAnswers++
	case 1:
		s.tally.lostAnswers++
		s.settle(run.batch[:len(run.batch)/2], *run.response.Load())
	default:
		s.settle(run.batch, *run.response.Load())
	}
}

// bury makes the workers idle whose sandboxes are gone.
func (s *schedule) bury() {
	for i, run := range s.workers {
		if run != nil && run.box.isGone() {
			run.cancel()
			s.workers[i] = nil
		}
	}
}

// finish lets everything that is under way come to its end, and then workers without a fault take what is left. It returns what is wrong then.
func (s *schedule) finish() string {
	for len(s.which(working)) > 0 {
		for _, call := range s.calls() {
			call.goOn <- verdict{}
		}
		time.Sleep(jitter)
		synctest.Wait()
	}
	for _, worker := range s.which(answered) {
		s.settle(s.workers[worker].batch, *s.workers[worker].response.Load())
	}
	rest := trial{batch: 10, counts: map[step]int{}, locked: make(chan struct{}, 1)}
	rest.store.items, rest.queue, rest.acked, rest.messages, rest.all = s.store.items, s.queue, s.acked, s.messages, s.all
	for range 2 { // what was handed out too often goes to the dead-letter queue the first time, and is redriven
		if problem := rest.run(); problem != "" {
			return problem
		}
		s.tally.dead += len(rest.queue.Dead())
		rest.queue.Redrive()
	}
	return cmp.Or(rest.run(), rest.wrong(), rest.again())
}

// end leaves no goroutine behind, whatever has happened.
func (s *schedule) end() {
	for _, run := range s.workers {
		if run != nil {
			run.box.crash()
			run.cancel()
		}
	}
	time.Sleep(jitter)
	synctest.Wait()
}

// drawEvent draws an event of few users and accounts, so that they meet. The account "a" exists under two users.
func drawEvent(t *rapid.T) string {
	user := rapid.SampledFrom([]string{"u", "u", "v"}).Draw(t, "user")
	account := rapid.SampledFrom([]string{"a", "a", "b"}).Draw(t, "account")
	at := rapid.SampledFrom([]string{"12:00", "12:30", "13:00"}).Draw(t, "at")
	kinds := []func() string{
		func() string { return event("accounts.added", user, account, "") },
		func() string { return event("accounts.connected", user, account, "") },
		func() string { return event("accounts.connected", user, account, snapshot(at, "connected")) },
		func() string { return event("accounts.failed", user, account, `, "error_code": "auth_required"`) },
		func() string { return event("accounts.failed", user, account, snapshot(at, "error")) },
		func() string { return event("accounts.updated", user, account, snapshot(at, "connected")) },
		func() string { return event("accounts.updated", user, account, "") },
		func() string { return event("identities.added", user, account, `, "identity": "i1"`) },
		func() string { return event("profiles.updated", user, account, `, "profile": "i2"`) },
		func() string { return event("paystubs.added", user, account, `, "available_count": "3"`) },
		func() string {
			return event("paystubs.partially_synced", user, account, `, "available_count": 5, "days_synced": 111`)
		},
		func() string { return event("paystubs.fully_synced", user, account, `, "available_count": 9`) },
		func() string {
			return event("users.fully_synced", user, "", `, "resource": {"accounts_connected": ["`+account+`"]}`)
		},
		func() string { return event("users.fully_synced", user, "", "") },
		func() string { return event("accounts.removed", user, "b", "") },                          // absorbs everything else about it
		func() string { return event("paystubs.added", user, account, `, "available_count": -3`) }, // can never be stored
	}
	return kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")]()
}

// TestSchedules lets workers run interleaved in random orders, with random faults at their calls, and asks after each action that nothing is lost,
// and at the end that the table holds what all events together prove.
func TestSchedules(t *testing.T) {
	for _, workers := range []int{2, 4} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			total := tally{faults: map[string]int{}}
			conflicts := 0
			rapid.Check(t, func(t *rapid.T) {
				rapid.SyncTest(t, func(t *rapid.T) {
					total.schedules++
					total.conflicts = 0
					s := &schedule{workers: make([]*invocation, workers), tally: &total}
					defer s.end()
					for range 6 {
						t.Repeat(s.actions())
					}
					if problem := s.finish(); problem != "" {
						t.Fatal(problem)
					}
					conflicts += total.conflicts
				})
			})
			total.conflicts = conflicts
			t.Logf("%+v", total)
			if conflicts == 0 || total.crashes == 0 || total.lostAnswers == 0 || total.duplicates == 0 || total.dead == 0 || len(total.faults) < 20 {
				t.Error("the schedules were no trial: something never happened")
			}
		})
	}
}
