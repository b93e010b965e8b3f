package lambda

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// restTimeout is how long an instance may take, after its answer, to ask for the next event.
const restTimeout = time.Second

// errNotTaken says that the process ended before it took the event.
var errNotTaken = errors.New("the process ended before it took the event")

// invocation is one event on its way through an instance.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	outcome  chan outcome // holds one
}

// outcome is how an invocation ended.
type outcome struct {
	payload []byte
	err     error
}

// instance is one process and its Runtime API.
type instance struct {
	function *Function
	command  *exec.Cmd
	output   *lineWriter
	server   *http.Server
	served   chan struct{}

	resting chan struct{}       // holds one: the process waits for its next event
	events  chan *invocation    // to the process
	failed  chan *FunctionError // holds one: the process reported that it cannot start
	exited  chan struct{}       // closed when the process has ended
	exit    error               // why it ended; read after exited

	current current
}

// start runs a new process until it asks for its first event.
func (f *Function) start(ctx context.Context) (*instance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("function %s: opening its Runtime API: %w", f.config.Name, err)
	}
	i := &instance{
		function: f,
		output:   &lineWriter{lines: f.log},
		served:   make(chan struct{}),
		resting:  make(chan struct{}, 1),
		events:   make(chan *invocation),
		failed:   make(chan *FunctionError, 1),
		exited:   make(chan struct{}),
	}
	i.server = &http.Server{Handler: i.api(), ReadHeaderTimeout: 5 * time.Second}
	i.command = exec.Command(f.config.Binary)
	if f.config.Emulator != "" {
		i.command = exec.Command(f.config.Emulator, f.config.Binary)
	}
	i.command.Dir = filepath.Dir(f.config.Binary)
	i.command.Env = f.config.environment(listener.Addr().String())
	i.command.Stdout, i.command.Stderr = i.output, i.output
	// A process that leaves its output open to a child of its own must not keep Wait waiting.
	i.command.WaitDelay = time.Second
	bindToParent(i.command)

	if err := i.command.Start(); err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("function %s: starting its process: %w", f.config.Name, err)
	}
	f.mu.Lock()
	f.alive[i] = struct{}{}
	f.mu.Unlock()
	go i.wait()
	go func() {
		defer close(i.served)
		_ = i.server.Serve(listener)
	}()

	if err := i.awaitInit(ctx); err != nil {
		i.stop()
		return nil, err
	}
	return i, nil
}

// awaitInit returns once the process has asked for its first event. It leaves the sign of that in place for rest.
func (i *instance) awaitInit(ctx context.Context) error {
	select {
	case <-i.resting:
		i.resting <- struct{}{}
		return nil
	case reported := <-i.failed:
		// What it printed is complete only when it has ended.
		select {
		case <-i.exited:
		case <-time.After(restTimeout):
		}
		reported.Output = i.output.tail()
		return reported
	case <-i.exited:
		return &FunctionError{Type: TypeExit, Message: i.exitText(), Init: true, Output: i.output.tail()}
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return &FunctionError{Type: TypeTimeout, Message: fmt.Sprintf("no start within %v", initTimeout), Init: true, Output: i.output.tail()}
		}
		return fmt.Errorf("function %s: starting: %w", i.function.config.Name, ctx.Err())
	}
}

// run hands an event to a resting process and waits for its answer, its end or the deadline.
func (i *instance) run(ctx context.Context, payload []byte) ([]byte, error) {
	timeout := i.function.config.Timeout
	event := &invocation{id: newRequestID(), payload: payload, deadline: time.Now().Add(timeout), outcome: make(chan outcome, 1)}
	select {
	case <-i.resting:
	default:
	}
	i.current.set(event)
	defer i.current.set(nil)
	select {
	case i.events <- event:
	case <-i.exited:
		return nil, errNotTaken
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	select {
	case out := <-event.outcome:
		return out.payload, out.err
	case <-i.exited:
		// An answer posted just before the end counts.
		select {
		case out := <-event.outcome:
			return out.payload, out.err
		default:
		}
		return nil, &FunctionError{Type: TypeExit, Message: fmt.Sprintf("RequestId: %s Error: %s", event.id, i.exitText())}
	case <-deadline.C:
		i.kill()
		return nil, &FunctionError{Type: TypeTimeout, Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", event.id, timeout.Seconds())}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// rest reports whether the process has asked for another event.
func (i *instance) rest(ctx context.Context) bool {
	wait := time.NewTimer(restTimeout)
	defer wait.Stop()
	select {
	case <-i.resting:
		i.resting <- struct{}{}
		return !i.gone()
	case <-i.exited:
	case <-wait.C:
	case <-ctx.Done():
	}
	return false
}

// stop ends the process and its Runtime API and returns when both are gone.
func (i *instance) stop() {
	i.kill()
	<-i.exited
	_ = i.server.Close()
	<-i.served
}

// wait buries the process once it has ended.
func (i *instance) wait() {
	i.exit = i.command.Wait()
	i.output.flush()
	i.function.mu.Lock()
	delete(i.function.alive, i)
	i.function.mu.Unlock()
	close(i.exited)
}

func (i *instance) gone() bool {
	select {
	case <-i.exited:
		return true
	default:
		return false
	}
}

func (i *instance) pid() int { return i.command.Process.Pid }

// exitText is Lambda's sentence about a process that ended.
func (i *instance) exitText() string {
	if i.exit == nil {
		return "Runtime exited without providing a reason"
	}
	return "Runtime exited with error: " + strings.TrimPrefix(i.exit.Error(), "exec: ")
}

// newRequestID is a random UUID, which is what Lambda's request ids are.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
