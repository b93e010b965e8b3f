package local

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"argyle-webhooks/shared/argyle"
)

// canary begins every planted value, so that one that is cut short or escaped is found all the same.
const canary = "CANARY"

// canarySecret signs; it must be found nowhere either.
const canarySecret = argyle.Secret(canary + "-the-signing-secret")

// TestNothingOfABodyIsPrinted plants a canary in every text of every sample that is neither an id of the account or user nor a time or count, delivers
// them, and looks for canaries, signatures and the secret in all that is printed.
func TestNothingOfABodyIsPrinted(t *testing.T) {
	t.Parallel()
	secret := string(canarySecret)
	stack := StartForTest(t, Options{Secret: &secret})
	tool := argylectl(t)

	bodies := plantedSamples(t)
	var printed bytes.Buffer
	for i, body := range bodies {
		// One half as Argyle does, the other by the tool, whose output counts too.
		if i%2 == 0 {
			deliverPlanted(t, stack, body, http.StatusAccepted)
			continue
		}
		send := exec.CommandContext(t.Context(), tool, "send", "--url", stack.WebhookURL(), "-")
		send.Env = append(os.Environ(), SecretVariable+"="+secret)
		send.Stdin = bytes.NewReader(body)
		send.Stdout, send.Stderr = &printed, &printed
		if err := send.Run(); err != nil {
			t.Errorf("argylectl send: %v\n%s", err, printed.String())
		}
	}
	// What is refused, kept aside or of no use is logged as well.
	unrouted := accountEventWith("accounts.frozen", "u-planted-x", "a-planted-x", `"note": "CANARY-unrouted"`)
	deliverPlanted(t, stack, unrouted, http.StatusAccepted)
	deliverPlanted(t, stack, []byte(`{"event": "CANARY-no-data"}`), http.StatusBadRequest)
	deliverPlanted(t, stack, []byte(`CANARY is no JSON`), http.StatusBadRequest)
	deliverPlanted(t, stack, []byte("{\"event\": \"accounts.added\", \"data\": {\"x\": \"CANARY\xff\"}}"), http.StatusBadRequest)
	deliverPlanted(t, stack, accountEventWith("accounts.added", "u", "a", `"x": "CANARY`+strings.Repeat("y", 2<<20)+`"`), http.StatusRequestEntityTooLarge)
	for _, poison := range []string{`"available_count": "CANARY-count"`, `"available_from": "CANARY-time"`, `"available_to": {"CANARY-key": 1}`, `"resource": "CANARY-resource"`} {
		deliverPlanted(t, stack, accountEventWith("paystubs.added", "u-planted-p", "a-planted-p", poison), http.StatusAccepted)
	}
	if r := post(t, stack.WebhookURL(), unrouted, canary+strings.Repeat("0", 122)); r.status != http.StatusUnauthorized {
		t.Errorf("a signature of canaries was answered %d", r.status)
	}
	if r := post(t, stack.WebhookURL(), unrouted, argyle.Sign(unrouted, canary+"-another")); r.status != http.StatusUnauthorized {
		t.Errorf("another secret's signature was answered %d", r.status)
	}

	// Each arrived: in its worker or in the unrouted queue, canaries and all.
	eventually(t, 15*time.Second, "every body taken from its queue", func() bool {
		taken := map[string]bool{}
		for _, function := range stack.Functions() {
			for _, m := range stack.Taken(function) {
				taken[m.Body] = true
			}
		}
		for _, body := range bodies {
			if !taken[string(body)] {
				return false
			}
		}
		return true
	})
	kept := messages(t, stack.Stack, "UnroutedQueue")
	for _, m := range kept {
		if *m.Body != string(unrouted) {
			t.Error("another body than the one of the unknown event is in the unrouted queue")
		}
	}
	if len(kept) == 0 { // more than one: a busy machine may have sent it twice
		t.Error("the unrouted queue is empty")
	}
	eventually(t, 15*time.Second, "poison logged", func() bool { return strings.Count(stack.Logs(), `"message failed"`) >= 4 })

	output := stack.Logs() + strings.Join(stack.Said(), "\n") + printed.String()
	for _, body := range bodies {
		account := regexp.MustCompile(`"user": "(u-planted-\d+)"`).FindSubmatch(body)
		if line := logLine(stack, `"msg":"delivery"`, string(account[1])); line == "" {
			t.Errorf("no log line for the delivery of %s", account[1])
		} else if len(line) >= 500 {
			t.Errorf("a log line of %d bytes for %s", len(line), account[1])
		}
		if line := logLine(stack, `"message failed"`, string(account[1])); line != "" {
			t.Errorf("a planted sample is of no use, so that it shows nothing: %s", line)
		}
		forbid(t, output, argyle.Sign(body, canarySecret), "a signature")
		forbid(t, output, string(body[len(body)/2:min(len(body)/2+40, len(body))]), "part of a body")
	}
	forbid(t, output, canary, "a canary")
	forbid(t, output, strings.ToLower(canary), "a canary")
	if len(output) < 5000 || printed.Len() == 0 {
		t.Errorf("only %d bytes were printed, %d by the tool: the search shows nothing", len(output), printed.Len())
	}
}

