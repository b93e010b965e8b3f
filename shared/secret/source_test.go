package secret

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// store is a Secrets Manager whose value, failure and slowness a test sets. The real one's answers are tried in TestOverHTTP.
type store struct {
	mu     sync.Mutex
	value  string
	err    error
	delay  time.Duration
	asked  int
	binary bool
}

func (s *store) GetSecretValue(ctx context.Context, _ *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	select {
	case <-time.After(s.delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.err != nil {
		return nil, s.err
	}
	if s.binary {
		return &secretsmanager.GetSecretValueOutput{SecretBinary: []byte(s.value)}, nil
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: &s.value}, nil
}

var errDown = errors.New("down")

// bubble runs a test on a clock of its own, where waiting takes no time.
func bubble(t *testing.T, test func(t *testing.T, store *store, source *Source, log *bytes.Buffer)) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		store := &store{value: "first"}
		test(t, store, New(store, "arn", telemetry.New(&log, "webhook", "")), &log)
	})
}

// live asks for the secrets and says how long that took.
func live(t *testing.T, source *Source) (secrets []argyle.Secret, took time.Duration, err error) {
	t.Helper()
	began := time.Now()
	secrets, err = source.Live(t.Context())
	return secrets, time.Since(began), err
}

func wantLive(t *testing.T, source *Source, want ...argyle.Secret) {
	t.Helper()
	got, _, err := live(t, source)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, %s", err, diff)
	}
}

func TestCachedForFiveMinutes(t *testing.T) {
	bubble(t, func(t *testing.T, store *store, source *Source, _ *bytes.Buffer) {
		source.Start(t.Context())
		store.value = "second"
		time.Sleep(freshFor - time.Millisecond)
		wantLive(t, source, "first")
		if store.asked != 1 {
			t.Errorf("asked %d times", store.asked)
		}
		time.Sleep(time.Millisecond)
		wantLive(t, source, "second")
	})
}

func TestStaleWithoutLimitAndWithoutDelay(t *testing.T) {
	bubble(t, func(t *testing.T, store *store, source *Source, log *bytes.Buffer) {
		source.Start(t.Context())
		store.delay = time.Hour
		time.Sleep(1000 * time.Hour)
		var slow int
		for range 100 { // a delivery each second
			secrets, took, err := live(t, source)
			if err != nil || len(secrets) != 1 || took > fetchTime {
				t.Fatalf("%d secrets after %v: %v", len(secrets), took, err)
			}
			if took > 0 {
				slow++
			}
			time.Sleep(time.Second)
		}
		if slow > 10 {
			t.Errorf("%d of 100 deliveries waited for Secrets Manager", slow)
		}
		if !strings.Contains(log.String(), `"stale_in_use":true`) || !strings.Contains(log.String(), `"secret_fetch_failed":1`) {
			t.Errorf("not logged and counted: %s", log)
		}
		store.delay = 0
		store.value = "second"
		time.Sleep(retryAfter)
		wantLive(t, source, "second")
	})
}

func TestNoSecretToBeHad(t *testing.T) {
	for name, c := range map[string]func(*store){
		"down":    func(s *store) { s.err = errDown },
		"slow":    func(s *store) { s.delay = time.Hour },
		"empty":   func(s *store) { s.value = " " },
		"binary":  func(s *store) { s.binary = true },
		"no list": func(s *store) { s.value = `{"secret": "canary"}` },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *store, source *Source, log *bytes.Buffer) {
				c(store)
				began := time.Now()
				source.Start(t.Context()) // is not fatal
				if took := time.Since(began); took > startTime {
					t.Errorf("starting took %v", took)
				}
				for range 2 {
					_, took, err := live(t, source)
					if !errors.Is(err, ErrNone) || took > fetchTime {
						t.Errorf("after %v: %v", took, err)
					}
				}
				if store.asked != 3 {
					t.Errorf("asked %d times: with no secret at hand each delivery must try", store.asked)
				}
				if strings.Contains(log.String(), "canary") || strings.Count(log.String(), "\n") != 3 {
					t.Errorf("log: %s", log)
				}
				*store = *newStore("first")
				wantLive(t, source, "first")
			})
		})
	}
}

func newStore(value string) *store { return &store{value: value} }

func TestBadValueLeavesTheOldOne(t *testing.T) {
	bubble(t, func(t *testing.T, store *store, source *Source, _ *bytes.Buffer) {
		source.Start(t.Context())
		store.value = `{"secrets": [`
		time.Sleep(freshFor)
		wantLive(t, source, "first")
	})
}

