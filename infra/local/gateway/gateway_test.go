package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"argyle-webhooks/infra/local/lambda"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// invoke is a function that is a Go func.
type invoke func(ctx context.Context, payload []byte) ([]byte, error)

func (f invoke) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return f(ctx, payload) }

func newGateway(t *testing.T, timeout time.Duration, f invoke) *Gateway {
	t.Helper()
	g, err := New(Config{AccountID: "000000000000", APIID: "local", Routes: []Route{{Method: "post", Path: "/webhooks/argyle", Timeout: timeout, Function: f}}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func request(method, path, contentType string, body []byte) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:8787"+path, bytes.NewReader(body))
	r.RemoteAddr = "127.0.0.1:50000"
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func serve(g *Gateway, r *http.Request) (status int, header http.Header, body string) {
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	all, _ := io.ReadAll(w.Result().Body)
	return w.Result().StatusCode, w.Result().Header, string(all)
}

func TestEventGolden(t *testing.T) {
	var payload []byte
	g := newGateway(t, 0, func(_ context.Context, p []byte) ([]byte, error) {
		payload = p
		return []byte(`{"statusCode":202}`), nil
	})
	body := []byte("{\n  \"event\": \"accounts.connected\",\n  \"name\": \"<Tom & Jerry\u2028>\"\n}")
	r := request("POST", "/webhooks/argyle?a=1&b=x%20y&a=2", "application/json; charset=UTF-8", body)
	r.Header.Set("User-Agent", "ReactorNetty/1.1.22")
	r.Header.Set("X-Argyle-Signature", "abc")
	r.Header.Add("X-Several", "one")
	r.Header.Add("X-Several", "two")
	r.Header.Set("Cookie", "a=b; c=d")
	r.Header.Set("X-Forwarded-For", "203.0.113.7")
	r.Header.Set("X-Amzn-Trace-Id", "Root=1-0-0")
	status, header, _ := serve(g, r)
	if status != 202 {
		t.Fatalf("status %d", status)
	}

	var event Event
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	if age := time.Since(time.UnixMilli(event.RequestContext.TimeEpoch)); age < 0 || age > time.Minute {
		t.Errorf("timeEpoch is %v old", age)
	}
	if id := event.RequestContext.RequestID; len(id) != 16 || !strings.HasSuffix(id, "=") || header.Get("Apigw-Requestid") != id {
		t.Errorf("request id %q, header %q", id, header.Get("Apigw-Requestid"))
	}
	fixed := time.Date(2025, 4, 2, 9, 30, 0, 417e6, time.UTC)
	fixedPayload := strings.NewReplacer(
		event.RequestContext.RequestID, "JKJaXmPLvHcESH4=",
		event.RequestContext.Time, fixed.Format(timeFormat),
		`"timeEpoch":`+jsonOf(event.RequestContext.TimeEpoch), `"timeEpoch":`+jsonOf(fixed.UnixMilli()),
	).Replace(string(payload))
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(fixedPayload), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "event.json")
	if *update {
		if err := os.WriteFile(golden, pretty.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), pretty.String()); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}

	// What aws-lambda-go reads of it is what was sent.
	var read events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &read); err != nil {
		t.Fatal(err)
	}
	if read.Body != string(body) || read.RequestContext.HTTP.Method != http.MethodPost {
		t.Errorf("read back %+v", read)
	}
}

func jsonOf(v any) string { b, _ := json.Marshal(v); return string(b) }

func TestBodyIsTextByContentTypeOnly(t *testing.T) {
	tests := []struct {
		contentType string
		text        bool
	}{
		{"application/json", true},
		{"application/json; charset=utf-8", true},
		{"Application/JSON;charset=UTF-8", true},
		{"application/json; charset", true},
		{"application/xml", true},
		{"application/javascript", true},
		{"text/plain", true},
		{"text/html; charset=latin1", true},
		{"", false},
		{"application/octet-stream", false},
		{"application/vnd.api+json", false},
		{"application/x-www-form-urlencoded", false},
		{"application/jsonp", false},
		{"textual/plain", false},
	}
	body := []byte("{\n  \"a\": \"\x00é\"\n}")
	for _, tt := range tests {
		t.Run(tt.contentType, func(t *testing.T) {
			var event Event
			g := newGateway(t, 0, func(_ context.Context, p []byte) ([]byte, error) { return nil, json.Unmarshal(p, &event) })
			serve(g, request("POST", "/webhooks/argyle", tt.contentType, body))
			want := string(body)
			if !tt.text {
				want = base64.StdEncoding.EncodeToString(body)
			}
			if event.Body != want || event.IsBase64Encoded == tt.text {
				t.Errorf("body %q, base64 %v; want %q", event.Body, event.IsBase64Encoded, want)
			}
		})
	}
}

