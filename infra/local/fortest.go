package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"argyle-webhooks/infra/local/mapping"
)

// Test is the stack of one test process, with what its functions printed and took from their queues.
type Test struct {
	*Stack

	record *record
}

// record remembers what a stack did.
type record struct {
	mu       sync.Mutex
	log      strings.Builder
	progress []string
	taken    map[string][]mapping.Message
}

// shared is the one stack of a test process.
var shared struct {
	once sync.Once
	test *Test
	err  error
}

// ForTest returns the stack of this test process and starts it, on free ports, when a test asks for the first time. Failed messages come back at
// once. A machine that cannot run it fails the test with the line that says what to install: nothing is skipped. End it by [Main].
func ForTest(t testing.TB) *Test {
	t.Helper()
	shared.once.Do(func() {
		shared.test, shared.err = startTest(Options{RetryAfter: time.Nanosecond})
	})
	if shared.err != nil {
		t.Fatalf("starting the local stack for the tests: %v", shared.err)
	}
	select {
	case <-shared.test.Done():
		t.Fatalf("the tests' local stack has ended: %v", shared.test.Err())
	default:
	}
	return shared.test
}

// StartForTest starts a stack of the test's own and ends it with the test. It is for tests that break things; others share [ForTest]'s.
func StartForTest(t testing.TB, opts Options) *Test {
	t.Helper()
	test, err := startTest(opts)
	if err != nil {
		t.Fatalf("starting a local stack for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := test.Close(); err != nil {
			t.Errorf("ending the test's local stack: %v", err)
		}
	})
	return test
}

// Main runs a package's tests, ends the stack if a test has started it, makes the given checks, such as one for leaked goroutines, and exits. Use it
// as TestMain's whole body.
func Main(m *testing.M, checks ...func() error) {
	code := m.Run()
	var err error
	if shared.test != nil {
		err = shared.test.Close()
	}
	for _, check := range checks {
		err = errors.Join(err, check())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func startTest(opts Options) (*Test, error) {
	r := &record{taken: map[string][]mapping.Message{}}
	opts.Listen = "127.0.0.1:0"
	opts.Log = r
	opts.Progress = r.say
	opts.Taken = r.take
	stack, err := Start(context.Background(), opts)
	if err != nil {
		return nil, err
	}
	return &Test{Stack: stack, record: r}, nil
}

// Logs is all that the functions have printed.
func (t *Test) Logs() string {
	t.record.mu.Lock()
	defer t.record.mu.Unlock()
	return t.record.log.String()
}

// Said are the lines that the stack has said to a person.
func (t *Test) Said() []string {
	t.record.mu.Lock()
	defer t.record.mu.Unlock()
	return slices.Clone(t.record.progress)
}

// Taken are the messages that the event source mappings have given the function with the folder name given, redeliveries included.
func (t *Test) Taken(function string) []mapping.Message {
	t.record.mu.Lock()
	defer t.record.mu.Unlock()
	return slices.Clone(t.record.taken[function])
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(p) //nolint:wrapcheck // never fails
}

func (r *record) say(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress = append(r.progress, line)
}

func (r *record) take(function string, batch []mapping.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken[function] = append(r.taken[function], batch...)
}
