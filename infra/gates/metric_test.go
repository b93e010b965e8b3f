package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/local/lambda"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/telemetry"
)

// TestMetricsAreWritten holds ownMetrics against what the functions write: the compiled front door under every answer that it has, and the
// workers' handler on a batch of every fate. The metrics of odd events, which no alarm looks at, are left out.
func TestMetricsAreWritten(t *testing.T) {
	t.Parallel()
	var door, worker lockedBuffer
	driveFrontDoor(t, &door)
	driveWorker(t, &worker)
	if diff := cmp.Diff(ownMetrics, written(t, door.String()+worker.String())); diff != "" {
		t.Errorf("metrics, and whether they have the dimension %s (-table +written):\n%s", telemetry.Dimension, diff)
	}
	checkQueries(t, map[string]string{"webhook": door.String(), "<family>": worker.String()})
}

// query is a look into a log in the runbook: the function, the field, and the text that it is compared with, if it is one.
var query = regexp.MustCompile(`aws logs tail /aws/lambda/\$STACK/(\S+) .*'\{ \$\.(\w+) [=>] (?:"([^"]*)"|\d+) \}'`)

// checkQueries holds the runbook's looks into the functions' logs against lines by function: a field that no line has finds nothing.
func checkQueries(t *testing.T, lines map[string]string) {
	t.Helper()
	source, err := fs.ReadFile(repository(), runbook)
	if err != nil {
		t.Fatal(err)
	}
	queries := query.FindAllStringSubmatch(string(source), -1)
	if len(queries) < 4 {
		t.Errorf("found %d queries in the runbook, want several", len(queries))
	}
	for _, q := range queries {
		found := strings.Contains(lines[q[1]], `"`+q[2]+`":`)
		if q[3] != "" {
			found = strings.Contains(lines[q[1]], `"`+q[2]+`":"`+q[3]+`"`)
		}
		if !found {
			t.Errorf("the runbook looks for %s in the log of %s, which has no such line:\n%s", q[0], q[1], lines[q[1]])
		}
	}
}

// written reads the metrics of log lines.
func written(t *testing.T, lines string) map[string]bool {
	t.Helper()
	metrics := map[string]bool{}
	for line := range strings.Lines(lines) {
		var read struct {
			AWS struct {
				CloudWatchMetrics []struct {
					Namespace  string
					Dimensions [][]string
					Metrics    []struct{ Name string }
				}
			} `json:"_aws"`
		}
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for _, directive := range read.AWS.CloudWatchMetrics {
			if directive.Namespace != "stack" || len(directive.Dimensions) != 1 {
				t.Errorf("namespace %q and dimensions %q, want the stack's name and one set: %s", directive.Namespace, directive.Dimensions, line)
			}
			for _, metric := range directive.Metrics {
				metrics[metric.Name] = cmp.Equal(directive.Dimensions[0], []string{telemetry.Dimension})
			}
		}
	}
	return metrics
}

