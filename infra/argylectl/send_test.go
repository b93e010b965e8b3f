package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/shared/status"
)

func TestSend(t *testing.T) {
	at := stack(t)
	raw := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(raw, []byte(`{"event":"accounts.frozen","name":"n","data":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, stdin string
		args        []string
		code        int
		stdout      string // a pattern
		advice      string // part of the error
	}{
		{"an HTTP API request", "", []string{"events/webhook/accounts.added.json"}, 0, `^events/webhook/accounts.added.json  202 accepted  \d+ ms\n$`, ""},
		{"a body", "", []string{raw}, 0, `  202 accepted  \d+ ms\n$`, ""},
		{"standard input", `{"event":"accounts.frozen","name":"n","data":{}}`, []string{"-"}, 0, `^-  202 accepted  \d+ ms\n$`, ""},
		{"no event", `{"event":1}`, []string{"-"}, 1, `^-  400 not_an_event  \d+ ms\n$`, "an event is a JSON object"},
		{"another secret", "", []string{"--secret", "wrong", raw}, 1, `  401 bad_signature  \d+ ms\n$`, "set " + local.SecretVariable},
		{"each file is sent", "{}", []string{"-", raw}, 1, `(?s)^- {3,}400 not_an_event .*  202 accepted `, "1 of 2 not taken: an event is"},
		{"another path", "", []string{"--url", at.URL + "/webhooks", raw}, 1, `  404  \d+ ms\n$`, "the only route is POST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := argylectl(t, c.stdin, append([]string{"send", "--url", at.WebhookURL}, c.args...)...)
			if got.code != c.code || !regexp.MustCompile(c.stdout).MatchString(got.stdout) {
				t.Errorf("exit code %d, output %q, error %q; want %d, %s", got.code, got.stdout, got.stderr, c.code, c.stdout)
			}
			if !strings.Contains(got.stderr, c.advice) {
				t.Errorf("error %q, want %q in it", got.stderr, c.advice)
			}
		})
	}
}

// sent delivers one event and waits until the status shows it.
func sent(t *testing.T, body, account string) status.AccountStatus {
	t.Helper()
	at := stack(t)
	if got := argylectl(t, body, "send", "--url", at.WebhookURL, "-"); got.code != 0 {
		t.Fatalf("sending: %+v", got)
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		got := argylectl(t, "", "status", "--dynamodb-url", at.DynamoDBURL, "--account", account, "--json")
		if got.code == exitNo {
			continue
		}
		var shown status.AccountStatus
		if err := json.Unmarshal([]byte(got.stdout), &shown); err != nil || got.code != 0 {
			t.Fatalf("%v: %+v", err, got)
		}
		return shown
	}
	t.Fatalf("%s does not appear in the status", account)
	return status.AccountStatus{}
}

func TestStatus(t *testing.T) {
	const account, user = "status-test-account", "status-test-user"
	shown := sent(t, `{"event":"accounts.failed","name":"n","data":{"account":"`+account+`","user":"`+user+
		`","error_code":"invalid_mfa","error_message":"That was not the code."}}`, account)
	if shown.Connection == nil || shown.Connection.Status != "error" || shown.Connection.Action != status.ActionReconnect || shown.Revision != 1 {
		t.Errorf("after accounts.failed: %+v", shown)
	}
	at := stack(t)
	ask := func(args ...string) result {
		return argylectl(t, "", append([]string{"status", "--dynamodb-url", at.DynamoDBURL}, args...)...)
	}
	t.Run("for people", func(t *testing.T) {
		for _, whose := range [][]string{{"--account", account}, {"--user", user}} {
			got := ask(whose...)
			if got.code != 0 || !strings.Contains(got.stdout, "user "+user+"\n") || !strings.Contains(got.stdout, "connection: error invalid_mfa") ||
				!strings.Contains(got.stdout, "That was not the code. → reconnect") || strings.Contains(got.stdout, "\x1b") {
				t.Errorf("%v: %+v", whose, got)
			}
		}
	})
	t.Run("for programs", func(t *testing.T) {
		got := ask("--user", user, "--json")
		var shown map[string]any
		if err := json.Unmarshal([]byte(got.stdout), &shown); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		accounts, ok := shown["accounts"].([]any)
		if !ok || len(accounts) != 1 {
			t.Fatalf("accounts: %v", shown["accounts"])
		}
		delete(shown, "accounts")
		want := map[string]any{
			"user": user, "external_id": nil, "fully_synced": false, "fully_synced_at": nil, "pending": []any{},
		}
		if diff := cmp.Diff(want, shown); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
	t.Run("unknown", func(t *testing.T) {
		requireLine(t, ask("--account", "nobody's"), 1, "no account nobody's")
		requireLine(t, ask("--user", "nobody", "--json"), 1, "no user nobody")
	})
	t.Run("another table", func(t *testing.T) {
		requireLine(t, ask("--user", user, "--table", "Elsewhere"), 2, "no table Elsewhere on the local stack")
	})
}
