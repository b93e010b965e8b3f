package local

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"argyle-webhooks/shared/argyle"
)

// TestFaults takes one stack of its own through what can break while it runs, one fault after the other.
func TestFaults(t *testing.T) {
	t.Parallel()
	secret := ""
	stack := StartForTest(t, Options{Secret: &secret})
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(stack.Logs(), strings.Join(stack.Said(), "\n"))
		}
	})
	healthy := func() bool { return health(t, stack.Stack).status == http.StatusOK }
	deliver := func(name string) reply {
		body := accountEvent(name, "u-faults", "a-faults")
		return post(t, stack.WebhookURL(), body, argyle.Sign(body, "found"))
	}
	signal := func(name string, sig syscall.Signal) {
		for _, pid := range stack.Processes()[name] {
			if err := syscall.Kill(pid, sig); err != nil {
				t.Fatalf("signalling %s: %v", name, err)
			}
		}
	}

	t.Run("secret missing", func(t *testing.T) {
		r := deliver("accounts.added")
		if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || r.took > ackBudget {
			t.Errorf("answered %d %s after %v, want 503 with Retry-After", r.status, r.body, r.took)
		}
		t.Logf("%d in %v", r.status, r.took.Round(100*time.Microsecond))
	})
	t.Run("secret found again", func(t *testing.T) {
		if err := stack.SetSecret("found"); err != nil {
			t.Fatal(err)
		}
		eventually(t, 70*time.Second, "202", func() bool { return deliver("accounts.added").status == http.StatusAccepted })
	})
	t.Run("executables are named for their function", func(t *testing.T) {
		for _, name := range stack.Functions() {
			for _, pid := range stack.Processes()[name] {
				if comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); err == nil && strings.TrimSpace(string(comm)) != name {
					t.Errorf("process %d of %s is called %s", pid, name, comm)
				}
			}
		}
	})
	t.Run("functions killed", func(t *testing.T) {
		for _, name := range stack.Functions() {
			signal(name, syscall.SIGKILL)
			eventually(t, 2*time.Second, name+" gone", func() bool { return len(stack.Processes()[name]) == 0 })
		}
		if r := deliver("accounts.connected"); r.status != http.StatusAccepted {
			t.Errorf("answered %d %s", r.status, r.body)
		}
		eventually(t, 10*time.Second, "record in the table", func() bool {
			return connectionStatus(t, stack.Stack, "u-faults", "a-faults") == "connected"
		})
	})
	t.Run("queue hung", func(t *testing.T) {
		signal("sqs", syscall.SIGSTOP)
		r := deliver("accounts.connected")
		if r.status != http.StatusServiceUnavailable || r.took > ackBudget {
			t.Errorf("answered %d %s after %v, want 503 within %v", r.status, r.body, r.took, ackBudget)
		}
		t.Logf("%d in %v", r.status, r.took.Round(time.Millisecond))
		if h := health(t, stack.Stack); h.status != http.StatusServiceUnavailable || !strings.Contains(h.body, `"sqs":"does not answer"`) {
			t.Errorf("health answered %d %s", h.status, h.body)
		}
		signal("sqs", syscall.SIGCONT)
		eventually(t, 10*time.Second, "health again", healthy)
		if r := deliver("accounts.failed"); r.status != http.StatusAccepted {
			t.Errorf("answered %d %s after the queue went on", r.status, r.body)
		}
		eventually(t, 15*time.Second, "record in the table", func() bool {
			return connectionStatus(t, stack.Stack, "u-faults", "a-faults") == "error"
		})
	})
	t.Run("server dies", func(t *testing.T) {
		pids := stack.Processes()
		signal("sqs", syscall.SIGKILL)
		select {
		case <-stack.Done():
		case <-time.After(5 * time.Second):
			t.Fatal("the stack has not ended within five seconds")
		}
		if err := stack.Err(); err == nil || !strings.Contains(err.Error(), "ElasticMQ") {
			t.Errorf("Err() = %v, want a line that names ElasticMQ", err)
		} else {
			t.Logf("%v", err)
		}
		for name, each := range pids {
			for _, pid := range each {
				if syscall.Kill(pid, 0) == nil {
					t.Errorf("%s, process %d, is alive", name, pid)
				}
			}
		}
	})
}

func health(t *testing.T, stack *Stack) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, stack.URL()+HealthPath, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, request)
}

func TestStartRefusals(t *testing.T) {
	t.Parallel()
	stack := ForTest(t)
	port := func(url string) int {
		n, err := strconv.Atoi(url[strings.LastIndex(url, ":")+1:])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	services := func(o Options) Options {
		o.DynamoDBURL, o.SQSURL = stack.DynamoDBURL(), stack.SQSURL()
		return o
	}
	tests := []struct {
		name string
		opts Options
		want []string
	}{
		{"gateway's port taken", Options{Listen: strings.TrimPrefix(stack.URL(), "http://")}, []string{"taken", "--listen"}},
		{"DynamoDB's port taken", Options{Listen: "127.0.0.1:0", DynamoDBPort: port(stack.DynamoDBURL())}, []string{"--dynamodb-port"}},
		{"SQS's port taken", Options{Listen: "127.0.0.1:0", SQSPort: port(stack.SQSURL())}, []string{"--sqs-port"}},
		{"listening to the world", Options{Listen: "0.0.0.0:0"}, []string{"--listen", "loopback"}},
		{"no address", Options{Listen: "8787"}, []string{"--listen", "HOST:PORT"}},
		{"no template", Options{Listen: "127.0.0.1:0", Template: "none.yaml"}, []string{"none.yaml"}},
		{"unknown parameter", Options{Listen: "127.0.0.1:0", Parameters: map[string]string{"Colour": "red"}}, []string{"Colour"}},
		{"function that does not compile", services(broken(t, "func main() { undefined() }")), []string{"main.go:3", "undefined: undefined", "do not compile"}},
		{"function that does not start", services(broken(t, `func main() { println("no settings"); panic(1) }`)), []string{"function broken does not start", "no settings"}},
		{"function without a folder", services(broken(t, "")), []string{"functions/broken"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			started := time.Now()
			failed, err := Start(t.Context(), tt.opts)
			if err == nil {
				t.Error("it started")
				_ = failed.Close()
				return
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			t.Logf("after %v: %v", time.Since(started).Round(time.Millisecond), err)
		})
	}
}

// broken is a repository of one function with the code given.
func broken(t *testing.T, code string) Options {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{
		"go.mod": "module broken\n\ngo 1.26\n",
		"template.yaml": "Transform: AWS::Serverless-2016-10-31\nParameters:\n  Version:\n    Type: String\n    Default: x\n" +
			"Resources:\n  BrokenFunction:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: bootstrap\n",
	}
	if code != "" {
		files["functions/broken/main.go"] = "package main\n\n" + code + "\n"
	}
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Options{Root: root, Listen: "127.0.0.1:0"}
}

func TestStartCanBeInterruptedAtAnyMoment(t *testing.T) {
	t.Parallel()
	ForTest(t) // so that what has to be fetched and compiled is there
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 400 * time.Millisecond, 1200 * time.Millisecond, 2 * time.Second} {
		t.Run(after.String(), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			started := time.Now()
			stack, err := Start(ctx, Options{Listen: "127.0.0.1:0"})
			if err == nil {
				t.Log("it was up before")
				if err := stack.Close(); err != nil {
					t.Error(err)
				}
			}
			if took := time.Since(started); took > after+5*time.Second {
				t.Errorf("it took %v to end", took)
			}
			t.Log(err)
		})
	}
}
