package soak

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/shared/argyle"
)

const (
	// progressPause is the time between two lines of progress.
	progressPause = 5 * time.Second
	// workerConcurrency is how many workers of a family take from one queue at once. More than the template's default, so that they conflict more.
	workerConcurrency = "5"
	// quietTime is how long the queues must stay empty: longer than an event source mapping waits for a batch to fill.
	quietTime = 1500 * time.Millisecond
)

// Options say what is played.
type Options struct {
	// Accounts is how many accounts take part, and Duration how long they are played.
	Accounts int
	Duration time.Duration
	// Seed decides the journeys.
	Seed uint64
	// Kill is the time between two kills; 0 kills nothing.
	Kill time.Duration
	// Local is the stack to start; its Log, Taken, Succeeded, Progress, Secret and WorkerConcurrency are the soak's.
	Local local.Options
	// Say takes the lines of progress; nil says nothing.
	Say func(line string)
}

// Run starts a stack, plays, kills, lets settle, compares, and ends the stack. An error says that the run did not come to its end; what it has
// shown then is nothing. Whether the stack has passed is the report's to say.
func Run(ctx context.Context, opts Options) (report Report, err error) {
	if opts.Say == nil {
		opts.Say = func(string) {}
	}
	l := newLedger()
	secret := "soak-secret"
	opts.Local.Parameters = maps.Clone(opts.Local.Parameters)
	if opts.Local.Parameters == nil {
		opts.Local.Parameters = map[string]string{}
	}
	opts.Local.Parameters["WorkerConcurrency"] = workerConcurrency
	opts.Local.Log, opts.Local.Taken, opts.Local.Succeeded, opts.Local.Secret = l, l.take, l.succeed, &secret
	var up atomic.Bool
	opts.Local.Progress = func(line string) {
		if !up.Load() { // later it tells of each batch that a kill has failed
			opts.Say(line)
		}
	}
	stack, err := local.Start(ctx, opts.Local)
	if err != nil {
		return Report{}, err
	}
	up.Store(true)
	defer func() {
		if closing := stack.Close(); closing != nil {
			err = errors.Join(err, fmt.Errorf("ending the local stack: %w", closing))
		}
	}()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-stack.Done():
			cancel(fmt.Errorf("the local stack has ended: %w", stack.Err()))
		case <-ctx.Done():
		}
	}()
	r := run{Options: opts, stack: stack, ledger: l, queues: newQueues(stack)}
	report, err = r.all(ctx, argyle.Secret(secret))
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return report, err
}

// run is one soak on a stack that is up.
type run struct {
	Options
	stack  *local.Stack
	ledger *ledger
	queues queues
}

func (r run) all(ctx context.Context, secret argyle.Secret) (Report, error) {
	played := r.play(ctx, secret)
	if ctx.Err() != nil {
		return Report{}, ctx.Err()
	}
	left, err := r.settle(ctx)
	if err != nil {
		return Report{}, err
	}
	r.Say("comparing every status with the model's")
	report := r.ledger.report(played)
	report.Seed, report.Left = r.Seed, left
	if report.DLQ, err = r.queues.depth(ctx, r.queues.deadLetters); err != nil {
		return Report{}, err
	}
	found, err := compare(ctx, newStored(r.stack), r.ledger.evidence())
	report.Accounts, report.Verdicts = found.accounts, found.verdicts
	report.Differences, report.Wrong = found.wrong, len(found.wrong)
	return report, err
}

// play plays for the time given, and kills meanwhile. It returns how long it took, the last answers included.
func (r run) play(ctx context.Context, secret argyle.Secret) time.Duration {
	start := time.Now()
	playing, stop := context.WithTimeout(ctx, r.Duration)
	defer stop()
	var beside sync.WaitGroup
	if r.Kill > 0 {
		random := rand.New(rand.NewPCG(r.Seed, 1)) //nolint:gosec // nothing secret
		beside.Go(func() { killer(playing, r.stack, r.Kill, random, func() { r.ledger.count(&r.ledger.kills) }) })
	}
	beside.Go(func() { r.progress(playing, start) })
	c := newClient(r.stack.URL(), local.WebhookPath, atOnce)
	defer c.close()
	play(ctx, playing, newScript(start, r.Seed, r.Accounts, secret), c, r.ledger)
	beside.Wait()
	return time.Since(start)
}

// progress says every few seconds how far the play is.
func (r run) progress(ctx context.Context, start time.Time) {
	ticker := time.NewTicker(progressPause)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			r.Say(fmt.Sprintf("%3.0f s of %s: %s", time.Since(start).Seconds(), r.Duration, r.ledger.line()))
		case <-ctx.Done():
			return
		}
	}
}

// settle waits for the workers, twice: what the mappings have just taken from the queues is seen the second time.
func (r run) settle(ctx context.Context) (left int, err error) {
	r.Say("waiting for the queues to be empty: " + r.ledger.line())
	for range 2 {
		if left, err = r.queues.settle(ctx); err != nil || left > 0 {
			return left, err
		}
		select {
		case <-time.After(quietTime):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return 0, r.queues.drainUnrouted(ctx, r.ledger.see)
}
