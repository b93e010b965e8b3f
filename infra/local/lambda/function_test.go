package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var faulty string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "faulty")
	if err == nil {
		faulty = filepath.Join(dir, "faulty")
		build := exec.Command("go", "build", "-buildvcs=false", "-tags", "lambda.norpc", "-o", faulty, "./testdata/faulty")
		build.Stderr = os.Stderr
		err = build.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the test function:", err)
		os.Exit(1)
	}
	code := m.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// lockedBuffer is a log that several processes write to.
type lockedBuffer struct {
	mu     sync.Mutex
	writes []string
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writes = append(b.writes, string(p))
	return len(p), nil
}

func (b *lockedBuffer) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.writes)
}

func newFunction(t *testing.T, change func(*Config)) (*Function, *lockedBuffer) {
	t.Helper()
	log := &lockedBuffer{}
	config := Config{
		Name: "faulty", ARN: "arn:aws:lambda:us-east-1:000000000000:function:faulty", Binary: faulty, Region: "us-east-1",
		AccessKey: "local", SecretKey: "local", Timeout: 5 * time.Second, MemoryMB: 128, Concurrency: 2, LogFormat: "JSON", Log: log,
		Environment: map[string]string{"TABLE_NAME": "status"},
	}
	if change != nil {
		change(&config)
	}
	f, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f, log
}

func invoke(t *testing.T, f *Function, event string) string {
	t.Helper()
	answer, err := f.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatalf("Invoke(%s): %v", event, err)
	}
	return string(answer)
}

func TestInvokeReusesTheWarmProcess(t *testing.T) {
	f, _ := newFunction(t, nil)
	if got := f.Processes(); len(got) != 0 {
		t.Errorf("processes before the first invocation: %v", got)
	}
	first := invoke(t, f, `{"do":"pid"}`)
	for range 20 {
		if again := invoke(t, f, `{"do":"pid"}`); again != first {
			t.Fatalf("process %s, want the warm %s", again, first)
		}
	}
	if got := fmt.Sprint(f.Processes()); got != "["+first+"]" {
		t.Errorf("Processes() = %s, want [%s]", got, first)
	}
}

func TestInvokeGrowsToItsConcurrency(t *testing.T) {
	f, _ := newFunction(t, nil)
	var wait sync.WaitGroup
	started := time.Now()
	for range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			if _, err := f.Invoke(t.Context(), []byte(`{"do":"echo","for_ms":300}`)); err != nil {
				t.Errorf("Invoke: %v", err)
			}
		}()
	}
	wait.Wait()
	if took := time.Since(started); took < 600*time.Millisecond || took > 1100*time.Millisecond {
		t.Errorf("four invocations of 300 ms by two instances took %v, want about 600 ms", took)
	}
	if got := f.Processes(); len(got) != 2 {
		t.Errorf("processes %v, want two", got)
	}
}

func TestContextAndEnvironmentAreLambdas(t *testing.T) {
	t.Setenv("AWS_PROFILE", "someone-real")
	t.Setenv("AWS_ACCESS_KEY_ID", "someone-real")
	f, _ := newFunction(t, func(c *Config) { c.LogLevel = "INFO" })
	var seen struct {
		Left    int    `json:"left_ms"`
		Request string `json:"request"`
		ARN     string `json:"arn"`
	}
	if err := json.Unmarshal([]byte(invoke(t, f, `{"do":"context"}`)), &seen); err != nil {
		t.Fatal(err)
	}
	if seen.Left < 4500 || seen.Left > 5000 || len(seen.Request) != 36 || seen.ARN != f.config.ARN {
		t.Errorf("context %+v, want close to 5000 ms, a UUID and %s", seen, f.config.ARN)
	}
	var text string
	if err := json.Unmarshal([]byte(invoke(t, f, `{"do":"environment"}`)), &text); err != nil {
		t.Fatal(err)
	}
	environment := strings.Split(text, "\n")
	for _, want := range []string{
		"TABLE_NAME=status", "AWS_ACCESS_KEY_ID=local", "AWS_REGION=us-east-1", "AWS_LAMBDA_FUNCTION_NAME=faulty",
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=INFO",
		"_HANDLER=bootstrap", "LAMBDA_TASK_ROOT=" + filepath.Dir(faulty),
	} {
		if !slices.Contains(environment, want) {
			t.Errorf("the function does not see %s", want)
		}
	}
	if strings.Contains(text, "someone-real") || strings.Contains(text, "HOME=") {
		t.Error("the function sees this process's environment")
	}
}

