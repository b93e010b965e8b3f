package mapping

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

func TestABatchArrivesInLambdasFormAndIsDeleted(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	b.send(t, "one\n<&>")
	got := make(chan events.SQSMessage, 10)
	var taken atomic.Int32
	b.start(t, func(_ context.Context, batch events.SQSEvent) (any, error) {
		for _, m := range batch.Records {
			got <- m
		}
		return none(), nil
	}, func(c *Config) { c.Taken = func(batch []Message) { taken.Add(int32(len(batch))) } })
	m := <-got
	if m.Body != "one\n<&>" || m.EventSource != "aws:sqs" || m.EventSourceARN != "arn:aws:sqs:us-east-1:000000000000:accounts" || m.AWSRegion != "us-east-1" ||
		m.MessageId == "" || m.ReceiptHandle == "" || m.Md5OfBody != "43e21e08b7e6c97c4c9e4e4d6e46cea9" && len(m.Md5OfBody) != 32 {
		t.Errorf("message %+v", m)
	}
	for _, name := range []string{"ApproximateReceiveCount", "SentTimestamp", "ApproximateFirstReceiveTimestamp", "SenderId"} {
		if m.Attributes[name] == "" {
			t.Errorf("attribute %s is missing: %v", name, m.Attributes)
		}
	}
	at := m.MessageAttributes
	if *at["event"].StringValue != "accounts.connected" || at["received_at"].DataType != "Number" || string(at["raw"].BinaryValue) != "\x00\x01" || at["event"].StringListValues == nil {
		t.Errorf("message attributes %+v", at)
	}
	eventually(t, 2*time.Second, "queue empty", func() bool { return b.left(t, b.url) == 0 })
	if taken.Load() != 1 {
		t.Errorf("the hook saw %d messages, want 1", taken.Load())
	}
}

func TestAWindowGathersABatch(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	sizes := make(chan int, 10)
	b.start(t, func(_ context.Context, batch events.SQSEvent) (any, error) {
		sizes <- len(batch.Records)
		return none(), nil
	}, func(c *Config) { c.Window = time.Second; c.BatchSize = 4 })
	started := time.Now()
	for i := range 3 {
		b.send(t, fmt.Sprint(i))
		time.Sleep(150 * time.Millisecond)
	}
	if n, took := <-sizes, time.Since(started); n != 3 || took < 900*time.Millisecond || took > 1800*time.Millisecond {
		t.Errorf("a batch of %d after %v, want 3 after the window of a second", n, took)
	}
	started = time.Now()
	b.send(t, "3", "4", "5", "6", "7")
	if n, took := <-sizes, time.Since(started); n != 4 || took > 800*time.Millisecond {
		t.Errorf("a batch of %d after %v, want 4 before the window is over", n, took)
	}
}

func TestOnlyTheFailedComeBackAndEndInTheDeadLetterQueue(t *testing.T) {
	t.Parallel()
	b := newBench(t, 3)
	var mu sync.Mutex
	seen := map[string][]string{}
	b.start(t, func(_ context.Context, batch events.SQSEvent) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		response := none()
		for _, m := range batch.Records {
			seen[m.Body] = append(seen[m.Body], m.Attributes["ApproximateReceiveCount"])
			if m.Body == "poison" {
				response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
		}
		return response, nil
	}, nil)
	b.send(t, "a", "poison", "b")
	eventually(t, 8*time.Second, "poison in the dead-letter queue", func() bool { return b.left(t, b.dlq) == 1 })
	mu.Lock()
	defer mu.Unlock()
	if len(seen["a"]) != 1 || len(seen["b"]) != 1 || strings.Join(seen["poison"], " ") != "1 2 3" {
		t.Errorf("receives %v, want a and b once, poison three times", seen)
	}
	if n := b.left(t, b.url); n != 0 {
		t.Errorf("%d messages left in the queue", n)
	}
}

func TestAFailedFunctionReturnsTheWholeBatchAfterRetryAfter(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	var calls []time.Time
	var mu sync.Mutex
	_, said := b.start(t, func(context.Context, events.SQSEvent) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, time.Now())
		if len(calls) == 1 {
			return nil, errors.New("Task timed out")
		}
		return none(), nil
	}, func(c *Config) { c.RetryAfter = 2 * time.Second; c.Window = 300 * time.Millisecond })
	b.send(t, "a", "b")
	eventually(t, 8*time.Second, "queue empty", func() bool { return b.left(t, b.url) == 0 })
	if len(calls) != 2 || calls[1].Sub(calls[0]) < 1500*time.Millisecond || calls[1].Sub(calls[0]) > 4500*time.Millisecond {
		t.Errorf("calls at %v, want two, about two seconds apart", calls)
	}
	if lines := said.all(); len(lines) != 1 || lines[0] != "accounts: a batch of 2 failed: Task timed out" {
		t.Errorf("said %q", lines)
	}
}

func TestTemplateKeepsTheQueuesVisibilityTimeout(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	var calls atomic.Int32
	b.start(t, func(context.Context, events.SQSEvent) (any, error) {
		calls.Add(1)
		return nil, errors.New("no")
	}, func(c *Config) { c.RetryAfter = -1 })
	b.send(t, "a")
	eventually(t, 3*time.Second, "called", func() bool { return calls.Load() == 1 })
	time.Sleep(2500 * time.Millisecond)
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls within 2.5 s of a visibility timeout of 30 s", n)
	}
}

func TestConcurrencyIsCapped(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	for i := range 12 {
		b.send(t, fmt.Sprint(i))
	}
	var now, most, total atomic.Int32
	b.start(t, func(context.Context, events.SQSEvent) (any, error) {
		n := now.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			continue
		}
		time.Sleep(200 * time.Millisecond)
		now.Add(-1)
		total.Add(1)
		return none(), nil
	}, func(c *Config) { c.BatchSize = 1; c.MaximumConcurrency = 3 })
	eventually(t, 6*time.Second, "all twelve handled", func() bool { return total.Load() == 12 })
	if most.Load() != 3 {
		t.Errorf("%d at a time, want 3", most.Load())
	}
}

func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	b.send(t, "a")
	entered := make(chan struct{})
	var finished atomic.Bool
	m, _ := b.start(t, func(context.Context, events.SQSEvent) (any, error) {
		close(entered)
		time.Sleep(500 * time.Millisecond)
		finished.Store(true)
		return none(), nil
	}, nil)
	<-entered
	started := time.Now()
	m.Stop(t.Context())
	if took := time.Since(started); !finished.Load() || took > 2500*time.Millisecond {
		t.Errorf("Stop after %v, finished %v", took, finished.Load())
	}
	if n := b.left(t, b.url); n != 0 {
		t.Errorf("%d messages left: what was handled was not deleted", n)
	}
	b.send(t, "b")
	time.Sleep(300 * time.Millisecond)
	if n := b.left(t, b.url); n != 1 {
		t.Errorf("%d messages left, want the one that nobody takes now", n)
	}
}

func TestStopDoesNotWaitBeyondItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	b.send(t, "a")
	entered := make(chan struct{})
	m, said := b.start(t, func(ctx context.Context, _ events.SQSEvent) (any, error) {
		close(entered)
		<-ctx.Done()
		return nil, ctx.Err()
	}, nil)
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	started := time.Now()
	m.Stop(ctx)
	if took := time.Since(started); took > time.Second {
		t.Errorf("Stop took %v", took)
	}
	if n, lines := b.left(t, b.url), said.all(); n != 1 || len(lines) != 0 {
		t.Errorf("%d messages left, said %q; want the message kept and nothing said", n, lines)
	}
}
