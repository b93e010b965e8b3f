package lambda

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"
)

// initTimeout is how long Lambda lets a function start
// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, "Init phase").
const initTimeout = 10 * time.Second

// maxHandovers is how many processes in a row may die before they take an event, until the event fails.
const maxHandovers = 3

// Function is a pool of instances of one function. Its methods are safe for concurrent use.
type Function struct {
	config Config
	log    *logLines
	slots  chan struct{}

	// ctx is the pool's own life, from New to Close.
	ctx    context.Context //nolint:containedctx // it bounds what outlives the call that began it
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu     sync.Mutex
	closed bool
	idle   []*instance
	alive  map[*instance]struct{}
	broken error
}

// New checks the configuration. No process starts before the first Invoke or Warm.
func New(config Config) (*Function, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	if config.Log == nil {
		config.Log = io.Discard
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Function{
		config: config,
		log:    &logLines{out: config.Log},
		slots:  make(chan struct{}, config.Concurrency),
		ctx:    ctx,
		cancel: cancel,
		alive:  map[*instance]struct{}{},
	}, nil
}

// Warm starts one instance if none is idle, so that the next invocation finds it. A function that does not start is a *FunctionError.
func (f *Function) Warm(ctx context.Context) error {
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.leave()
	i, err := f.take(ctx)
	if err != nil {
		return err
	}
	f.settle(i)
	return nil
}

// Invoke gives the payload to an instance and returns its answer. The error is a *FunctionError if the function failed,
// [ErrPayloadTooLarge] or [ErrClosed] if it was not invoked, or ctx's. When ctx ends the caller alone stops waiting: the function goes on
// to its own deadline, as in AWS.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if len(payload) > MaxPayload {
		return nil, ErrPayloadTooLarge
	}
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	type answer struct {
		payload []byte
		err     error
	}
	answers := make(chan answer, 1)
	go func() {
		defer f.leave()
		i, answered, err := f.serve(payload)
		// Settled first: a caller that invokes again at once finds this instance warm instead of starting another.
		if i != nil {
			f.settle(i)
		}
		answers <- answer{answered, err}
	}()
	select {
	case a := <-answers:
		return a.payload, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Name is the function's name.
func (f *Function) Name() string { return f.config.Name }

// Processes lists the ids of the processes alive now, in ascending order.
func (f *Function) Processes() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	pids := make([]int, 0, len(f.alive))
	for i := range f.alive {
		pids = append(pids, i.pid())
	}
	slices.Sort(pids)
	return pids
}

// Broken is why the last process that was started did not come up; nil if it did.
func (f *Function) Broken() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}

// Close kills every process and returns once all are gone. Invocations under way fail with [ErrClosed].
func (f *Function) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.cancel()
	f.work.Wait()
	for _, i := range f.idle {
		i.stop()
	}
	f.idle = nil
}

// enter waits for a slot of the pool and counts the caller among the function's work; leave gives both back.
func (f *Function) enter(ctx context.Context) error {
	select {
	case f.slots <- struct{}{}:
	case <-f.ctx.Done():
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		<-f.slots
		return ErrClosed
	}
	f.work.Add(1)
	return nil
}

func (f *Function) leave() {
	<-f.slots
	f.work.Done()
}

// serve runs one event to its end. The instance it returns has answered and may be used again; it is nil if none is left.
func (f *Function) serve(payload []byte) (*instance, []byte, error) {
	for attempt := 1; ; attempt++ {
		i, err := f.take(f.ctx)
		if err != nil {
			f.report(err)
			return nil, nil, f.orClosed(err)
		}
		answered, err := i.run(f.ctx, payload)
		if errors.Is(err, errNotTaken) {
			// A warm process died before it saw the event: nothing is lost, another instance gets it.
			i.stop()
			if attempt < maxHandovers {
				continue
			}
			i, err = nil, &FunctionError{Type: TypeExit, Message: i.exitText()}
		}
		f.report(err)
		return i, answered, f.orClosed(err)
	}
}

// report logs the failures that the function itself could not have logged.
func (f *Function) report(err error) {
	failed := (*FunctionError)(nil)
	if errors.As(err, &failed) && f.ctx.Err() == nil && (failed.Type == TypeTimeout || failed.Type == TypeExit) {
		f.log.event(f.config.Name, failed)
	}
}

// orClosed names the reason when an error comes of the pool being closed.
func (f *Function) orClosed(err error) error {
	if err != nil && f.ctx.Err() != nil {
		return ErrClosed
	}
	return err
}

// take returns the instance that was used last, for it is the warmest, or starts one.
func (f *Function) take(ctx context.Context) (*instance, error) {
	for {
		i := f.popIdle()
		if i == nil {
			break
		}
		if !i.gone() {
			return i, nil
		}
		i.stop()
	}
	ctx, cancel := context.WithTimeout(ctx, initTimeout)
	defer cancel()
	stop := context.AfterFunc(f.ctx, cancel)
	defer stop()
	i, err := f.start(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
	return i, err
}

func (f *Function) popIdle() *instance {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.idle) == 0 {
		return nil
	}
	last := len(f.idle) - 1
	i := f.idle[last]
	f.idle = f.idle[:last]
	return i
}

// settle waits until the instance asks for its next event and keeps it warm, or buries it.
func (f *Function) settle(i *instance) {
	if !i.rest(f.ctx) {
		i.stop()
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, i)
}