func TestTheEmulatorRunsTheBinary(t *testing.T) {
	emulator, err := filepath.Abs("testdata/emulator")
	if err != nil {
		t.Fatal(err)
	}
	f, _ := newFunction(t, func(c *Config) { c.Emulator = emulator })
	var text string
	if err := json.Unmarshal([]byte(invoke(t, f, `{"do":"environment"}`)), &text); err != nil {
		t.Fatal(err)
	}
	if want := "EMULATED=1 " + faulty; !slices.Contains(strings.Split(text, "\n"), want) {
		t.Errorf("the function does not see %s but:\n%s", want, text)
	}
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name, event, wantType, wantMessage string
		change                             func(*Config)
		logged                             bool
	}{
		{name: "returned error", event: `{"do":"error","text":"no table"}`, wantType: "errorString", wantMessage: "no table"},
		{name: "panic", event: `{"do":"panic","text":"oh"}`, wantType: "string", wantMessage: "oh"},
		{name: "exit", event: `{"do":"exit"}`, wantType: TypeExit, wantMessage: "exit status 7", logged: true},
		{
			name: "deadline", event: `{"do":"echo","for_ms":60000}`, wantType: TypeTimeout, wantMessage: "Task timed out after 0.30 seconds",
			change: func(c *Config) { c.Timeout = 300 * time.Millisecond }, logged: true,
		},
		{name: "answer too large", event: `{"do":"big"}`, wantType: TypeResponseSize, wantMessage: "exceeded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, log := newFunction(t, tt.change)
			before := invoke(t, f, `{"do":"pid"}`)
			started := time.Now()
			_, err := f.Invoke(t.Context(), []byte(tt.event))
			if took := time.Since(started); took > 800*time.Millisecond {
				t.Errorf("it failed only after %v", took)
			}
			failed := (*FunctionError)(nil)
			if !errors.As(err, &failed) {
				t.Fatalf("Invoke = %v, want a FunctionError", err)
			}
			if failed.Type != tt.wantType || !strings.Contains(failed.Message, tt.wantMessage) || failed.Init {
				t.Errorf("failed with %+v, want type %s and a message with %q", failed, tt.wantType, tt.wantMessage)
			}
			if got := strings.Contains(strings.Join(log.lines(), ""), `"msg":"function failed"`); got != tt.logged {
				t.Errorf("logged = %v, want %v", got, tt.logged)
			}
			after := invoke(t, f, `{"do":"pid"}`)
			if died := tt.wantType != "errorString"; died == (before == after) {
				t.Errorf("process %s before and %s after", before, after)
			}
		})
	}
}

func TestKilledWhileIdleLosesNothing(t *testing.T) {
	f, _ := newFunction(t, nil)
	for range 10 {
		invoke(t, f, `{"do":"pid"}`)
		pids := f.Processes()
		if len(pids) != 1 {
			t.Fatalf("processes %v, want one", pids)
		}
		if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for slices.Contains(f.Processes(), pids[0]) {
			time.Sleep(time.Millisecond)
		}
	}
	if got := invoke(t, f, `{"do":"echo","text":"here"}`); got != `"here"` {
		t.Errorf("answer %s", got)
	}
}

func TestKilledWhileBusyFailsTheInvocation(t *testing.T) {
	f, _ := newFunction(t, nil)
	if err := f.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(200*time.Millisecond, func() { _ = syscall.Kill(f.Processes()[0], syscall.SIGKILL) })
	_, err := f.Invoke(t.Context(), []byte(`{"do":"echo","for_ms":4000}`))
	failed := (*FunctionError)(nil)
	if !errors.As(err, &failed) || failed.Type != TypeExit || !strings.Contains(failed.Message, "signal: killed") {
		t.Errorf("Invoke = %v, want %s by a signal", err, TypeExit)
	}
}