func TestRefresh(t *testing.T) {
	bubble(t, func(t *testing.T, store *store, source *Source, _ *bytes.Buffer) {
		source.Start(t.Context())
		store.value = `{"secrets": ["second", "first"]}`
		if changed, err := source.Refresh(t.Context()); !changed || err != nil {
			t.Errorf("changed secrets were not told (%v)", err)
		}
		wantLive(t, source, "second", "first")

		store.value = "third"
		time.Sleep(refreshEvery - time.Millisecond)
		if changed, err := source.Refresh(t.Context()); changed || err != nil || store.asked != 2 {
			t.Errorf("refreshed twice within a minute (%v)", err)
		}
		time.Sleep(time.Millisecond)
		if changed, err := source.Refresh(t.Context()); !changed || err != nil {
			t.Errorf("not refreshed after a minute (%v)", err)
		}
		wantLive(t, source, "third")

		time.Sleep(refreshEvery)
		if changed, err := source.Refresh(t.Context()); changed || err != nil || store.asked != 4 {
			t.Errorf("the same secrets were told to have changed (%v)", err)
		}
	})
}

// While the secrets cannot be fetched, nobody says that there is no newer one; and an outage that is over is noticed before a sender comes again.
func TestRefreshFails(t *testing.T) {
	bubble(t, func(t *testing.T, store *store, source *Source, _ *bytes.Buffer) {
		store.value = "first"
		source.Start(t.Context())
		store.delay = time.Hour
		began := time.Now()
		if changed, err := source.Refresh(t.Context()); changed || !errors.Is(err, ErrStale) || time.Since(began) > fetchTime {
			t.Errorf("changed %v, error %v after %v", changed, err, time.Since(began))
		}
		wantLive(t, source, "first")
		asked := store.asked
		if _, err := source.Refresh(t.Context()); !errors.Is(err, ErrStale) || store.asked != asked {
			t.Errorf("within a minute: error %v, asked %d times more", err, store.asked-asked)
		}
		store.delay, store.value = 0, "second"
		time.Sleep(retryAfter)
		wantLive(t, source, "second")
		if changed, err := source.Refresh(t.Context()); changed || err != nil || store.asked != asked+1 {
			t.Errorf("changed %v, error %v after the outage", changed, err)
		}
	})
}

func TestOneFetchAtATime(t *testing.T) {
	bubble(t, func(t *testing.T, store *store, source *Source, _ *bytes.Buffer) {
		store.delay = 100 * time.Millisecond
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() { wantLive(t, source, "first") })
		}
		callers.Wait()
		if store.asked != 1 {
			t.Errorf("asked %d times", store.asked)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	bubble(t, func(t *testing.T, store *store, source *Source, _ *bytes.Buffer) {
		store.delay = 500 * time.Millisecond
		go source.Start(t.Context())
		time.Sleep(time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, err := source.Live(ctx); !errors.Is(err, ErrNone) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if changed, err := source.Refresh(ctx); changed || !errors.Is(err, ErrStale) {
			t.Errorf("without a turn: changed %v, error %v", changed, err)
		}
		synctest.Wait()
		time.Sleep(time.Second)
	})
}

// TestOverHTTP speaks with a server as Secrets Manager speaks: what a secret without a value answers, what a hung service costs.
func TestOverHTTP(t *testing.T) {
	var answer atomic.Pointer[func(http.ResponseWriter)]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("X-Amz-Target"); got != "secretsmanager.GetSecretValue" {
			t.Errorf("asked for %q", got)
		}
		(*answer.Load())(w)
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	set := func(f func(http.ResponseWriter)) { answer.Store(&f) }

	transport := &http.Transport{DisableKeepAlives: true}
	client := NewClient(lambdaenv.Service{
		Region:   "us-east-1",
		Endpoint: &server.URL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}, func(options *secretsmanager.Options) {
		options.HTTPClient = &http.Client{Transport: transport, Timeout: attemptTimeout}
	})
	var log bytes.Buffer
	source := New(client, "arn", telemetry.New(&log, "webhook", ""))

	set(func(w http.ResponseWriter) {
		w.Header().Set("X-Amzn-ErrorType", "ResourceNotFoundException")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"}`))
	})
	source.Start(t.Context())
	if !strings.Contains(log.String(), "ResourceNotFoundException: Secrets Manager can't find the specified secret value") {
		t.Errorf("the cause is not clear: %s", &log)
	}

	hung := make(chan struct{})
	set(func(http.ResponseWriter) { <-hung })
	began := time.Now()
	source.Start(t.Context())
	if took := time.Since(began); took > startTime+200*time.Millisecond {
		t.Errorf("starting took %v", took)
	}
	began = time.Now()
	if _, err := source.Live(t.Context()); !errors.Is(err, ErrNone) || time.Since(began) > fetchTime+200*time.Millisecond {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	close(hung)

	set(func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"SecretString": "first"}`)) })
	wantLive(t, source, "first")
}
