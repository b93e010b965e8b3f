package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/infra/local"
	"argyle-webhooks/shared/argyle"
)

// rotating is a local stack whose secret a test changes.
type rotating struct {
	*local.Test

	t *testing.T
	// known are the secrets so far, which no output may show.
	known []string
}

// secret runs `argylectl secret` on the stack and requires that no secret is shown.
func (r *rotating) secret(args ...string) result {
	r.t.Helper()
	got := argylectl(r.t, "", append(append([]string{"secret"}, args...), "--local-url", r.URL())...)
	requireNoSecret(r.t, got, r.known...)
	return got
}

// requireNoSecret requires that neither output shows a secret, nor the beginning of one.
func requireNoSecret(t *testing.T, got result, known ...string) {
	t.Helper()
	for _, secret := range known {
		if strings.Contains(got.stdout+got.stderr, secret[:8]) {
			t.Errorf("a secret is shown:\n%s%s", got.stdout, got.stderr)
		}
	}
}

// version is the id of the secret's version that is in use.
func (r *rotating) version() string {
	r.t.Helper()
	var listed listedSecrets
	got := r.secret("list", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &listed); err != nil || listed.Version == nil {
		r.t.Fatalf("%v: %+v", err, got)
	}
	return *listed.Version
}

// forget ends the front door's processes, so that the next delivery finds one that has no secrets in its cache, as five minutes later.
func (r *rotating) forget() {
	r.t.Helper()
	for _, pid := range r.Processes()["webhook"] {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			r.t.Fatalf("ending the front door %d: %v", pid, err)
		}
	}
}

// wantAnswer delivers an event that is signed with a secret. An end of the front door may take a delivery with it, which is tried again.
func (r *rotating) wantAnswer(secret string, want int) {
	r.t.Helper()
	var got journey.Answer
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var err error
		got, err = journey.Post(r.t.Context(), r.WebhookURL(), argyle.Secret(secret), []byte(`{"event":"accounts.frozen","name":"n","data":{}}`))
		if err != nil {
			r.t.Fatal(err)
		}
		if got.Status < http.StatusInternalServerError {
			break
		}
	}
	if got.Status != want {
		r.t.Errorf("answered %d %s, want %d", got.Status, got.Reason, want)
	}
}

