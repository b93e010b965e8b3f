package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/secret"
	"argyle-webhooks/shared/telemetry"
)

// known gives the secrets that a test sets. Those of after are live once they have been refreshed.
type known struct {
	live, after []argyle.Secret
	err         error
	unknown     error // why a refresh fails
	refreshed   int
	wait        time.Duration
}

func (k *known) Live(context.Context) ([]argyle.Secret, error) {
	time.Sleep(k.wait)
	return k.live, k.err
}

func (k *known) Refresh(context.Context) (changed bool, err error) {
	k.refreshed++
	time.Sleep(k.wait)
	if k.after == nil {
		return false, k.unknown
	}
	k.live = k.after
	return true, nil
}

// taken is a queue that keeps what it is sent, or fails as a test says.
type taken struct {
	family   string
	messages []queue.Message
	fail     func(context.Context) error
}

func (q *taken) Send(ctx context.Context, family string, message queue.Message) error {
	if q.fail != nil {
		return q.fail(ctx)
	}
	q.family, q.messages = family, append(q.messages, message)
	return nil
}

const (
	body       = "{\n  \"event\": \"accounts.connected\",\n  \"name\": \"sub\",\n  \"data\": {\n    \"account\": \"an-account\",\n    \"user\": \"a-user\",\n    \"ssn\": \"canary\"\n  }\n}"
	fromArgyle = "34.27.251.226"
)

// onTheWire is the request as the function decodes it from what the gateway sends.
func onTheWire(t testing.TB, sent events.APIGatewayV2HTTPRequest) httpRequest {
	t.Helper()
	wire, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	var request httpRequest
	if err := json.Unmarshal(wire, &request); err != nil {
		t.Fatal(err)
	}
	return request
}

// delivered is a delivery as API Gateway hands it over: signed, from one of Argyle's addresses.
func delivered(text string, with argyle.Secret) events.APIGatewayV2HTTPRequest {
	request := events.APIGatewayV2HTTPRequest{
		Headers: map[string]string{"content-type": "application/json", "x-argyle-signature": argyle.Sign([]byte(text), with)},
		Body:    text,
	}
	request.RequestContext.RequestID = "JKJaXmPLvHcESHA="
	request.RequestContext.TimeEpoch = 1769714840123
	request.RequestContext.HTTP.SourceIP = fromArgyle
	return request
}

// one tests one delivery: what is broken about it or about the front door, and what must come of it.
type one struct {
	request func(*events.APIGatewayV2HTTPRequest)
	secrets known
	queue   taken
	enforce bool

	status    int
	reason    string
	metrics   []string
	family    string
	refreshed int
}

func (c one) run(t *testing.T) (log map[string]any, messages []queue.Message) {
	t.Helper()
	request := delivered(body, "s3cret")
	if c.request != nil {
		c.request(&request)
	}
	if c.secrets.live == nil && c.secrets.err == nil {
		c.secrets.live = []argyle.Secret{"s3cret"}
	}
	var out bytes.Buffer
	door := &frontDoor{secrets: &c.secrets, queues: &c.queue, enforce: c.enforce, log: telemetry.New(&out, "", "")}
	response, err := door.handle(t.Context(), onTheWire(t, request))
	if err != nil {
		t.Fatal(err)
	}
	want := events.APIGatewayV2HTTPResponse{
		StatusCode: c.status, Headers: map[string]string{"Content-Type": "application/json"}, Body: `{"reason": "` + c.reason + `"}`,
	}
	if c.status == http.StatusServiceUnavailable {
		want.Headers["Retry-After"] = "5"
	}
	if diff := cmp.Diff(want, response); diff != "" {
		t.Error(diff)
	}
	if c.queue.family != c.family || (c.status == http.StatusAccepted) != (len(c.queue.messages) == 1) {
		t.Errorf("sent %d messages to %q", len(c.queue.messages), c.queue.family)
	}
	if c.secrets.refreshed != c.refreshed {
		t.Errorf("refreshed %d times, want %d", c.secrets.refreshed, c.refreshed)
	}
	return checkLine(t, out.String(), c.metrics, request), c.queue.messages
}

