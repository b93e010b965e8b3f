package secret

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/telemetry"
)

const (
	// startTime is the most that the fetch at start-up takes, when nobody waits for an answer yet.
	startTime = 2 * time.Second
	// fetchTime is the most that a fetch within a delivery takes: it comes out of the front door's 5 s.
	fetchTime = 800 * time.Millisecond
	// freshFor is how long fetched secrets are used without asking again.
	freshFor = 5 * time.Minute
	// retryAfter is how long the known secrets are used after a failed fetch before the next one: an outage must not slow every delivery, and a
	// sender who comes again after half a minute must find them fetched if it is over.
	retryAfter = 10 * time.Second
	// refreshEvery is the least time between two refreshes that bad signatures force: anybody can send those.
	refreshEvery = time.Minute
)

// Source gives the live signing secrets. It is safe for concurrent use; one caller fetches at a time, and the others use what it fetched.
type Source struct {
	client Client
	id     string
	log    *telemetry.Logger
	now    func() time.Time

	// turn holds one token. Who has it may fetch, and read and write what stands below. It is a channel and not a mutex so that waiting for
	// it can end with a context.
	turn    chan struct{}
	secrets []argyle.Secret // nil until a fetch succeeded
	askAt   time.Time       // when the cache is no longer fresh, or a failed fetch may be repeated
	forced  time.Time       // the last refresh that a bad signature forced
	missed  bool            // the last fetch failed, so that there may be secrets which are not known here
}

// New returns a Source of the secret that is called id in Secrets Manager: its ARN. Failed fetches are logged, and counted as
// secret_fetch_failed.
func New(client Client, id string, log *telemetry.Logger) *Source {
	source := &Source{client: client, id: id, log: log, now: wallClock, turn: make(chan struct{}, 1)}
	source.turn <- struct{}{}
	return source
}

// wallClock is without the monotonic clock, which may stand still while a sandbox is frozen.
func wallClock() time.Time { return time.Now().Round(0) }

// Start fetches the secrets ahead of the first delivery, in 2 s at most. A failure is logged and is not fatal: the first delivery tries again.
func (s *Source) Start(ctx context.Context) {
	<-s.turn
	defer s.release()
	s.fetch(ctx, startTime)
}

// Live returns the secrets that are live now, newest first: at least one, none empty. It fetches them if the cached ones are older than five
// minutes, in 0.8 s at most; if that fails it returns those, however old. Its error wraps [ErrNone]: no fetch
// has succeeded yet; the log says why.
func (s *Source) Live(ctx context.Context) ([]argyle.Secret, error) {
	if err := s.acquire(ctx); err != nil {
		return nil, err
	}
	defer s.release()
	if s.secrets == nil || !s.now().Before(s.askAt) {
		s.fetch(ctx, fetchTime)
	}
	if s.secrets == nil {
		return nil, ErrNone
	}
	return s.secrets, nil
}

// Refresh fetches the secrets although the cached ones are fresh, because a signature was made with none of them, in 0.8 s at most and once a
// minute at most. It tells whether they have changed, so that verifying again makes sense. Its error wraps [ErrStale]: the last fetch failed, so
// that the signature may be a newer secret's.
func (s *Source) Refresh(ctx context.Context) (changed bool, err error) {
	if err := s.acquire(ctx); err != nil {
		return false, fmt.Errorf("%w: %w", ErrStale, err)
	}
	defer s.release()
	if now := s.now(); s.forced.IsZero() || now.Sub(s.forced) >= refreshEvery {
		s.forced = now
		before := s.secrets
		s.fetch(ctx, fetchTime)
		changed = !slices.Equal(before, s.secrets)
	}
	if s.missed {
		return false, ErrStale
	}
	return changed, nil
}

func (s *Source) acquire(ctx context.Context) error {
	select {
	case <-s.turn:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: wait for another fetch: %w", ErrNone, ctx.Err())
	}
}

func (s *Source) release() { s.turn <- struct{}{} }

// fetch asks Secrets Manager and keeps what it says, or logs why not and notes when to ask again.
func (s *Source) fetch(ctx context.Context, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	s.missed = true
	secrets, err := s.get(ctx)
	if err == nil {
		s.secrets, s.askAt, s.missed = secrets, s.now().Add(freshFor), false
		return
	}
	s.askAt = s.now().Add(retryAfter)
	s.log.Count(slog.LevelError, "signing secrets not fetched", []telemetry.Metric{{Name: "secret_fetch_failed", Value: 1}},
		slog.String("reason", telemetry.Cause(err)), slog.Bool("stale_in_use", s.secrets != nil))
}

func (s *Source) get(ctx context.Context) ([]argyle.Secret, error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.id})
	if err != nil {
		return nil, fmt.Errorf("secret: fetch: %w", err)
	}
	if out.SecretString == nil {
		return nil, errEmpty
	}
	return Parse(*out.SecretString)
}
