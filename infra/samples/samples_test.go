package samples

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

const root = "../.."

func bodies(t *testing.T) []Body {
	t.Helper()
	bodies, err := Bodies(root)
	if err != nil {
		t.Fatal(err)
	}
	return bodies
}

func TestEventsFolderIsUpToDate(t *testing.T) {
	stale, err := Stale(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(stale) > 0 {
		t.Errorf("events/ is stale: run `make events`; it differs in %s", strings.Join(stale, ", "))
	}
}

func TestBodiesAreAsOnTheWire(t *testing.T) {
	sampled := map[string]bool{}
	for _, body := range bodies(t) {
		t.Run(body.Stem, func(t *testing.T) {
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, body.Bytes, "", "  "); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(pretty.String(), string(body.Bytes)); diff != "" {
				t.Errorf("not indented by two spaces, without a newline at the end (-want +got):\n%s", diff)
			}
			if body.Stem != body.Event && !strings.HasPrefix(body.Stem, body.Event+".") {
				t.Errorf("a file of %s must be named for it", body.Event)
			}
			event, err := argyle.Parse(body.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := event.Payload(); err != nil {
				t.Errorf("its data cannot be used: %v", err)
			}
		})
		sampled[body.Event] = true
	}
	for _, event := range argyle.Events() {
		if !sampled[event] {
			t.Errorf("no sample of %s in %s", event, BodiesDir)
		}
	}
}

func TestWebhookIsWhatTheFunctionTakes(t *testing.T) {
	for _, body := range bodies(t) {
		t.Run(body.Stem, func(t *testing.T) {
			event, err := Webhook(body)
			if err != nil {
				t.Fatal(err)
			}
			var request events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal(event, &request); err != nil {
				t.Fatal(err)
			}
			if request.Body != string(body.Bytes) || request.IsBase64Encoded {
				t.Error("the body is not text, byte for byte")
			}
			signature := request.Headers[strings.ToLower(argyle.SignatureHeader)]
			if _, err := argyle.Verify([]byte(request.Body), signature, []argyle.Secret{Secret}); err != nil {
				t.Errorf("signature: %v", err)
			}
			if !slices.Contains(argyle.SourceIPs, request.RequestContext.HTTP.SourceIP) {
				t.Errorf("sourceIp %s is none of Argyle's", request.RequestContext.HTTP.SourceIP)
			}
			if got, err := RequestBody(event); err != nil || !bytes.Equal(got, body.Bytes) {
				t.Errorf("RequestBody: %v, or not the body", err)
			}
		})
	}
}

func TestQueueIsWhatAWorkerTakes(t *testing.T) {
	for _, body := range bodies(t) {
		t.Run(body.Stem, func(t *testing.T) {
			event, err := Queue(body)
			if err != nil {
				t.Fatal(err)
			}
			var batch events.SQSEvent
			if err := json.Unmarshal(event, &batch); err != nil || len(batch.Records) != 1 {
				t.Fatalf("%d messages, error %v", len(batch.Records), err)
			}
			got, known := queue.Received(batch.Records[0])
			want := queue.Message{Body: body.Bytes, Event: body.Event, RequestID: requestID(body), ReceivedAt: receivedAt}
			if diff := cmp.Diff(want, got); diff != "" || !known {
				t.Errorf("received time known: %v; message (-want +got):\n%s", known, diff)
			}
		})
	}
}

func TestRestamp(t *testing.T) {
	at := time.Date(2031, time.May, 6, 7, 8, 9, 10_000_000, time.UTC)
	body := bodies(t)[0]
	t.Run("webhook", func(t *testing.T) {
		event, err := Webhook(body)
		if err != nil {
			t.Fatal(err)
		}
		var want, got events.APIGatewayV2HTTPRequest
		restamped(t, event, at, &want, &got)
		want.RequestContext.Time, want.RequestContext.TimeEpoch = "06/May/2031:07:08:09 +0000", at.UnixMilli()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
	t.Run("queue", func(t *testing.T) {
		event, err := Queue(body)
		if err != nil {
			t.Fatal(err)
		}
		var want, got events.SQSEvent
		restamped(t, event, at, &want, &got)
		if message, _ := queue.Received(got.Records[0]); !message.ReceivedAt.Equal(at) {
			t.Errorf("received at %s, want %s", message.ReceivedAt, at)
		}
		if got.Records[0].Body != want.Records[0].Body || got.Records[0].MessageId != want.Records[0].MessageId {
			t.Error("more than the times has changed")
		}
	})
	for name, event := range map[string]string{"a bare body": `{"event":"accounts.added","data":{}}`, "no JSON": "hello", "a list": "[]"} {
		t.Run(name, func(t *testing.T) {
			if _, err := Restamp([]byte(event), at); !errors.Is(err, ErrNoEvent) {
				t.Errorf("error %v, want ErrNoEvent", err)
			}
		})
	}
}

// restamped reads an event into before and, stamped anew, into after.
func restamped(t *testing.T, event []byte, at time.Time, before, after any) {
	t.Helper()
	stamped, err := Restamp(event, at)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(json.Unmarshal(event, before), json.Unmarshal(stamped, after)); err != nil {
		t.Fatal(err)
	}
}

func TestRequestBody(t *testing.T) {
	for _, c := range []struct{ name, event, want string }{
		{"base64", `{"version":"2.0","body":"aGVsbG8=","isBase64Encoded":true}`, "hello"},
		{"text", `{"version":"2.0","body":"hello","isBase64Encoded":false}`, "hello"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := RequestBody([]byte(c.event)); err != nil || string(got) != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	if _, err := RequestBody([]byte(`{"event":"accounts.added","name":"n","data":{}}`)); !errors.Is(err, ErrNoEvent) {
		t.Errorf("a bare body: error %v, want ErrNoEvent", err)
	}
}

func TestWriteMendsAnOldFolder(t *testing.T) {
	copied := t.TempDir()
	if err := os.CopyFS(filepath.Join(copied, BodiesDir), os.DirFS(filepath.Join(root, BodiesDir))); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"template.yaml"} {
		content, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, file), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Write(copied); err != nil {
		t.Fatal(err)
	}
	changed, gone := filepath.Join(copied, Dir, "webhook", "accounts.added.json"), filepath.Join(copied, Dir, "queue", "accounts.frozen.json")
	for _, file := range []string{changed, gone} {
		if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wrote, err := Write(copied)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"queue/accounts.frozen.json", "webhook/accounts.added.json"}, wrote); diff != "" {
		t.Errorf("changed paths (-want +got):\n%s", diff)
	}
	if stale, err := Stale(copied); err != nil || len(stale) > 0 {
		t.Errorf("still stale: %v, %v", stale, err)
	}
}
