package mapping

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

const (
	// longPoll is how long a receive waits for a first message, in seconds. It is also about how long Stop takes at most, for a receive that
	// is cut off could have taken messages that then nobody has.
	longPoll = 1
	// shortPoll is the pause between looks at the queue while a batch is being filled.
	shortPoll = 100 * time.Millisecond
	// maxReceive is the most messages one receive gives; SQS's bound.
	maxReceive = 10
)

// SQS is what a mapping calls; *sqs.Client is one. The client should not retry by itself: the mapping does.
type SQS interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

// Invoker calls a function; *lambda.Function is one. Any error means that the whole batch failed.
type Invoker interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Config describes one mapping.
type Config struct {
	// Name is what the mapping is called when it has something to say.
	Name string
	// QueueURL is where messages are taken from; QueueARN and Region stand in the events.
	QueueURL, QueueARN, Region string
	// BatchSize is the most messages of one invocation, Window how long a batch may wait to become so large.
	BatchSize int
	Window    time.Duration
	// MaximumConcurrency is the most invocations at a time.
	MaximumConcurrency int
	// ReportFailures says that FunctionResponseTypes holds ReportBatchItemFailures.
	ReportFailures bool
	// RetryAfter is when a failed message becomes visible again, in whole seconds; negative leaves it to the queue's visibility timeout.
	RetryAfter time.Duration

	SQS      SQS
	Function Invoker
	// Taken, if set, sees every batch before the function does. It must not keep the slice.
	Taken func([]Message)
	// Succeeded, if set, sees the messages of a batch that the function has answered for, before they are deleted. It must not keep the slice.
	Succeeded func([]Message)
	// Say, if set, takes the few lines a person should see: a queue out of reach and back, a batch that failed.
	Say func(line string)
}

// Mapping is a running event source mapping.
type Mapping struct {
	config Config
	queue  *queue

	// stop ends the taking of messages; abandon ends everything.
	stop    context.CancelFunc
	abandon context.CancelFunc
	done    chan struct{}
}

// Start begins to take messages.
func Start(config Config) (*Mapping, error) {
	if config.BatchSize < 1 || config.MaximumConcurrency < 1 {
		return nil, fmt.Errorf("event source mapping %s: batch size %d and maximum concurrency %d: both must be positive", config.Name, config.BatchSize, config.MaximumConcurrency)
	}
	if config.Say == nil {
		config.Say = func(string) {}
	}
	if config.Taken == nil {
		config.Taken = func([]Message) {}
	}
	if config.Succeeded == nil {
		config.Succeeded = func([]Message) {}
	}
	abandoned, abandon := context.WithCancel(context.Background())
	stopped, stop := context.WithCancel(abandoned)
	m := &Mapping{
		config:  config,
		queue:   &queue{sqs: config.SQS, url: config.QueueURL, outage: outage{name: config.Name, say: config.Say}},
		stop:    stop,
		abandon: abandon,
		done:    make(chan struct{}),
	}
	go m.poll(stopped, abandoned)
	return m, nil
}

// Stop takes no more messages, waits for the invocations under way and settles their messages. When ctx ends first, what is under way is left:
// its messages stay in the queue and come back. It may be called more than once.
func (m *Mapping) Stop(ctx context.Context) {
	m.stop()
	select {
	case <-m.done:
	case <-ctx.Done():
	}
	m.abandon()
	<-m.done
}

// poll is the mapping's one reader of the queue. It reads only while an invocation may start, so that no message waits where nobody sees it.
func (m *Mapping) poll(stopped, abandoned context.Context) {
	defer close(m.done)
	var under sync.WaitGroup
	defer under.Wait()
	slots := make(chan struct{}, m.config.MaximumConcurrency)
	for {
		select {
		case slots <- struct{}{}:
		case <-stopped.Done():
			return
		}
		batch := m.gather(stopped, abandoned)
		if stopped.Err() != nil {
			m.queue.giveBack(abandoned, batch, 0)
			return
		}
		if len(batch) == 0 {
			<-slots
			continue
		}
		under.Add(1)
		go func() {
			defer under.Done()
			defer func() { <-slots }()
			for _, part := range split(batch) {
				m.handle(abandoned, part)
			}
		}()
	}
}

// gather waits for a first message and then fills the batch until it is full or the window is over. It returns early when stopped ends.
func (m *Mapping) gather(stopped, abandoned context.Context) []Message {
	batch := m.receive(stopped, abandoned, m.config.BatchSize, longPoll)
	if len(batch) == 0 {
		return nil
	}
	window := time.NewTimer(m.config.Window)
	defer window.Stop()
	for len(batch) < m.config.BatchSize && m.config.Window > 0 {
		more := m.receive(stopped, abandoned, m.config.BatchSize-len(batch), 0)
		batch = append(batch, more...)
		pause := shortPoll
		if len(more) > 0 {
			pause = 0
		}
		select {
		case <-window.C:
			return batch
		case <-stopped.Done():
			return batch
		case <-time.After(pause):
		}
	}
	return batch
}

// receive takes up to limit messages. It runs under abandoned, not stopped: a receive under way is waited for. An error is followed by the pause
// that the outage calls for, and by harmless calls until one succeeds: a queue that hangs would serve each receive that nobody waits for any more,
// and hide the messages that it gives away.
func (m *Mapping) receive(stopped, abandoned context.Context, limit int, waitSeconds int32) []Message {
	var messages []Message
	var err error
	if m.queue.outage.lasts() {
		err = m.queue.probe(abandoned)
	}
	if err == nil {
		messages, err = m.queue.receive(abandoned, min(limit, maxReceive), waitSeconds)
	}
	if err != nil {
		m.queue.outage.failed(stopped, err)
		return nil
	}
	m.queue.outage.over()
	for i := range messages {
		messages[i].EventSource, messages[i].EventSourceARN, messages[i].AWSRegion = "aws:sqs", m.config.QueueARN, m.config.Region
	}
	return messages
}

// handle invokes the function with one batch and settles its messages.
func (m *Mapping) handle(ctx context.Context, batch []Message) {
	m.config.Taken(batch)
	payload, err := encode(batch)
	if err == nil {
		var answer []byte
		if answer, err = m.config.Function.Invoke(ctx, payload); err == nil {
			var succeeded, failed []Message
			succeeded, failed, err = verdict(answer, batch, m.config.ReportFailures)
			if err == nil {
				m.config.Succeeded(succeeded)
				m.queue.remove(ctx, succeeded)
				m.retry(ctx, failed)
				return
			}
		}
	}
	if errors.Is(err, context.Canceled) || ctx.Err() != nil {
		return
	}
	m.config.Say(fmt.Sprintf("%s: a batch of %d failed: %v", m.config.Name, len(batch), err))
	m.retry(ctx, batch)
}

// retry has failed messages come back.
func (m *Mapping) retry(ctx context.Context, failed []Message) {
	if m.config.RetryAfter >= 0 {
		m.queue.giveBack(ctx, failed, m.config.RetryAfter)
	}
}
