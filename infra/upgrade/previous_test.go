//go:build upgrade

package upgrade

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"argyle-webhooks/infra/local"
)

// previousWithoutTag is what is upgraded from before the first tag: the last commit whose template had no alarms, alias and protection, so that the
// test covers the greatest change of the template there has been.
const previousWithoutTag = "d56364323c1e08a135626d31d885247460260cf5"

// run runs a program in dir and returns what it printed.
func run(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// mustRun is run for what cannot fail but by a fault of the test's surroundings.
func mustRun(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, err := run(dir, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// previous is the commit to upgrade from; "" if this clone does not have it. A tag on HEAD itself is the version under test.
func previous(t *testing.T, root string) (commit, name string) {
	t.Helper()
	name, err := run(root, "git", "describe", "--tags", "--abbrev=0", "HEAD^")
	if err != nil {
		name = previousWithoutTag
	}
	if commit, err = run(root, "git", "rev-parse", "--verify", "--quiet", name+"^{commit}"); err != nil {
		return "", name
	}
	return commit, name
}

// checkOut puts a commit into a work tree of its own under .build, for the time of the test.
func checkOut(t *testing.T, root, commit string) (dir string) {
	t.Helper()
	dir = filepath.Join(root, ".build", "upgrade-from-"+commit[:12])
	remove := func() {
		_, _ = run(root, "git", "worktree", "remove", "--force", dir)
		_ = os.RemoveAll(dir)
		mustRun(t, root, "git", "worktree", "prune")
	}
	remove() // of a run that was killed
	t.Cleanup(remove)
	mustRun(t, root, "git", "worktree", "add", "--quiet", "--detach", dir, commit)
	return dir
}

// tool is an argylectl, and where the table and the queues are that it works with.
type tool struct {
	root, path       string
	dynamoDB, queues string
}

// build builds the argylectl of the version at root.
func build(t *testing.T, root, dynamoDB, queues string) tool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "argylectl")
	mustRun(t, root, "go", "build", "-o", path, "./infra/argylectl")
	return tool{root, path, dynamoDB, queues}
}

// status is a user's status as JSON.
func (a tool) status(t *testing.T, user string) string {
	t.Helper()
	return mustRun(t, a.root, a.path, "status", "--dynamodb-url", a.dynamoDB, "--user", user, "--json")
}

// start starts the version's local stack on the table and queues, and returns where it takes deliveries and how to end it.
func (a tool) start(t *testing.T) (webhookURL string, stop func()) {
	t.Helper()
	cmd := exec.Command(a.path, "local", "--json", "--listen", "127.0.0.1:0", "--dynamodb-url", a.dynamoDB, "--sqs-url", a.queues)
	cmd.Dir = a.root
	cmd.Env = append(os.Environ(), local.SecretVariable+"="+local.DefaultSecret)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	var up struct {
		WebhookURL string `json:"webhook_url"`
	}
	if err := json.NewDecoder(stdout).Decode(&up); err != nil {
		stop()
		t.Fatalf("the previous version does not start on these services: %v\n%s", err, stderr.String())
	}
	return up.WebhookURL, stop
}

// within is a context for a step of the test.
func within(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}