func TestAnswersOfTheGatewayItself(t *testing.T) {
	ok := func(context.Context, []byte) ([]byte, error) { return []byte(`{"statusCode":202}`), nil }
	realLimit := func(_ context.Context, p []byte) ([]byte, error) {
		if len(p) > lambda.MaxPayload {
			return nil, lambda.ErrPayloadTooLarge
		}
		return []byte(`{"statusCode":202}`), nil
	}
	tests := []struct {
		name    string
		request *http.Request
		f       invoke
		status  int
		body    string
	}{
		{"unknown path", request("POST", "/webhooks/other", "", nil), ok, 404, notFound},
		{"path below", request("POST", "/webhooks/argyle/", "", nil), ok, 404, notFound},
		{"unknown method", request("GET", "/webhooks/argyle", "", nil), ok, 404, notFound},
		{"body at the limit of the gateway", request("POST", "/webhooks/argyle", "text/plain", bytes.Repeat([]byte("a"), MaxBody)), ok, 202, ""},
		{"body over it", request("POST", "/webhooks/argyle", "text/plain", bytes.Repeat([]byte("a"), MaxBody+1)), ok, 413, tooLarge},
		{"under Lambda's limit as text", request("POST", "/webhooks/argyle", "text/plain", bytes.Repeat([]byte("a"), 5<<20)), realLimit, 202, ""},
		{"over it in base64", request("POST", "/webhooks/argyle", "", bytes.Repeat([]byte("a"), 5<<20)), realLimit, 413, tooLarge},
		{"over it in JSON's escapes", request("POST", "/webhooks/argyle", "text/plain", bytes.Repeat([]byte("\n"), 4<<20)), realLimit, 413, tooLarge},
		{
			"function failed", request("POST", "/webhooks/argyle", "", nil),
			func(context.Context, []byte) ([]byte, error) { return nil, &lambda.FunctionError{Type: "x"} }, 500, internal,
		},
		{
			"function timed out", request("POST", "/webhooks/argyle", "", nil),
			func(context.Context, []byte) ([]byte, error) {
				return nil, &lambda.FunctionError{Type: lambda.TypeTimeout}
			}, 500, internal,
		},
		{
			"integration timed out", request("POST", "/webhooks/argyle", "", nil),
			func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }, 503, unavailable,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, _, body := serve(newGateway(t, 100*time.Millisecond, tt.f), tt.request)
			if status != tt.status || body != tt.body {
				t.Errorf("answered %d %s, want %d %s", status, body, tt.status, tt.body)
			}
		})
	}
}

func TestResults(t *testing.T) {
	tests := []struct {
		name, returned string
		status         int
		header         map[string]string
		body           string
	}{
		{
			"full", `{"statusCode":503,"headers":{"retry-after":"5","Content-Type":"application/json"},"body":"{\"reason\":\"x\"}"}`, 503,
			map[string]string{"Retry-After": "5", "Content-Type": "application/json"},
			`{"reason":"x"}`,
		},
		{"without headers", `{"statusCode":202}`, 202, map[string]string{"Content-Type": "text/plain; charset=utf-8"}, ""},
		{"base64", `{"statusCode":200,"body":"AAE=","isBase64Encoded":true}`, 200, nil, "\x00\x01"},
		{"cookies", `{"statusCode":200,"cookies":["a=b"]}`, 200, map[string]string{"Set-Cookie": "a=b"}, ""},
		{"a value of its own", `{"done":true}`, 200, map[string]string{"Content-Type": "application/json"}, `{"done":true}`},
		{"a string", `"hello"`, 200, map[string]string{"Content-Type": "application/json"}, "hello"},
		{"null", `null`, 200, nil, "null"},
		{"status of a wrong type", `{"statusCode":"yes"}`, 500, nil, internal},
		{"status out of range", `{"statusCode":0}`, 500, nil, internal},
		{"broken base64", `{"statusCode":200,"body":"%","isBase64Encoded":true}`, 500, nil, internal},
		{"no JSON", `<html>`, 500, nil, internal},
		{"nothing", ``, 500, nil, internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, 0, func(context.Context, []byte) ([]byte, error) { return []byte(tt.returned), nil })
			status, header, body := serve(g, request("POST", "/webhooks/argyle", "", nil))
			if status != tt.status || body != tt.body {
				t.Errorf("answered %d %q, want %d %q", status, body, tt.status, tt.body)
			}
			for name, want := range tt.header {
				if got := header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	named := func(name string) Invoker {
		return invoke(func(_ context.Context, p []byte) ([]byte, error) {
			var event Event
			_ = json.Unmarshal(p, &event)
			return json.Marshal(map[string]any{"statusCode": 200, "body": name + " " + event.RouteKey})
		})
	}
	g, err := New(Config{Routes: []Route{
		{Method: "POST", Path: "/a", Function: named("post")}, {Method: "ANY", Path: "/a", Function: named("any")}, {Path: "$default", Function: named("default")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[*http.Request]string{
		request("POST", "/a", "", nil): "post POST /a", request("GET", "/a", "", nil): "any ANY /a", request("GET", "/b", "", nil): "default $default",
	} {
		if _, _, got := serve(g, request); got != want {
			t.Errorf("%s %s went to %q, want %q", request.Method, request.URL.Path, got, want)
		}
	}
	for _, routes := range [][]Route{{{Method: "GET", Path: "/{id}"}}, {{Method: "GET", Path: "a"}}, {{Method: "GET", Path: "/a"}, {Method: "get", Path: "/a"}}} {
		if _, err := New(Config{Routes: routes}); err == nil {
			t.Errorf("routes %+v were taken", routes)
		}
	}
}

// failingBody breaks off in the middle.
type failingBody struct{}

func (failingBody) Read([]byte) (int, error) { return 0, errors.New("broken off") }

func TestABodyThatBreaksOffReachesNoFunction(t *testing.T) {
	g := newGateway(t, 0, func(context.Context, []byte) ([]byte, error) { t.Error("invoked"); return nil, nil })
	r := request("POST", "/webhooks/argyle", "", nil)
	r.Body = io.NopCloser(failingBody{})
	if status, _, _ := serve(g, r); status != 400 {
		t.Errorf("status %d, want 400", status)
	}
}
