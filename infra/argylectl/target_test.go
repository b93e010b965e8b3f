package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"argyle-webhooks/shared/argyle"
)

// inAWS is the stack fakeStack: its queues are a local stack's, the rest is played by a fakeAWS.
type inAWS struct {
	*fakeAWS

	queues deadStack
	url    string
}

func newInAWS(t *testing.T, queues deadStack) inAWS {
	t.Helper()
	f := newFakeAWS(t, oldSecret)
	outputs := map[string]string{
		"WebhookUrl": queues.WebhookURL(), "TableName": queues.TableName(), "SecretArn": fakeSecretARN, "AuditLogGroup": fakeAuditLog,
		"UnroutedQueueUrl": queues.QueueURL("UnroutedQueue"),
	}
	for _, family := range argyle.Families() {
		name := strings.ToUpper(family[:1]) + family[1:]
		outputs[name+"QueueUrl"], outputs[name+"DeadLetterQueueUrl"] = queues.QueueURL(name+"Queue"), queues.QueueURL(name+"DeadLetterQueue")
	}
	server := httptest.NewServer(describing{outputs: outputs, next: f})
	t.Cleanup(server.Close)
	return inAWS{f, queues, server.URL}
}

// describing is CloudFormation with one stack, in front of other services.
type describing struct {
	outputs map[string]string
	next    http.Handler
}

func (d describing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if !strings.Contains(string(body), "Action=DescribeStacks") {
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		d.next.ServeHTTP(w, r)
		return
	}
	if !strings.Contains(string(body), "StackName="+fakeStack+"&") && !strings.HasSuffix(string(body), "StackName="+fakeStack) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id made-up does not exist</Message></Error></ErrorResponse>")
		return
	}
	var members strings.Builder
	for key, value := range d.outputs {
		fmt.Fprintf(&members, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", key, value)
	}
	_, _ = io.WriteString(w, xml.Header+"<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>"+fakeStack+
		"</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>"+members.String()+"</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>")
}

// run runs argylectl with the credentials of somebody in AWS.
func (a inAWS) run(args ...string) result {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), time.Minute)
	defer cancel()
	cmd := command(ctx, args...)
	cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL="+a.url, "AWS_ENDPOINT_URL_SQS="+a.queues.SQSURL(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local",
		"AWS_SECRET_ACCESS_KEY=local", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	got := finish(a.t, cmd)
	requireNothingOfAPerson(a.t, got, args...)
	return got
}

// TestDeadLettersOfAStackInAWS has an audit log that refuses lines at first: nothing is revealed and nothing moves without one.
func TestDeadLettersOfAStackInAWS(t *testing.T) {
	queues := newDeadStack(t)
	at := newInAWS(t, queues)
	queues.put("PaystubsDeadLetterQueue", poisonEvent, time.Now())
	wantSays(t, at.run("dlq", "list", "--stack", fakeStack), "paystubs    0        0          1\n")
	wantSays(t, at.run("dlq", "show", "paystubs", "--stack", fakeStack), "event     paystubs.added\n")
	if lines := at.lines(); lines != "" {
		t.Errorf("a look that reveals nothing wrote %s", lines)
	}

	for _, operation := range []string{"CreateLogStream", "PutLogEvents"} {
		at.set(func() { at.denied = map[string]bool{operation: true} })
		for _, args := range [][]string{{"show", "paystubs", "--reveal"}, {"redrive", "paystubs"}, {"redrive", "unrouted"}} {
			got := at.run(append(append([]string{"dlq"}, args...), "--stack", fakeStack, "--reason", "case 4711")...)
			requireLine(t, got, 2, "nothing was done: its line could not be written to the audit log "+fakeAuditLog)
			if got.stdout != "" {
				t.Errorf("%s denied, dlq %v: %s", operation, args, got.stdout)
			}
		}
	}
	at.set(func() { at.denied = map[string]bool{} })
	queues.wantDead("paystubs", 1)
	if taken := queues.Taken("paystubs"); len(taken) != 0 {
		t.Fatalf("the worker took %d messages, though nothing was to be moved", len(taken))
	}

	got := at.run("dlq", "redrive", "paystubs", "--stack", fakeStack, "--reason", "case 4711")
	wantSays(t, got, "1 message moved.\n")
	wantAudit(t, got, "dlq redrive", "case 4711", "1 moved, 0 left")
	lines := at.lines()
	for _, want := range []string{`"caller":"` + fakeCaller + `"`, `"target":"paystubs"`, `"reason":"case 4711"`} {
		if strings.Count(lines, want) != 2 {
			t.Errorf("not twice in the audit log: %s in\n%s", want, lines)
		}
	}
	if strings.Contains(lines, planted) || !strings.Contains(lines, `"outcome":"1 moved, 0 left"`) {
		t.Errorf("audit log:\n%s", lines)
	}
	queues.wantDead("paystubs", 1) // it is of no use to the worker yet
}

func TestTarget(t *testing.T) {
	server := httptest.NewServer(describing{next: http.NotFoundHandler()})
	t.Cleanup(server.Close)
	cloud := []string{
		"AWS_ENDPOINT_URL=" + server.URL, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=made-up", "AWS_SECRET_ACCESS_KEY=made-up", "AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	}
	health := func(code int, body string) string {
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(other.Close)
		return other.URL
	}
	for _, c := range []struct {
		name string
		env  []string
		args []string
		says string
	}{
		{"neither", nil, nil, "which stack? Say --stack NAME, such as argyle-webhooks-dev, or --local"},
		{"both", nil, []string{"--stack", fakeStack, "--local"}, "one of the two, not both"},
		{"both by the URL", nil, []string{"--stack", fakeStack, "--local-url", "http://127.0.0.1:1"}, "one of the two, not both"},
		{"no region", []string{"AWS_CONFIG_FILE=" + os.DevNull}, []string{"--stack", fakeStack}, "no AWS region: set AWS_REGION"},
		{
			"no credentials", []string{
				"AWS_REGION=us-east-1", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_EC2_METADATA_DISABLED=true",
			}, []string{"--stack", fakeStack}, "no AWS credentials: set AWS_PROFILE",
		},
		{"no such stack", cloud, []string{"--stack", "elsewhere"}, "there is no stack elsewhere in this account and region"},
		{"an older version's", cloud, []string{"--stack", fakeStack}, "the stack " + fakeStack + " (UPDATE_COMPLETE) has no output WebhookUrl, TableName"},
		{"nothing there", nil, []string{"--local-url", "http://127.0.0.1:1/"}, "no local stack at http://127.0.0.1:1: start it in another terminal with `make run`"},
		{"something else there", nil, []string{"--local-url", health(http.StatusOK, "{}")}, "is no local stack, or one that is still starting (status 200)"},
		{"still starting", nil, []string{"--local-url", health(http.StatusServiceUnavailable, "")}, "is no local stack, or one that is still starting (status 503)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := command(t.Context(), append([]string{"dlq", "list"}, c.args...)...)
			cmd.Env = append(cmd.Env, c.env...)
			requireLine(t, finish(t, cmd), 2, c.says)
		})
	}
	t.Run("AWS settings do not lead a local command astray", func(t *testing.T) {
		cmd := command(t.Context(), "dlq", "list", "--local-url", stack(t).URL)
		cmd.Env = append(cmd.Env, cloud...)
		wantSays(t, finish(t, cmd), "unrouted ")
	})
}
