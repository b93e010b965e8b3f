package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The tests run the compiled program in the repository's root, as people do.
const root = "../.."

// binary is the program, compiled once.
var binary string

func TestMain(m *testing.M) {
	os.Exit(build(m))
}

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "argylectl-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "argylectl")
	compile := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-X main.version=v1.2.3-test", "-o", binary, ".")
	if output, err := compile.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building argylectl: %v\n%s", err, output)
		return 1
	}
	defer shared.stop()
	return m.Run()
}

// result is what a run of the program left.
type result struct {
	code           int
	stdout, stderr string
}

// command prepares a run without anything of AWS or of the project in its environment.
func command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = root
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "AWS_") && !strings.HasPrefix(variable, "ARGYLE_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	return cmd
}

// argylectl runs the program to its end.
func argylectl(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := command(ctx, args...)
	cmd.Stdin = strings.NewReader(stdin)
	return finish(t, cmd)
}

func finish(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// requireLine requires an exit code and exactly one line of error that contains a text.
func requireLine(t *testing.T, got result, code int, contains string) {
	t.Helper()
	if got.code != code || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, contains) {
		t.Errorf("exit code %d and error %q, want %d and one line with %q", got.code, got.stderr, code, contains)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  []string
		says  string
		codes int
	}{
		{"unknown command", []string{"stauts"}, `unknown command "stauts"`, 2},
		{"unknown flag", []string{"send", "--sekret", "x"}, "unknown flag: --sekret", 2},
		{"no file to send", []string{"send"}, "which file?", 2},
		{"a file that is not there", []string{"send", "nowhere.json"}, "nowhere.json: no such file", 1},
		{"a batch is no webhook", []string{"send", "events/queue/accounts.added.json"}, "events/webhook/", 2},
		{"no user and no account", []string{"status", "--local"}, "--user U or --account A", 2},
		{"user and account", []string{"status", "--local", "--user", "u", "--account", "a"}, "one of the two, not both", 2},
		{"status of a word", []string{"status", "--local", "u"}, "takes no argument", 2},
		{"no URL", []string{"send", "--url", "nonsense", "-"}, "--url wants http(s)://HOST/PATH", 2},
		{"no number", []string{"local", "--seed", "x"}, `"--seed" flag: want a whole number`, 2},
		{"nothing to check", []string{"sam-local", "check", "--event", "accounts.frozen"}, "paystubs.fully_synced", 2},
		{"no local stack to check", []string{"sam-local", "check", "--stack", "http://127.0.0.1:1"}, "make run", 1},
		{"no table", []string{"status", "--user", "u"}, "--table", 2},
		{"no region", []string{"status", "--table", "t", "--user", "u"}, "AWS_REGION", 2},
		{"nothing at that address", []string{"status", "--dynamodb-url", "http://127.0.0.1:1", "--user", "u"}, "start the local stack", 2},
		{"nothing to send to", []string{"send", "--url", "http://127.0.0.1:1/", "events/webhook/accounts.added.json"}, "nothing listens at http://127.0.0.1:1/", 1},
		{"no duration", []string{"local", "--retry-after", "soon"}, `--retry-after "soon"`, 2},
		{"not on loopback", []string{"local", "--listen", "0.0.0.0:8787"}, "loopback", 1},
		{"unknown sample", []string{"sam-local", "invoke", "--event", "accounts.frozen"}, "paystubs.fully_synced", 2},
		{"unknown form", []string{"sam-local", "invoke", "--event", "accounts.added", "--form", "post"}, "webhook or queue", 2},
		{"no local stack", []string{"sam-local", "invoke", "--event", "accounts.added", "--stack", "http://127.0.0.1:1"}, "make run", 1},
	} {
		t.Run(c.name, func(t *testing.T) { requireLine(t, argylectl(t, "", c.args...), c.codes, c.says) })
	}
}

func TestVersion(t *testing.T) {
	for _, as := range []string{"version", "--version"} {
		if got := argylectl(t, "", as); got.code != 0 || got.stdout != "v1.2.3-test\n" || got.stderr != "" {
			t.Errorf("%s: got %+v", as, got)
		}
	}
}

func TestHelpShowsExamples(t *testing.T) {
	for _, name := range []string{"local", "send", "status"} {
		if got := argylectl(t, "", "help", name); got.code != 0 || !strings.Contains(got.stdout, "Examples:\n  argylectl "+name) {
			t.Errorf("help %s: exit code %d:\n%s", name, got.code, got.stdout)
		}
	}
	if got := argylectl(t, "", "help"); strings.Contains(got.stdout, "sam-local") || !strings.Contains(got.stdout, "status") {
		t.Errorf("help lists other commands than those for people:\n%s", got.stdout)
	}
}
