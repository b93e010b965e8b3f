package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"argyle-webhooks/infra/local/secrets"
	"argyle-webhooks/shared/argyle"
)

const (
	fakeStack     = "argyle-webhooks-test"
	fakeSecretARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-aaaaaa"
	fakeCaller    = "arn:aws:sts::000000000000:assumed-role/operator/a-session"
	fakeAuditLog  = "/argyle-webhooks-test/audit"
	oldSecret     = "made-up-older-secret"
	newSecretText = "also-made-up-newer-secret"
)

// fakeAWS answers what `argylectl secret --stack` asks of AWS, each service in its own protocol.
type fakeAWS struct {
	t       *testing.T
	url     string
	secrets *secrets.Server

	mu sync.Mutex
	// denied are the operations for which the caller has no permission.
	denied map[string]bool
	// accepted and older are the last day's hourly sample counts of the metrics accepted and secret; earlier are those of both in the days before.
	accepted, older, earlier []float64
	// storedBefore makes each version that much older than it is.
	storedBefore time.Duration
	audit        []string
}

func newFakeAWS(t *testing.T, value string) *fakeAWS {
	t.Helper()
	f := &fakeAWS{t: t, denied: map[string]bool{}, secrets: secrets.New(secrets.Secret{ARN: fakeSecretARN, Name: "signing", Value: value})}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// set changes what is answered.
func (f *fakeAWS) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// lines are those of the audit log.
func (f *fakeAWS) lines() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.audit, "\n")
}

// secret runs `argylectl secret` on the stack and requires that no secret is shown.
func (f *fakeAWS) secret(stdin string, args ...string) result {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	defer cancel()
	cmd := command(ctx, append(append([]string{"secret"}, args...), "--stack", fakeStack)...)
	cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL="+f.url, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=made-up", "AWS_SECRET_ACCESS_KEY=made-up",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	cmd.Stdin = strings.NewReader(stdin)
	got := finish(f.t, cmd)
	requireNoSecret(f.t, got, oldSecret, newSecretText)
	return got
}

func (f *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	_, target, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case strings.HasSuffix(r.URL.Path, "/operation/GetMetricData"):
		f.metrics(w, body)
	case form.Get("Action") == "DescribeStacks" && form.Get("StackName") == fakeStack:
		_, _ = io.WriteString(w, describedStack())
	case form.Get("Action") == "GetCallerIdentity":
		_, _ = fmt.Fprintf(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>%s</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`, fakeCaller)
	case f.denied[target]:
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"not authorized"}`)
	case target == "CreateLogStream":
		_, _ = io.WriteString(w, "{}")
	case target == "PutLogEvents":
		f.log(body)
		_, _ = io.WriteString(w, "{}")
	default:
		answer := httptest.NewRecorder()
		f.secrets.ServeHTTP(answer, r)
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		created := fmt.Appendf(nil, `"CreatedDate":%d`, time.Now().Add(-f.storedBefore).Unix())
		_, _ = w.Write(regexp.MustCompile(`"CreatedDate":[0-9.e+]+`).ReplaceAll(answer.Body.Bytes(), created))
	}
}

// describedStack is CloudFormation's answer: the stack and its outputs.
func describedStack() string {
	outputs := map[string]string{
		"WebhookUrl": "https://example.invalid/webhooks/argyle", "TableName": "t", "SecretArn": fakeSecretARN, "AuditLogGroup": fakeAuditLog, "UnroutedQueueUrl": "u",
	}
	for _, family := range argyle.Families() {
		name := strings.ToUpper(family[:1]) + family[1:]
		outputs[name+"QueueUrl"], outputs[name+"DeadLetterQueueUrl"] = "q", "d"
	}
	var members strings.Builder
	for key, value := range outputs {
		fmt.Fprintf(&members, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", key, value)
	}
	return xml.Header + "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>" + fakeStack + "</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>" +
		"<CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>" + members.String() + "</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
}

// log keeps the lines of the audit log.
func (f *fakeAWS) log(body []byte) {
	var put struct {
		LogGroupName string                     `json:"logGroupName"`
		LogEvents    []struct{ Message string } `json:"logEvents"`
	}
	if err := json.Unmarshal(body, &put); err != nil || put.LogGroupName != fakeAuditLog {
		f.t.Errorf("lines for the log group %q, %v", put.LogGroupName, err)
	}
	for _, event := range put.LogEvents {
		f.audit = append(f.audit, event.Message)
	}
}

// metrics answers GetMetricData, in the protocol https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html: for metrics that have no
// dimensions and are in the stack's namespace, as the front door's are.
func (f *fakeAWS) metrics(w http.ResponseWriter, body []byte) {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	if f.denied["GetMetricData"] {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(cbor.Encode(cbor.Map{"__type": cbor.String("com.amazonaws.cloudwatch#AccessDenied"), "message": cbor.String("not authorized")}))
		return
	}
	asked, err := cbor.Decode(body)
	if err != nil {
		f.t.Errorf("GetMetricData: %v", err)
		return
	}
	from, errFrom := cbor.AsTime(asked.(cbor.Map)["StartTime"])
	to, errTo := cbor.AsTime(asked.(cbor.Map)["EndTime"])
	if errFrom != nil || errTo != nil {
		f.t.Errorf("asked from %v, %v, to %v, %v", from, errFrom, to, errTo)
	}
	var earlier []float64
	if to.Sub(from) >= 7*24*time.Hour {
		earlier = f.earlier
	}
	var results cbor.List
	for _, each := range asked.(cbor.Map)["MetricDataQueries"].(cbor.List) {
		query := each.(cbor.Map)
		stat := query["MetricStat"].(cbor.Map)
		metric := stat["Metric"].(cbor.Map)
		if metric["Namespace"] != cbor.String(fakeStack) || metric["Dimensions"] != nil || stat["Stat"] != cbor.String("SampleCount") {
			f.t.Errorf("asked for %v", query)
		}
		var values cbor.List
		lastDay := map[cbor.Value][]float64{cbor.String("accepted"): f.accepted, cbor.String("secret"): f.older}[metric["MetricName"]]
		for _, value := range append(slices.Clone(earlier), lastDay...) {
			values = append(values, cbor.Float64(value))
		}
		results = append(results, cbor.Map{"Id": query["Id"], "StatusCode": cbor.String("Complete"), "Values": values})
	}
	_, _ = w.Write(cbor.Encode(cbor.Map{"MetricDataResults": results}))
}

// live is how many secrets `secret list` says are live.
func (f *fakeAWS) live() listedSecrets {
	f.t.Helper()
	var listed listedSecrets
	got := f.secret("", "list", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &listed); err != nil || got.code != 0 {
		f.t.Fatalf("%v: %+v", err, got)
	}
	return listed
}
