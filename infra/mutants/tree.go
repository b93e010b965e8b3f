package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// tree is a copy of the module in which one mutant at a time is at work.
type tree struct{ root string }

// result is what became of a mutant.
type result struct {
	caught  bool
	verdict string // the test that caught it, or why it counts for nothing
}

// copyTree copies the module at from, without what git does not keep. The copy shares the local stack's servers, which take a while to fetch.
func copyTree(from, to string) (*tree, error) {
	if err := os.RemoveAll(to); err != nil {
		return nil, fmt.Errorf("clear %s: %w", to, err)
	}
	files := os.DirFS(from)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("read a file: %w", err)
		}
		return os.WriteFile(filepath.Join(to, name), content, 0o644)
	})
	if err == nil {
		err = os.Mkdir(filepath.Join(to, ".build"), 0o755)
	}
	var jars string
	if err == nil {
		jars, err = filepath.Abs(filepath.Join(from, ".build", "jars"))
	}
	if err == nil {
		err = os.Symlink(jars, filepath.Join(to, ".build", "jars"))
	}
	if err != nil {
		return nil, fmt.Errorf("copy the tree: %w", err)
	}
	return &tree{to}, nil
}

// try applies the mutant, asks the tests, and takes the mutant back.
func (t *tree) try(ctx context.Context, m mutant) result {
	if ctx.Err() != nil {
		return result{}
	}
	file := filepath.Join(t.root, filepath.FromSlash(m.file))
	original, err := os.ReadFile(file)
	if err != nil {
		return result{verdict: "DOES NOT APPLY: " + err.Error()}
	}
	if found := bytes.Count(original, []byte(m.old)); found != 1 {
		return result{verdict: fmt.Sprintf("DOES NOT APPLY: its text stands there %d times", found)}
	}
	broken := bytes.Replace(original, []byte(m.old), []byte(m.new), 1)
	if err := os.WriteFile(file, broken, 0o644); err != nil { //nolint:gosec // a name of our own table
		return result{verdict: "DOES NOT APPLY: " + err.Error()}
	}
	defer func() { _ = os.WriteFile(file, original, 0o644) }() //nolint:gosec // a name of our own table; a copy that stays broken shows at once
	if output, err := t.run(ctx, "build", "./"+path.Dir(m.file)); err != nil {
		return result{verdict: "DOES NOT COMPILE\n" + output}
	}
	for _, name := range tests[path.Dir(m.file)] {
		switch caught, output := t.test(ctx, name); caught {
		case "":
		case notBuilt:
			return result{verdict: "DOES NOT COMPILE\n" + output}
		default:
			return result{caught: true, verdict: caught}
		}
	}
	return result{verdict: "SURVIVED"}
}

// testTime is the most that a package's tests may take. A mutant that hangs is caught by it, so it must be far above what they take on a busy
// machine.
const testTime = 5 * time.Minute

// notBuilt is what test returns of tests that do not compile.
const notBuilt = "the build"

// test runs a package's tests and returns the one that failed first, or "".
func (t *tree) test(ctx context.Context, name string) (caught, output string) {
	output, err := t.run(ctx, "test", "-failfast", "-vet=off", "-timeout="+testTime.String(), "./"+name)
	if err == nil {
		return "", output
	}
	return firstFailure(output), output
}

var (
	failure = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	hanging = regexp.MustCompile(`(?m)^\s*running tests:\n\s+(\S+)`)
	crash   = regexp.MustCompile(`(?m)^(?:panic|fatal error): (.*)$`)
)

// firstFailure is the name of the first test that failed, with its first failed subtest.
func firstFailure(output string) string {
	if strings.Contains(output, "[build failed]") || strings.Contains(output, "[setup failed]") {
		return notBuilt
	}
	var name string
	for _, found := range failure.FindAllStringSubmatch(output, -1) {
		if name == "" || strings.HasPrefix(found[1], name+"/") {
			name = found[1]
		}
	}
	if name != "" {
		return name
	}
	if found := hanging.FindStringSubmatch(output); found != nil {
		return found[1] + " (hangs)"
	}
	if found := crash.FindStringSubmatch(output); found != nil {
		return found[1]
	}
	return "the package's TestMain"
}

// run runs go in the tree. Drawn tests draw the same each time, and leave no files of what they found.
func (t *tree) run(ctx context.Context, args ...string) (output string, err error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = t.root
	cmd.Env = append(os.Environ(), "RAPID_SEED=1", "RAPID_NOFAILFILE=true")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		out = append(out, err.Error()...)
	}
	return firstLines(string(out)), err
}

// firstLines cuts what go writes to what a person reads: after a crash it is thousands of lines.
func firstLines(output string) string {
	const most = 40
	lines := strings.SplitAfterN(output, "\n", most+1)
	return strings.Join(lines[:min(len(lines), most)], "")
}
