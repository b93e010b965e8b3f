package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/deployed"
)

const caller = "arn:aws:sts::000000000000:assumed-role/operator/made-up"

// cloud plays STS (XML) and CloudWatch Logs (JSON 1.1) to the SDK's own clients.
type cloud struct {
	// refuse makes these operations fail, rejects has PutLogEvents take the call and not the line.
	refuse  map[string]bool
	rejects bool
	// stream is the log stream that was made, lines what was put into it.
	stream string
	lines  []map[string]any
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "Logs_20140328.")
	if operation == "" {
		operation = r.FormValue("Action")
	}
	if c.refuse[operation] {
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type": "AccessDeniedException", "message": "User is not authorized"}`))
		return
	}
	var in struct {
		LogGroupName, LogStreamName string
		LogEvents                   []struct {
			Message   string
			Timestamp int64
		}
	}
	answer := "{}"
	switch operation {
	case "GetCallerIdentity":
		w.Header().Set("Content-Type", "text/xml")
		answer = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>" + caller + "</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>"
	case "CreateLogStream":
		_ = json.NewDecoder(r.Body).Decode(&in)
		c.stream = in.LogGroupName + "/" + in.LogStreamName
	case "PutLogEvents":
		if c.rejects {
			answer = `{"rejectedLogEventsInfo": {"tooNewLogEventStartIndex": 0}}`
			break
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		for _, each := range in.LogEvents {
			line := map[string]any{}
			_ = json.Unmarshal([]byte(each.Message), &line)
			line["stream"], line["timed"] = in.LogGroupName+"/"+in.LogStreamName, each.Timestamp > 0
			c.lines = append(c.lines, line)
		}
	default:
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = w.Write([]byte(answer))
}

func (c *cloud) config(t *testing.T) aws.Config {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func inAWS() *deployed.Stack {
	return &deployed.Stack{Name: "argyle-webhooks-dev", AuditLogGroup: "made-up-audit"}
}

func TestALineBeforeAndALineAfter(t *testing.T) {
	c := &cloud{}
	var stderr bytes.Buffer
	log, err := Open(t.Context(), c.config(t), inAWS(), &stderr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	end, err := log.Begin(ctx, "dlq redrive", "paystubs", `case "4711"`)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.lines) != 1 {
		t.Fatalf("%d lines before anything is done", len(c.lines))
	}
	interrupt() // an interrupted command says what came of it all the same
	if err := end("3 moved, 0 left"); err != nil {
		t.Error(err)
	}
	var want []map[string]any
	for _, outcome := range []string{"begins", "3 moved, 0 left"} {
		want = append(want, map[string]any{
			"caller": caller, "stack": "argyle-webhooks-dev", "command": "dlq redrive", "target": "paystubs", "reason": `case "4711"`, "outcome": outcome,
			"stream": c.stream, "timed": true,
		})
	}
	for _, line := range c.lines {
		delete(line, "time")
	}
	if diff := cmp.Diff(want, c.lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !regexp.MustCompile(`^made-up-audit/\d{4}-\d\d-\d\dT\d{6}Z-[A-Z2-7]{26}$`).MatchString(c.stream) {
		t.Errorf("the log stream is %q", c.stream)
	}
	if got := stderr.String(); strings.Count(got, "audit: {") != 2 || strings.Count(got, "\n") != 2 || !strings.Contains(got, `"outcome":"3 moved, 0 left"`) {
		t.Errorf("standard error:\n%s", got)
	}
}

func TestNothingIsDoneWithoutItsLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		cloud *cloud
		says  string
	}{
		{"nobody knows who asks", &cloud{refuse: map[string]bool{"GetCallerIdentity": true}}, "nothing was done: STS does not say who you are"},
		{"no stream", &cloud{refuse: map[string]bool{"CreateLogStream": true}}, "made-up-audit (you need logs:CreateLogStream and logs:PutLogEvents on it)"},
		{"no line", &cloud{refuse: map[string]bool{"PutLogEvents": true}}, "nothing was done: its line could not be written to the audit log made-up-audit"},
		{"the line is rejected", &cloud{rejects: true}, "is this machine's clock right?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stderr bytes.Buffer
			log, err := Open(t.Context(), c.cloud.config(t), inAWS(), &stderr)
			if err == nil {
				_, err = log.Begin(t.Context(), "dlq redrive", "paystubs", "why")
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || stderr.Len() > 0 {
				t.Errorf("error %v, standard error %q; want an error with %q", err, &stderr, c.says)
			}
		})
	}
}

func TestTheOutcomeThatCannotBeWrittenIsSaid(t *testing.T) {
	c := &cloud{refuse: map[string]bool{}}
	log, err := Open(t.Context(), c.config(t), inAWS(), &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	end, err := log.Begin(t.Context(), "dlq redrive", "paystubs", "why")
	if err != nil {
		t.Fatal(err)
	}
	c.refuse["PutLogEvents"] = true
	if err := end("3 moved, 0 left"); err == nil || !strings.Contains(err.Error(), "what came of it (3 moved, 0 left) could not be written") {
		t.Errorf("error %v", err)
	}
}

func TestOnTheLocalStackOnlyStandardErrorHasTheLine(t *testing.T) {
	var stderr bytes.Buffer
	log, err := Open(t.Context(), aws.Config{}, &deployed.Stack{Name: deployed.LocalName, Local: true}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	end, err := log.Begin(t.Context(), "dlq redrive", "paystubs", "why")
	if err != nil {
		t.Fatal(err)
	}
	if err := end("done"); err != nil {
		t.Error(err)
	}
	if got := stderr.String(); strings.Count(got, `"caller":"local","stack":"local"`) != 2 {
		t.Errorf("standard error:\n%s", got)
	}
}

func TestCheckReason(t *testing.T) {
	for reason, says := range map[string]string{
		"case 4711, wegen Überlast": "", strings.Repeat("x", maxReason): "",
		"": "--reason", " \t": "--reason", strings.Repeat("x", maxReason+1): "501 bytes", "two\nlines": "character", "\xff": "character", "\x1b[2J": "character",
	} {
		err := CheckReason(reason)
		if (says == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v, want %q", reason, err, says)
		}
	}
}
