package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// BuildError says that the functions do not compile.
type BuildError struct {
	// Output is what the compiler said.
	Output string
}

// Error is the compiler's lines and then one that says what they mean for the stack.
func (e *BuildError) Error() string {
	return e.Output + "\nthe local stack did not start: its functions do not compile (the compiler's lines are above)"
}

// binaries are the functions' executables as one stack runs them: named for the function, in a folder of the stack's own, so that another
// stack can build while this one runs.
type binaries struct{ dir string }

func (b binaries) path(function string) string { return filepath.Join(b.dir, function, function) }

// remove deletes the stack's folder; the build's own output stays for the next start.
func (b binaries) remove() error {
	if err := os.RemoveAll(b.dir); err != nil {
		return fmt.Errorf("removing the stack's folder: %w", err)
	}
	return nil
}

// build compiles functions/<name> of the module at root for this machine, with the flags of the deployed build but for the empty build id, which
// would have every start link anew. What is unchanged is not built again.
func build(ctx context.Context, root string, names []string) (binaries, error) {
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(root, "functions", name)); err != nil {
			return binaries{}, fmt.Errorf("the template declares a function that functions/%s does not have: %w", name, err)
		}
	}
	out := filepath.Join(root, ".build", "functions")
	runs := filepath.Join(root, ".build", "run")
	for _, dir := range []string{out, runs} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return binaries{}, fmt.Errorf("making the build folder: %w", err)
		}
	}
	unlock, err := lock(ctx, filepath.Join(out, ".lock"))
	if err != nil {
		return binaries{}, err
	}
	defer unlock()
	sweep(runs)
	if err := compile(ctx, root, out, names); err != nil {
		return binaries{}, err
	}
	dir, err := os.MkdirTemp(runs, strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return binaries{}, fmt.Errorf("making the stack's folder: %w", err)
	}
	b := binaries{dir: dir}
	for _, name := range names {
		// A link, so that a later build, which replaces the file and does not write into it, leaves this stack's as it is.
		err := os.Mkdir(filepath.Join(dir, name), 0o755)
		if err == nil {
			err = os.Link(filepath.Join(out, name), b.path(name))
		}
		if err != nil {
			return binaries{}, errors.Join(fmt.Errorf("linking the binary of %s: %w", name, err), b.remove())
		}
	}
	return b, nil
}

// compile runs one go build for all functions, so that what they share is loaded and compiled once.
func compile(ctx context.Context, root, out string, names []string) error {
	args := []string{"build", "-buildvcs=false", "-trimpath", "-tags", "lambda.norpc,nethttpomithttp2", "-ldflags=-s -w", "-o", out + string(filepath.Separator)}
	for _, name := range names {
		args = append(args, "./functions/"+name)
	}
	var output bytes.Buffer
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = root
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	command.Stdout, command.Stderr = &output, &output
	// The compilers that go starts end with it.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	err := command.Run()
	switch exit := (*exec.ExitError)(nil); {
	case ctx.Err() != nil:
		return fmt.Errorf("building the functions: %w", context.Cause(ctx))
	case errors.As(err, &exit):
		return &BuildError{Output: strings.TrimSpace(output.String())}
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("building the functions needs the go command: install Go from https://go.dev/dl/")
	case err != nil:
		return fmt.Errorf("building the functions: %w", err)
	}
	return nil
}

// lock waits for an exclusive lock on the file, so that two stacks do not write the same binaries at once. The lock ends with the process.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the build's lock: %w", err)
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("locking the build folder: %w", err), file.Close())
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("waiting for another build: %w", context.Cause(ctx)), file.Close())
		}
	}
}

// sweep removes the folders of stacks whose process is gone without having cleaned up.
func sweep(runs string) {
	entries, _ := os.ReadDir(runs)
	for _, entry := range entries {
		owner, _, _ := strings.Cut(entry.Name(), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(filepath.Join(runs, entry.Name()))
		}
	}
}