func TestAnEventThatAProcessDidNotTakeGoesToTheNext(t *testing.T) {
	f, log := newFunction(t, func(c *Config) { c.Environment = map[string]string{"FAULTY_INIT": "leave"} })
	if err := f.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // the process has broken its question off and is about to end
	_, err := f.Invoke(t.Context(), []byte(`{}`))
	failed := (*FunctionError)(nil)
	if !errors.As(err, &failed) || failed.Type != TypeExit {
		t.Errorf("Invoke = %v, want %s", err, TypeExit)
	}
	if n := strings.Count(strings.Join(log.lines(), ""), "asked and left"); n != 2 {
		t.Errorf("%d processes were tried, want 2: one that did not take the event and one that did and ended", n)
	}
}

func TestFailuresToStart(t *testing.T) {
	tests := []struct{ mode, wantType, wantOutput string }{
		{"exit", TypeExit, "setting TABLE_NAME is missing"},
		{"panic", TypeExit, "panic: no settings"},
	}
	for _, tt := range tests {
		t.Run(tt.mode, func(t *testing.T) {
			f, _ := newFunction(t, func(c *Config) { c.Environment = map[string]string{"FAULTY_INIT": tt.mode} })
			for _, err := range []error{f.Warm(t.Context()), func() error { _, err := f.Invoke(t.Context(), []byte(`{}`)); return err }()} {
				failed := (*FunctionError)(nil)
				if !errors.As(err, &failed) || failed.Type != tt.wantType || !failed.Init || !strings.Contains(failed.Output, tt.wantOutput) {
					t.Errorf("error %v, want %s at the start with %q", err, tt.wantType, tt.wantOutput)
				}
			}
		})
	}
	t.Run("start that is given up", func(t *testing.T) {
		f, _ := newFunction(t, func(c *Config) { c.Environment = map[string]string{"FAULTY_INIT": "hang"} })
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if err := f.Warm(ctx); err == nil {
			t.Error("a function that hangs was started")
		}
	})
}

func TestOutputArrivesLineByLine(t *testing.T) {
	f, log := newFunction(t, nil)
	invoke(t, f, `{"do":"print","text":"one\ntwo"}`)
	f.Close()
	got := log.lines()
	slices.Sort(got)
	want := []string{"one\n", "two\n", "without an end\n"}
	if !slices.Equal(got, want) {
		t.Errorf("log %q, want %q", got, want)
	}
}

func TestALineWithoutEndIsPassedOn(t *testing.T) {
	log := &lockedBuffer{}
	w := &lineWriter{lines: &logLines{out: log}}
	for range 3 {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 100<<10))
	}
	if lines := log.lines(); len(lines) != 1 || len(lines[0]) != 300<<10+1 {
		t.Errorf("%d lines", len(lines))
	}
	if got := len(w.tail()); got != tailSize {
		t.Errorf("tail of %d bytes, want %d", got, tailSize)
	}
}

func TestTheCallerMayStopWaiting(t *testing.T) {
	f, _ := newFunction(t, func(c *Config) { c.Concurrency = 1 })
	pid := invoke(t, f, `{"do":"pid"}`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(ctx, []byte(`{"do":"echo","for_ms":400}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Invoke = %v, want the caller's own deadline", err)
	}
	// The function went on, and the next event waits for it.
	if again := invoke(t, f, `{"do":"pid"}`); again != pid {
		t.Errorf("process %s, want %s, which was not to be killed", again, pid)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	f, _ := newFunction(t, nil)
	if err := f.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	pids := f.Processes()
	failed := make(chan error, 1)
	go func() {
		_, err := f.Invoke(context.Background(), []byte(`{"do":"echo","for_ms":60000}`))
		failed <- err
	}()
	time.Sleep(100 * time.Millisecond)
	started := time.Now()
	f.Close()
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("Close took %v", took)
	}
	if err := <-failed; !errors.Is(err, ErrClosed) {
		t.Errorf("the invocation under way ended with %v, want ErrClosed", err)
	}
	if _, err := f.Invoke(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("Invoke after Close = %v, want ErrClosed", err)
	}
	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d is alive", pid)
		}
	}
}

func TestPayloadLimit(t *testing.T) {
	f, _ := newFunction(t, nil)
	if _, err := f.Invoke(t.Context(), make([]byte, MaxPayload+1)); !errors.Is(err, ErrPayloadTooLarge) {
		t.Errorf("Invoke = %v, want ErrPayloadTooLarge", err)
	}
	if len(f.Processes()) != 0 {
		t.Error("a process was started for it")
	}
}
