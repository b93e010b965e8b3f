package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// answerTime is how long a function may take before the benchmark gives up on it.
const answerTime = 20 * time.Second

// host is one function process and the Runtime API it asks. The local stack's own host (infra/local/lambda) is a pool that hides when a process
// began and when it answered; this one does nothing but tell these times.
type host struct {
	command *exec.Cmd
	server  *http.Server
	output  *lines
	began   time.Time

	events   chan []byte
	answered chan time.Time
	failed   chan error
	asked    chan struct{} // holds one: the process waits for an event
	over     chan struct{}
}

// program is a function's binary and the environment it runs in.
type program struct {
	name, path  string
	environment map[string]string
	event       []byte // one that it answers
}

// start runs the program and returns at once; the first invoke waits until the process asks.
func (p program) start(ctx context.Context) (*host, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening a Runtime API: %w", err)
	}
	h := &host{
		output: &lines{}, events: make(chan []byte), answered: make(chan time.Time, 1), failed: make(chan error, 1),
		asked: make(chan struct{}, 1), over: make(chan struct{}),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", h.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", h.response)
	mux.HandleFunc("POST /", h.failure)
	h.server = &http.Server{Handler: mux, ReadHeaderTimeout: answerTime}
	go func() { _ = h.server.Serve(listener) }()

	h.command = exec.CommandContext(ctx, p.path)
	h.command.Dir = filepath.Dir(p.path)
	h.command.Env = p.variables(listener.Addr().String())
	h.command.Stdout, h.command.Stderr = h.output, h.output
	h.began = time.Now()
	if err := h.command.Start(); err != nil {
		_ = h.server.Close()
		return nil, fmt.Errorf("starting %s: %w", p.name, err)
	}
	go func() {
		_ = h.command.Wait()
		close(h.over)
	}()
	return h, nil
}

// variables is the whole environment of the process: nothing is inherited.
func (p program) variables(api string) []string {
	all := []string{
		"AWS_LAMBDA_RUNTIME_API=" + api, "AWS_LAMBDA_FUNCTION_NAME=" + p.name, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local",
		"AWS_SECRET_ACCESS_KEY=local", "AWS_SESSION_TOKEN=local", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256", "_HANDLER=bootstrap", "TZ=:UTC",
	}
	for name, value := range p.environment {
		all = append(all, name+"="+value)
	}
	return all
}

// invoke gives the process an event and returns when it had it and when its answer was there.
func (h *host) invoke(event []byte) (given, answered time.Time, err error) {
	limit := time.NewTimer(answerTime)
	defer limit.Stop()
	select {
	case h.events <- event:
		given = time.Now()
	case err = <-h.failed:
		return given, answered, err
	case <-h.over:
		return given, answered, fmt.Errorf("the function ended; it printed: %s", h.output.text())
	case <-limit.C:
		return given, answered, errors.New("the function did not ask for an event")
	}
	select {
	case answered = <-h.answered:
		return given, answered, nil
	case err = <-h.failed:
		return given, answered, err
	case <-h.over:
		return given, answered, fmt.Errorf("the function ended; it printed: %s", h.output.text())
	case <-limit.C:
		return given, answered, errors.New("the function did not answer")
	}
}

// stop ends the process and returns the CPU time of its whole life.
func (h *host) stop() time.Duration {
	_ = h.command.Process.Kill()
	<-h.over
	_ = h.server.Close()
	return h.command.ProcessState.UserTime() + h.command.ProcessState.SystemTime()
}

func (h *host) next(w http.ResponseWriter, r *http.Request) {
	select {
	case event := <-h.events:
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(10*time.Second).UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:bench")
		header.Set("Content-Length", strconv.Itoa(len(event)))
		_, _ = w.Write(event)
	case <-r.Context().Done():
	case <-h.over:
	}
}

func (h *host) response(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	h.answered <- time.Now()
	w.WriteHeader(http.StatusAccepted)
}

func (h *host) failure(w http.ResponseWriter, r *http.Request) {
	report, _ := io.ReadAll(io.LimitReader(r.Body, 4<<10))
	select {
	case h.failed <- fmt.Errorf("the function failed: %s", report):
	default:
	}
	w.WriteHeader(http.StatusAccepted)
}

// lines keeps what a process prints: its log is measured too.
type lines struct {
	mu  sync.Mutex
	all []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, p...)
	return len(p), nil
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.all)
}