// forbid fails, without the line itself for long ones, when text is found in what was printed.
func forbid(t *testing.T, output, text, what string) {
	t.Helper()
	if i := strings.Index(output, text); i >= 0 {
		t.Errorf("%s was printed: …%s…", what, output[max(0, i-120):min(len(output), i+120)])
	}
}

// deliverPlanted posts a signed body with canaries around it as well.
func deliverPlanted(t *testing.T, stack *Test, body []byte, want int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, stack.WebhookURL()+"?q="+canary, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set(argyle.SignatureHeader, argyle.Sign(body, canarySecret))
	request.Header.Set("User-Agent", canary)
	request.Header.Set("X-Extra", canary)
	request.Header.Set("Cookie", canary+"=1")
	r := do(t, request)
	if r.status != want {
		t.Errorf("answered %d %s, want %d", r.status, r.body, want)
	}
	forbid(t, r.body+fmt.Sprint(r.header), canary, "a canary, in the answer,")
}

// plantedSamples are the sample bodies, each with a user and an account of its own and with canaries.
func plantedSamples(t *testing.T) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "shared", "argyle", "testdata", "*.json"))
	if err != nil || len(paths) < 12 {
		t.Fatalf("%d samples (%v), want at least one for each of the twelve events", len(paths), err)
	}
	var bodies [][]byte
	for i, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		var body map[string]any
		if err := decoder.Decode(&body); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		data, _ := body["data"].(map[string]any)
		p := planter{keep: map[string]string{}}
		for key, prefix := range map[string]string{"account": "a", "user": "u"} {
			if id, ok := data[key].(string); ok {
				p.keep[id] = fmt.Sprintf("%s-planted-%d", prefix, i)
			}
		}
		name := body["event"]
		body, _ = p.plant(body).(map[string]any)
		body["event"] = name
		planted, err := json.MarshalIndent(body, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if p.planted == 0 {
			t.Errorf("%s: no place for a canary", path)
		}
		bodies = append(bodies, planted)
	}
	return bodies
}

// planter replaces texts.
type planter struct {
	// keep maps the ids that must stay ids to those of this test.
	keep    map[string]string
	planted int
}

// consumed is a text that has to stay what it is for the event to be of use: a time or a count.
var consumed = regexp.MustCompile(`^(\d{4}-\d\d-\d\d([T ].*)?|\d+)$`)

func (p *planter) plant(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, each := range v {
			v[key] = p.plant(each)
		}
		// A field that nobody knows yet is still nobody's to print.
		p.planted++
		v["unknown_field"] = fmt.Sprintf("%s-%d", canary, p.planted)
		return v
	case []any:
		for i, each := range v {
			v[i] = p.plant(each)
		}
		return v
	case string:
		if id, ok := p.keep[v]; ok {
			return id
		}
		if consumed.MatchString(v) {
			return v
		}
		p.planted++
		return fmt.Sprintf("%s-%d", canary, p.planted)
	default:
		return v
	}
}

func accountEventWith(name, user, account, more string) []byte {
	return event(name, fmt.Sprintf(`{"account": %q, "user": %q, %s}`, account, user, more))
}

// argylectl builds the tool.
func argylectl(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "argylectl")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "../argylectl")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building argylectl: %v\n%s", err, out)
	}
	return path
}
