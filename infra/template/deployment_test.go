package template_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/template"
	"argyle-webhooks/shared/argyle"
)

// The tests in this file check of the repository's own template.yaml what no linter sees: the arithmetic of times and counts, that each
// function may do what it does and no more, and that families, folders, queues and functions are the same list everywhere.

const (
	functionType = "AWS::Serverless::Function"
	queueType    = "AWS::SQS::Queue"
)

// deployment is template.yaml; a reference is its logical id there, an attribute "LogicalId.Attribute".
func deployment(t *testing.T) *template.Stack {
	t.Helper()
	parsed, err := template.Load("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := parsed.Resolve(nil, template.Placeholders{})
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// must returns a resource.
func must(t *testing.T, stack *template.Stack, logicalID string) *template.Resource {
	t.Helper()
	res, ok := stack.Resource(logicalID)
	if !ok {
		t.Fatalf("template.yaml has no %s", logicalID)
	}
	return res
}

// at follows keys into a resource's properties, nil where one is missing.
func at(res *template.Resource, keys ...string) any {
	var value any = res.Properties.Raw()
	for _, key := range keys {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	return value
}

// number is at for a whole number; a missing one fails the test.
func number(t *testing.T, res *template.Resource, keys ...string) int {
	t.Helper()
	n, ok := at(res, keys...).(int)
	if !ok {
		t.Fatalf("%s: %s is %v, want a whole number", res.LogicalID, strings.Join(keys, "."), at(res, keys...))
	}
	return n
}

// title is a family as it begins logical ids: "accounts" → "Accounts".
func title(family string) string { return strings.ToUpper(family[:1]) + family[1:] }

func TestDeploymentFrontDoorTimes(t *testing.T) {
	t.Parallel()
	const (
		handlerSeconds = 5     // what the webhook function gives itself
		argyleMillis   = 10000 // after which Argyle is said to hang up
	)
	webhook := must(t, deployment(t), "WebhookFunction")
	function := number(t, webhook, "Timeout")
	integration := number(t, webhook, "Events", "Delivery", "Properties", "TimeoutInMillis")
	if handlerSeconds >= function || function*1000 >= integration || integration >= argyleMillis {
		t.Errorf("handler %d s, function %d s, integration %d ms, Argyle %d ms: want each below the next",
			handlerSeconds, function, integration, argyleMillis)
	}
}

func TestDeploymentWorkers(t *testing.T) {
	t.Parallel()
	stack := deployment(t)
	for _, family := range argyle.Families() {
		t.Run(family, func(t *testing.T) {
			t.Parallel()
			worker := must(t, stack, title(family)+"Function")
			queue := must(t, stack, title(family)+"Queue")
			dead := must(t, stack, title(family)+"DeadLetterQueue")

			mapping := []string{"Events", "Queue", "Properties"}
			wantMapping := map[string]any{
				"Queue":                          queue.LogicalID + ".Arn",
				"BatchSize":                      10,
				"MaximumBatchingWindowInSeconds": 1,
				"FunctionResponseTypes":          []any{"ReportBatchItemFailures"},
				"ScalingConfig":                  map[string]any{"MaximumConcurrency": number(t, worker, append(mapping, "ScalingConfig", "MaximumConcurrency")...)},
			}
			if diff := cmp.Diff(wantMapping, at(worker, mapping...)); diff != "" {
				t.Errorf("event source mapping (-want +got):\n%s", diff)
			}
			if n := number(t, worker, append(mapping, "ScalingConfig", "MaximumConcurrency")...); n < 2 {
				t.Errorf("MaximumConcurrency is %d, and Lambda takes nothing below 2", n)
			}
			if worker.Properties.Has("ReservedConcurrentExecutions") {
				t.Error("has reserved concurrency: throttled receives would send good messages to the dead-letter queue")
			}

			timeout, visibility := number(t, worker, "Timeout"), number(t, queue, "VisibilityTimeout")
			if window := number(t, worker, append(mapping, "MaximumBatchingWindowInSeconds")...); visibility < 6*timeout+window {
				t.Errorf("visibility timeout %d s, want 6 times the function's %d s and the window's %d s", visibility, timeout, window)
			}
			wantRedrive := map[string]any{"deadLetterTargetArn": dead.LogicalID + ".Arn", "maxReceiveCount": 10}
			if diff := cmp.Diff(wantRedrive, at(queue, "RedrivePolicy")); diff != "" {
				t.Errorf("redrive policy (-want +got):\n%s", diff)
			}
			const day = 24 * 60 * 60
			if got := number(t, queue, "MessageRetentionPeriod"); got != 4*day {
				t.Errorf("the queue keeps messages %d s, want 4 days", got)
			}
			if got := number(t, dead, "MessageRetentionPeriod"); got != 14*day {
				t.Errorf("the dead-letter queue keeps messages %d s, want 14 days", got)
			}
		})
	}
}

func TestDeploymentQueuesTakeWhatTheFrontDoorSends(t *testing.T) {
	t.Parallel()
	for _, queue := range deployment(t).OfType(queueType) {
		if got := number(t, queue, "MaximumMessageSize"); got != 1<<20 {
			t.Errorf("%s takes %d bytes, want 1 MiB", queue.LogicalID, got)
		}
		if at(queue, "SqsManagedSseEnabled") != true {
			t.Errorf("%s is not encrypted", queue.LogicalID)
		}
	}
}

// TestDeploymentFunctions holds the template against the folders under functions/: the Makefile derives one from the other.
func TestDeploymentFunctions(t *testing.T) {
	t.Parallel()
	mains, err := filepath.Glob("../../functions/*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, main := range mains {
		want = append(want, title(filepath.Base(filepath.Dir(main)))+"Function")
	}
	var got []string
	for _, function := range deployment(t).OfType(functionType) {
		got = append(got, function.LogicalID)
		if function.Metadata.Raw()["BuildMethod"] != "makefile" {
			t.Errorf("%s has no BuildMethod makefile: SAM would pack the whole tree", function.LogicalID)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions by folder and by template (-want +got):\n%s", diff)
	}
}

func TestDeploymentEnvironment(t *testing.T) {
	t.Parallel()
	shared := map[string]any{
		"VERSION": "dev", "STACK_NAME": "local", "LOG_LEVEL": "INFO",
		"AWS_ENDPOINT_URL_SQS": "", "AWS_ENDPOINT_URL_DYNAMODB": "", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "",
	}
	for _, function := range deployment(t).OfType(functionType) {
		want := map[string]any{}
		for name, value := range shared {
			want[name] = value
		}
		if function.LogicalID == "WebhookFunction" {
			want["SECRET_ARN"] = "SigningSecret"
			want["SOURCE_IP_POLICY"] = "observe"
			for _, family := range append(argyle.Families(), argyle.Unrouted) {
				want["QUEUE_URL_"+strings.ToUpper(family)] = title(family) + "Queue"
			}
		} else {
			want["TABLE_NAME"] = "StatusTable"
		}
		if diff := cmp.Diff(want, at(function, "Environment", "Variables")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", function.LogicalID, diff)
		}
	}
}

func TestDeploymentKeepsWhatCannotBeMadeAgain(t *testing.T) {
	t.Parallel()
	stack := deployment(t)
	for _, logicalID := range []string{"StatusTable", "SigningSecret"} {
		res := must(t, stack, logicalID)
		if res.DeletionPolicy != "Retain" || res.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s: DeletionPolicy %q, UpdateReplacePolicy %q, want Retain for both", logicalID, res.DeletionPolicy, res.UpdateReplacePolicy)
		}
	}
	if at(must(t, stack, "StatusTable"), "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
		t.Error("StatusTable has no point-in-time recovery")
	}
}

func TestDeploymentHoldsNoSecret(t *testing.T) {
	t.Parallel()
	secret := must(t, deployment(t), "SigningSecret")
	if err := secret.Properties.Only("Description"); err != nil {
		t.Errorf("the secret is to be created without a value: %v", err)
	}
	source, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(source), "{{resolve:") {
		t.Error("template.yaml has a dynamic reference: a secret would end in an environment variable")
	}
}
