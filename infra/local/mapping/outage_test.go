package mapping

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// flaky is SQS that can be out of reach.
type flaky struct {
	*sqs.Client
	down, noDelete atomic.Bool
	refused        atomic.Int32
}

var errDown = fmt.Errorf("dial: %w", os.ErrDeadlineExceeded)

func (f *flaky) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, o ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	if f.down.Load() {
		f.refused.Add(1)
		return nil, errDown
	}
	return f.Client.ReceiveMessage(ctx, in, o...)
}

func (f *flaky) GetQueueAttributes(ctx context.Context, in *sqs.GetQueueAttributesInput, o ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	if f.down.Load() {
		return nil, errDown
	}
	return f.Client.GetQueueAttributes(ctx, in, o...)
}

func (f *flaky) DeleteMessageBatch(ctx context.Context, in *sqs.DeleteMessageBatchInput, o ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	if f.down.Load() || f.noDelete.Load() {
		return nil, errDown
	}
	return f.Client.DeleteMessageBatch(ctx, in, o...)
}

func TestAnOutageIsSaidOnceAndHeals(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	service := &flaky{Client: b.client}
	service.down.Store(true)
	var calls atomic.Int32
	_, said := b.start(t, func(context.Context, events.SQSEvent) (any, error) {
		calls.Add(1)
		return none(), nil
	}, func(c *Config) { c.SQS = service })
	b.send(t, "a")
	time.Sleep(1500 * time.Millisecond)
	service.down.Store(false)
	eventually(t, 5*time.Second, "queue empty", func() bool { return b.left(t, b.url) == 0 })
	want := []string{"accounts: the queue cannot be reached (no answer in time); trying until it can", "accounts: the queue is back"}
	if lines := said.all(); !slices.Equal(lines, want) {
		t.Errorf("said %q, want %q", lines, want)
	}
	if n := service.refused.Load(); n != 1 {
		t.Errorf("%d receives while the queue was out of reach, want one and then harmless calls", n)
	}
}

func TestADeleteThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5)
	service := &flaky{Client: b.client}
	service.noDelete.Store(true)
	var calls atomic.Int32
	b.start(t, func(context.Context, events.SQSEvent) (any, error) {
		calls.Add(1)
		return none(), nil
	}, func(c *Config) { c.SQS = service })
	b.send(t, "a")
	eventually(t, 3*time.Second, "called", func() bool { return calls.Load() == 1 })
	time.Sleep(500 * time.Millisecond)
	service.noDelete.Store(false)
	eventually(t, 5*time.Second, "queue empty", func() bool { return b.left(t, b.url) == 0 })
	if calls.Load() != 1 {
		t.Errorf("handled %d times, want once", calls.Load())
	}
}