// driveFrontDoor runs the webhook function and has it give each of its answers.
func driveFrontDoor(t *testing.T, out io.Writer) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "webhook")
	build := exec.Command("go", "build", "-buildvcs=false", "-tags", "lambda.norpc", "-o", binary, "argyle-webhooks/functions/webhook")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	const event, unknown = `{"event": "accounts.connected", "name": "n", "data": {"account": "a", "user": "u"}}`, `{"event": "accounts.frozen", "name": "n", "data": {}}`
	ours, other := argyle.SourceIPs[0], "203.0.113.1"
	for _, c := range []struct {
		policy     string
		secrets    string // what Secrets Manager answers; "" is an error
		deliveries []events.APIGatewayV2HTTPRequest
		answers    []int
	}{
		{"observe", `{"secrets": ["new", "old"]}`, []events.APIGatewayV2HTTPRequest{
			delivery(event, "old", ours), delivery(unknown, "new", other), delivery(event, "wrong", ours), delivery(event, "", ours),
			delivery("[]", "new", ours), delivery(strings.Replace(event, `"a"`, `"`+strings.Repeat("a", queue.MaxSize)+`"`, 1), "new", ours),
		}, []int{202, 202, 401, 401, 400, 413}},
		{"enforce", "new", []events.APIGatewayV2HTTPRequest{delivery(event, "new", other)}, []int{403}},
		{"observe", "", []events.APIGatewayV2HTTPRequest{delivery(event, "new", ours)}, []int{503}},
	} {
		server := httptest.NewServer(services(c.secrets))
		t.Cleanup(server.Close)
		environment := map[string]string{
			"STACK_NAME": "stack", "SECRET_ARN": "arn", "SOURCE_IP_POLICY": c.policy,
			"AWS_ENDPOINT_URL_SQS": server.URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL,
		}
		for _, route := range routes() {
			environment["QUEUE_URL_"+strings.ToUpper(route)] = server.URL + "/000000000000/" + route
		}
		function, err := lambda.New(lambda.Config{
			Name: "webhook", ARN: "arn", Binary: binary, Environment: environment, Region: "us-east-1", AccessKey: "key", SecretKey: "key",
			Timeout: 30 * time.Second, MemoryMB: 512, Concurrency: 1, Log: out,
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, request := range c.deliveries {
			payload, err := json.Marshal(request)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := function.Invoke(t.Context(), payload)
			if err != nil || !bytes.Contains(answer, []byte(`"statusCode":`+strconv.Itoa(c.answers[i]))) {
				t.Errorf("delivery %d: %s (%v), want %d", i, answer, err, c.answers[i])
			}
		}
		function.Close()
	}
}

// delivery is a delivery as the gateway hands it on; without a secret it is not signed.
func delivery(body string, secret argyle.Secret, from string) events.APIGatewayV2HTTPRequest {
	request := events.APIGatewayV2HTTPRequest{Body: body, Headers: map[string]string{}}
	if secret != "" {
		request.Headers[strings.ToLower(argyle.SignatureHeader)] = argyle.Sign([]byte(body), secret)
	}
	request.RequestContext.HTTP.SourceIP = from
	request.RequestContext.TimeEpoch = time.Now().UnixMilli()
	return request
}

// services answers as SQS, which takes everything, and as Secrets Manager.
func services(secrets string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager.") {
			var in struct{ MessageBody string }
			_ = json.NewDecoder(r.Body).Decode(&in)
			sum := md5.Sum([]byte(in.MessageBody))
			_ = json.NewEncoder(w).Encode(map[string]string{"MessageId": "1", "MD5OfMessageBody": hex.EncodeToString(sum[:])})
			return
		}
		if secrets == "" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type": "ResourceNotFoundException", "message": "no value"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": secrets})
	}
}

// driveWorker gives the workers' handler a message that is written after a conflict, one that tells nothing new, one that fails and one that
// is too old.
func driveWorker(t *testing.T, out io.Writer) {
	t.Helper()
	log := telemetry.New(out, argyle.FamilyAccounts, "error")
	log.Namespace = "stack"
	now := time.Now()
	var batch events.SQSEvent
	for account, age := range map[string]time.Duration{"written": time.Second, "unchanged": time.Second, "failing": time.Second, "late": status.MaxEvidenceAge + time.Hour} {
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: account, Body: `{"event": "accounts.connected", "name": "n", "data": {"account": "` + account + `", "user": "u"}}`,
			Attributes: map[string]string{"SentTimestamp": strconv.FormatInt(now.Add(-age).UnixMilli(), 10)},
		})
	}
	answer, err := queue.Worker(fates{}, log)(t.Context(), batch)
	if err != nil || len(answer.BatchItemFailures) != 1 || answer.BatchItemFailures[0].ItemIdentifier != "failing" {
		t.Errorf("failures %v (%v), want that of the failing message", answer.BatchItemFailures, err)
	}
}

// fates is a table that does with a record what its account's name says.
type fates struct{}

func (fates) Apply(_ context.Context, evidence status.Record) (status.Change, error) {
	switch evidence.Key.Account {
	case "written":
		return status.Change{Changed: true, Conflicts: 1}, nil
	case "failing":
		return status.Change{}, errors.New("out of order")
	}
	return status.Change{}, nil
}

// lockedBuffer keeps lines that come from several writers.
type lockedBuffer struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (b *lockedBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines.Write(line)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines.String()
}
