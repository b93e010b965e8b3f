package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// grace is how long a child may take to end by itself after SIGTERM. Killing it after that takes no time to speak of, so that
// [Backend.Close] keeps within its 5 seconds.
const grace = 2500 * time.Millisecond

// child is a process that we started and shall end.
type child struct {
	name string
	cmd  *exec.Cmd
	out  *tail
	// leash is the child's standard input. Nothing is written to it: it ends when we end.
	leash io.Closer
	// gone is closed once the process has ended and been waited for; err is why, and may be read then.
	gone chan struct{}
	err  error
}

// start starts a command under a name for people. Each line of its output is passed to onLine, which may be nil. Last is the signal it
// gets if we are killed.
func start(name string, cmd *exec.Cmd, last syscall.Signal, onLine func(string)) (*child, error) {
	c := &child{name: name, cmd: cmd, out: &tail{onLine: onLine}, gone: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = c.out, c.out
	// A grandchild that keeps the output open must not keep us.
	cmd.WaitDelay = time.Second
	tie(cmd, last)
	leash, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c.leash = leash
	started := make(chan error)
	go func() {
		// See tie: the child lives as long as this thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.gone)
		}
	}()
	if err := <-started; err != nil {
		_ = leash.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop ends the process: it asks, waits for grace, then kills. It returns when the process is gone.
func (c *child) stop() error {
	_ = c.leash.Close()
	// A process that is gone already makes Signal fail, and that is what is wanted.
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	if c.goneWithin(grace) {
		return nil
	}
	_ = c.cmd.Process.Kill()
	if c.goneWithin(grace - time.Second) {
		return nil
	}
	return fmt.Errorf("%s (process %d) does not end", c.name, c.pid())
}

func (c *child) goneWithin(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c.gone:
		return true
	case <-timer.C:
		return false
	}
}

// death is the error for a process that ended although nobody asked it to. It must be gone.
func (c *child) death() error {
	why := c.err
	if why == nil {
		why = errors.New("exit status 0")
	}
	return fmt.Errorf("%s (process %d) has ended by itself: %w%s", c.name, c.pid(), why, c.out.indented())
}

// run runs a program to its end. Its output is shown only when it fails, and then only the last lines.
func run(ctx context.Context, failure, name string, args ...string) error {
	var out tail
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	tie(cmd, syscall.SIGKILL)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	// See tie: the program lives as long as this thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", failure, context.Cause(ctx))
	}
	return fmt.Errorf("%s (%w)%s", failure, err, out.indented())
}