// made reads the file that a rotation made.
func (r *rotating) made(path string) string {
	r.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		r.t.Fatal(err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{64}$`).Match(content) || info.Mode().Perm() != 0o600 {
		r.t.Errorf("%d bytes with mode %v, want 64 hex digits that only the user can read", len(content), info.Mode())
	}
	r.known = append(r.known, string(content))
	return string(content)
}

// TestSecretRotationLosesNoDelivery goes through a rotation as the runbook does.
func TestSecretRotationLosesNoDelivery(t *testing.T) {
	r := &rotating{Test: local.StartForTest(t, local.Options{}), t: t, known: []string{local.DefaultSecret}}
	out := filepath.Join(t.TempDir(), "secret.txt")
	before := r.version()
	r.wantAnswer(local.DefaultSecret, http.StatusAccepted)

	if err := os.WriteFile(out, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	requireLine(t, r.secret("rotate", "--reason", "a test", "--out", out), exitNo, "is there already")
	if content, err := os.ReadFile(out); err != nil || string(content) != "mine" || r.version() != before {
		t.Errorf("a refused rotation left %q, %v, and version %s of the secret, which was %s", content, err, r.version(), before)
	}

	out = filepath.Join(t.TempDir(), "secret.txt")
	got := r.secret("rotate", "--reason", "a test", "--out", out)
	fresh := r.made(out)
	requireNoSecret(t, got, fresh)
	for _, want := range []string{
		"2 secrets are live", "Wait five minutes", "At Argyle, subscribe anew with the secret in " + out, "rm " + out,
		"argylectl secret list --local-url " + r.URL(), "argylectl secret retire --local-url " + r.URL(),
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("the output has no %q: %+v", want, got)
		}
	}
	if got.code != 0 || strings.Count(got.stderr, `audit: {"time":`) != 2 || !strings.Contains(got.stderr, `"reason":"a test"`) {
		t.Errorf("rotated: %+v", got)
	}
	r.wantAnswer(fresh, http.StatusAccepted)
	r.wantAnswer(local.DefaultSecret, http.StatusAccepted)

	third := filepath.Join(t.TempDir(), "third.txt")
	requireLine(t, r.secret("rotate", "--reason", "a test", "--out", third), exitNo, "two secrets are live already")
	if _, err := os.Stat(third); !os.IsNotExist(err) {
		t.Errorf("a refused rotation left a file: %v", err)
	}
	if got := r.secret("list"); got.code != 0 || !strings.Contains(got.stdout, "2 secrets are live") || !strings.Contains(got.stdout, "not measured on the local stack") {
		t.Errorf("list: %+v", got)
	}

	if got := r.secret("retire", "--reason", "a test"); got.code != 0 || !strings.Contains(got.stdout, "One secret is live") {
		t.Errorf("retired: %+v", got)
	}
	r.forget()
	r.wantAnswer(local.DefaultSecret, http.StatusUnauthorized)
	r.wantAnswer(fresh, http.StatusAccepted)
	requireLine(t, r.secret("retire", "--reason", "a test"), exitNo, "only one secret is live")

	r.requireOneOfTwo(fresh)
	for _, secret := range r.known {
		if strings.Contains(r.Logs(), secret) {
			t.Error("the functions' log shows a secret")
		}
	}
}

// requireOneOfTwo rotates twice at once.
func (r *rotating) requireOneOfTwo(old string) {
	r.t.Helper()
	secrets := []string{"made-up-secret-of-one", "another-made-up-secret"}
	results := make([]result, len(secrets))
	var both sync.WaitGroup
	for i, secret := range secrets {
		both.Go(func() {
			results[i] = argylectl(r.t, secret+"\n", "secret", "rotate", "--reason", "at once", "--from", "-", "--local-url", r.URL())
		})
	}
	both.Wait()
	r.forget()
	r.wantAnswer(old, http.StatusAccepted)
	refused := 0
	for i, got := range results {
		requireNoSecret(r.t, got, secrets...)
		if got.code == 0 {
			r.wantAnswer(secrets[i], http.StatusAccepted)
			continue
		}
		refused++
		r.wantAnswer(secrets[i], http.StatusUnauthorized)
		if got.code != exitNo || !regexp.MustCompile(`argylectl: (the secret was changed by somebody else|two secrets are live already)`).MatchString(got.stderr) {
			r.t.Errorf("the other: %+v", got)
		}
	}
	if refused != 1 {
		r.t.Errorf("%d of two at once were refused: %+v", refused, results)
	}
}

func TestSecretUsage(t *testing.T) {
	for _, c := range []struct {
		name, stdin string
		args        []string
		code        int
		says        string
	}{
		{"no stack", "", []string{"list"}, exitUsage, "--stack NAME"},
		{"two stacks", "", []string{"list", "--local", "--stack", "s"}, exitUsage, "not both"},
		{"no reason to rotate", "", []string{"rotate", "--local", "--out", "nowhere.txt"}, exitUsage, "--reason"},
		{"no reason to retire", "", []string{"retire", "--local"}, exitUsage, "--reason"},
		{"nowhere to go", "", []string{"rotate", "--local", "--reason", "r"}, exitUsage, "--out FILE"},
		{"from and out", "", []string{"rotate", "--local", "--reason", "r", "--out", "a", "--from", "b"}, exitUsage, "--from FILE"},
		{"no local stack", "", []string{"list", "--local-url", "http://127.0.0.1:1"}, exitUsage, "make run"},
	} {
		t.Run(c.name, func(t *testing.T) {
			requireLine(t, argylectl(t, c.stdin, append([]string{"secret"}, c.args...)...), c.code, c.says)
		})
	}
}

func TestTakeSecret(t *testing.T) {
	for name, c := range map[string]struct{ content, want, says string }{
		"a line":              {"0123456789abcdef\n", "0123456789abcdef", ""},
		"as long as it may":   {strings.Repeat("x", maxSecret), strings.Repeat("x", maxSecret), ""},
		"too short":           {"canary789abcdef", "", "15 bytes"},
		"too long":            {"canary" + strings.Repeat("x", maxSecret), "", "want 16 to 512"},
		"empty":               {"\n", "", "0 bytes"},
		"two words":           {"canary canary canary", "", "without spaces"},
		"two lines":           {"canarycanarycanary\ncanary", "", "without spaces"},
		"a control character": {"canarycanarycanary\x00canary", "", "printable"},
		"no ASCII":            {"canarycanarycanarÿ", "", "printable"},
		"an object":           {`{"secrets":["canary"]}`, "", "brace"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := takeSecret(strings.NewReader(c.content), "-")
			if string(got) != c.want || (err == nil) != (c.says == "") {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			if err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "canary")) {
				t.Errorf("error %v, want %q and nothing of the secret", err, c.says)
			}
		})
	}
}