// checkLine checks what every delivery's line must be: one, short, with its metrics, and free of what is personal or secret.
func checkLine(t *testing.T, text string, metrics []string, request events.APIGatewayV2HTTPRequest) map[string]any {
	t.Helper()
	var line struct {
		Msg string
		AWS struct {
			CloudWatchMetrics []struct{ Metrics []struct{ Name string } }
		} `json:"_aws"`
	}
	if err := json.Unmarshal([]byte(text), &line); err != nil || strings.Count(text, "\n") != 1 || line.Msg != "delivery" {
		t.Fatalf("not the one line of a delivery: %s", text)
	}
	if len(text) >= telemetry.MaxLine {
		t.Errorf("%d bytes: %s", len(text), text)
	}
	secrets := []string{"canary", "s3cret"}
	for _, value := range request.Headers {
		if len(value) > 20 {
			secrets = append(secrets, value, value[:20])
		}
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the line shows %q: %s", secret, text)
		}
	}
	var got []string
	for _, metric := range line.AWS.CloudWatchMetrics[0].Metrics {
		got = append(got, metric.Name)
	}
	if diff := cmp.Diff(metrics, got); diff != "" {
		t.Error(diff)
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func header(name, value string) func(*events.APIGatewayV2HTTPRequest) {
	return func(request *events.APIGatewayV2HTTPRequest) {
		delete(request.Headers, "x-argyle-signature")
		request.Headers[name] = value
	}
}

func signed(text string) func(*events.APIGatewayV2HTTPRequest) {
	return func(request *events.APIGatewayV2HTTPRequest) { *request = delivered(text, "s3cret") }
}

func from(address string) func(*events.APIGatewayV2HTTPRequest) {
	return func(request *events.APIGatewayV2HTTPRequest) { request.RequestContext.HTTP.SourceIP = address }
}

func unsigned(address string) func(*events.APIGatewayV2HTTPRequest) {
	return func(request *events.APIGatewayV2HTTPRequest) {
		delete(request.Headers, "x-argyle-signature")
		request.RequestContext.HTTP.SourceIP = address
	}
}

func TestAnswers(t *testing.T) {
	signature := argyle.Sign([]byte(body), "s3cret")
	down := func(context.Context) error { return fmt.Errorf("%w: connection refused", queue.ErrUnavailable) }
	live := func(secrets ...argyle.Secret) known { return known{live: secrets} }
	const elsewhere = "192.0.2.7"
	for name, c := range map[string]one{
		"accepted":                  {status: 202, reason: "accepted", metrics: []string{"accepted"}, family: "accounts"},
		"accepted in base64":        {request: inBase64, status: 202, reason: "accepted", metrics: []string{"accepted"}, family: "accounts"},
		"accepted, odd header case": {request: header("X-aRGYLE-sIGNATURE", signature), status: 202, reason: "accepted", metrics: []string{"accepted"}, family: "accounts"},
		"accepted, upper-case hex":  {request: header("x-argyle-signature", strings.ToUpper(signature)), status: 202, reason: "accepted", metrics: []string{"accepted"}, family: "accounts"},
		"accepted, older secret":    {secrets: live("new", "s3cret"), status: 202, reason: "accepted", metrics: []string{"accepted", "secret"}, family: "accounts"},
		"accepted after a rotation": {
			secrets: known{live: []argyle.Secret{"old"}, after: []argyle.Secret{"s3cret", "old"}}, refreshed: 1,
			status: 202, reason: "accepted", metrics: []string{"accepted"}, family: "accounts",
		},
		"accepted, unknown event": {request: signed(`{"event": "accounts.frozen", "data": {}}`), status: 202, reason: "accepted", metrics: []string{"accepted", "unrouted"}, family: "unrouted"},
		"accepted, impossible":    {request: signed(`{"event": "paystubs.fully_synced", "data": {"available_count": -1}}`), status: 202, reason: "accepted", metrics: []string{"accepted"}, family: "paystubs"},
		"accepted from elsewhere": {request: from(elsewhere), status: 202, reason: "accepted", metrics: []string{"accepted", "outside"}, family: "accounts"},
		"accepted when enforcing": {enforce: true, status: 202, reason: "accepted", metrics: []string{"accepted"}, family: "accounts"},
		"no signature":            {request: unsigned(fromArgyle), status: 401, reason: "missing_signature", metrics: []string{"refused_missing_signature", "lost"}},
		"an empty signature":      {request: header("x-argyle-signature", ""), status: 401, reason: "missing_signature", metrics: []string{"refused_missing_signature", "lost"}},
		"no signature, enforcing": {request: unsigned(elsewhere), enforce: true, status: 401, reason: "missing_signature", metrics: []string{"refused_missing_signature"}},
		"two signatures":          {request: header("x-argyle-signature", signature+","+signature), status: 401, reason: "bad_signature", metrics: []string{"refused_bad_signature"}},
		"two headers":             {request: func(r *events.APIGatewayV2HTTPRequest) { r.Headers["X-Argyle-Signature"] = signature }, status: 401, reason: "bad_signature", metrics: []string{"refused_bad_signature"}},
		"not hex":                 {request: header("x-argyle-signature", strings.Repeat("x", 128)), status: 401, reason: "bad_signature", metrics: []string{"refused_bad_signature"}},
		"another secret":          {secrets: live("other"), refreshed: 1, status: 401, reason: "bad_signature", metrics: []string{"refused_bad_signature"}},
		"another body":            {request: func(r *events.APIGatewayV2HTTPRequest) { r.Body += "\n" }, refreshed: 1, status: 401, reason: "bad_signature", metrics: []string{"refused_bad_signature"}},
		"still another secret":    {secrets: known{live: []argyle.Secret{"a"}, after: []argyle.Secret{"b"}}, refreshed: 1, status: 401, reason: "bad_signature", metrics: []string{"refused_bad_signature"}},
		"no event, bad signature": {request: func(r *events.APIGatewayV2HTTPRequest) { r.Body = "canary" }, refreshed: 1, status: 401, reason: "bad_signature", metrics: []string{"refused_bad_signature"}},
		"from elsewhere":          {request: from(elsewhere), enforce: true, status: 403, reason: "source_ip", metrics: []string{"refused_source_ip", "lost", "outside"}},
		"from nowhere":            {request: from(""), enforce: true, status: 403, reason: "source_ip", metrics: []string{"refused_source_ip", "lost", "outside"}},
		"no event from elsewhere": {request: func(r *events.APIGatewayV2HTTPRequest) { signed("canary")(r); from(elsewhere)(r) }, enforce: true, status: 403, reason: "source_ip", metrics: []string{"refused_source_ip", "lost", "outside"}},
		"no JSON":                 {request: signed("canary"), status: 400, reason: "not_an_event", metrics: []string{"refused_not_an_event", "lost"}},
		"no UTF-8": {request: func(r *events.APIGatewayV2HTTPRequest) {
			signed("{\"event\": \"accounts.added\", \"data\": {\"canary\": \"\xff\"}}")(r)
			inBase64(r)
		}, status: 400, reason: "not_an_event", metrics: []string{"refused_not_an_event", "lost"}},
		"no event":  {request: signed(`{"event": "", "data": {"ssn": "canary"}}`), status: 400, reason: "not_an_event", metrics: []string{"refused_not_an_event", "lost"}},
		"no data":   {request: signed(`{"event": "accounts.added", "data": "canary"}`), status: 400, reason: "not_an_event", metrics: []string{"refused_not_an_event", "lost"}},
		"no base64": {request: func(r *events.APIGatewayV2HTTPRequest) { r.IsBase64Encoded = true }, status: 400, reason: "not_an_event", metrics: []string{"refused_not_an_event"}},
		"too large": {queue: taken{fail: func(context.Context) error { return queue.ErrTooLarge }}, status: 413, reason: "too_large", metrics: []string{"refused_too_large", "lost"}},
		"newer secrets unknown": {
			secrets: known{live: []argyle.Secret{"other"}, unknown: secret.ErrStale}, refreshed: 1,
			status: 503, reason: "no_secret", metrics: []string{"unavailable"},
		},
		"no secret":               {secrets: known{err: secret.ErrNone}, status: 503, reason: "no_secret", metrics: []string{"unavailable"}},
		"no secret, no signature": {secrets: known{err: secret.ErrNone}, request: unsigned(elsewhere), status: 503, reason: "no_secret", metrics: []string{"unavailable"}},
		"an empty secret":         {secrets: live(""), status: 503, reason: "no_secret", metrics: []string{"unavailable"}},
		"queue down":              {queue: taken{fail: down}, status: 503, reason: "queue_unavailable", metrics: []string{"unavailable"}},
		"queue down, unknown event": {
			request: signed(`{"event": "accounts.frozen", "data": {}}`), queue: taken{fail: down},
			status: 503, reason: "queue_unavailable", metrics: []string{"unavailable"},
		},
		"queue in odd trouble": {
			queue:  taken{fail: func(context.Context) error { return io.ErrUnexpectedEOF }},
			status: 503, reason: "queue_unavailable", metrics: []string{"unavailable"},
		},
		"a bug": {
			queue:  taken{fail: func(context.Context) error { panic("canary") }},
			status: 503, reason: "internal_error", metrics: []string{"unavailable"},
		},
	} {
		t.Run(name, func(t *testing.T) { c.run(t) })
	}
}

func inBase64(request *events.APIGatewayV2HTTPRequest) {
	request.Body = base64.StdEncoding.EncodeToString([]byte(request.Body))
	request.IsBase64Encoded = true
}

// What is sent on is what was received, byte for byte, and the line says whose it was and which secret signed it.
func TestMessageAndLine(t *testing.T) {
	line, messages := one{
		secrets: known{live: []argyle.Secret{"new", "s3cret"}},
		status:  202, reason: "accepted", metrics: []string{"accepted", "secret"}, family: "accounts",
	}.run(t)
	want := queue.Message{
		Body: []byte(body), Event: "accounts.connected", RequestID: "JKJaXmPLvHcESHA=",
		ReceivedAt: time.Date(2026, 1, 29, 19, 27, 20, 123_000_000, time.UTC),
	}
	got := messages[0]
	got.ReceivedAt = got.ReceivedAt.UTC()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]any{
		"level": "INFO", "verdict": "accepted", "event": "accounts.connected", "account": "an-account", "user": "a-user",
		"bytes": float64(len(body)), "secret": 1.0, "accepted": 1.0, "function": nil,
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
	if line["cause"] != nil || line["source_ip"] != nil {
		t.Errorf("%v", line)
	}
}

func TestLineTellsTrouble(t *testing.T) {
	down := taken{fail: func(context.Context) error { return fmt.Errorf("%w: connection refused", queue.ErrUnavailable) }}
	line, _ := one{queue: down, status: 503, reason: "queue_unavailable", metrics: []string{"unavailable"}}.run(t)
	if line["level"] != "ERROR" || line["account"] != "an-account" || line["cause"] != "queue: not confirmed by SQS: connection refused" {
		t.Errorf("%v", line)
	}
	line, _ = one{request: from("192.0.2.7"), enforce: true, status: 403, reason: "source_ip", metrics: []string{"refused_source_ip", "lost", "outside"}}.run(t)
	if line["source_ip"] != "192.0.2.7" {
		t.Errorf("%v", line)
	}
	line, _ = one{secrets: known{live: []argyle.Secret{"other"}}, refreshed: 1, status: 401, reason: "bad_signature", metrics: []string{"refused_bad_signature"}}.run(t)
	if line["cause"] != argyle.ErrSignatureMismatch.Error() || line["secret"] != nil || line["event"] != nil {
		t.Errorf("%v", line)
	}
}

func TestHostileEventsMakeShortLines(t *testing.T) {
	for name, id := range map[string]string{"long": strings.Repeat("x", 9000), "control characters": strings.Repeat(`\u0001`, 9000), "wide": strings.Repeat("🧾", 9000)} {
		t.Run(name, func(t *testing.T) {
			text := strings.ReplaceAll(`{"event": "ID", "data": {"account": "ID", "user": "ID"}}`, "ID", id)
			one{
				request: func(r *events.APIGatewayV2HTTPRequest) { signed(text)(r); from(strings.Repeat("9", 200))(r) },
				status:  202, reason: "accepted", metrics: []string{"accepted", "unrouted", "outside"}, family: "unrouted",
			}.run(t)
		})
	}
}

// Every sample reaches the queue of its family.
func TestSamples(t *testing.T) {
	samples, err := filepath.Glob("../../shared/argyle/testdata/*.json")
	if err != nil || len(samples) == 0 {
		t.Fatalf("no samples (%v)", err)
	}
	for _, sample := range samples {
		stem := strings.SplitN(filepath.Base(sample), ".", 3)
		family, known := argyle.Family(stem[0] + "." + stem[1])
		if !known {
			t.Errorf("%s is a sample of no known event", sample)
		}
		text, err := os.ReadFile(sample)
		if err != nil {
			t.Fatal(err)
		}
		one{request: signed(string(text)), status: 202, reason: "accepted", metrics: []string{"accepted"}, family: family}.run(t)
	}
}

func TestReceivedAt(t *testing.T) {
	now := time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)
	want := time.Date(2026, 1, 29, 19, 27, 20, 0, time.UTC)
	for name, c := range map[string]struct {
		epoch int64
		want  time.Time
	}{
		"API Gateway":    {1769714840000, want},
		"SAM's emulator": {1769714840, want},
		"missing":        {0, now},
		"negative":       {-1, now},
	} {
		if got := receivedAt(c.epoch, now); !got.Equal(c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
