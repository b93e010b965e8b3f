package deployed

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/google/go-cmp/cmp"
)

const stackName = "argyle-webhooks-dev"

// complete are the outputs of a stack of this version.
func complete() map[string]string {
	outputs := map[string]string{
		"WebhookUrl": "https://made-up.example/webhooks/argyle", "TableName": "made-up-table", "SecretArn": "made-up-secret", "AuditLogGroup": "made-up-audit",
		"UnroutedQueueUrl": "https://sqs.example/unrouted", "DashboardUrl": "https://made-up.example/dashboard",
	}
	for _, family := range []string{"Accounts", "Identities", "Paystubs", "Users"} {
		outputs[family+"QueueUrl"] = "https://sqs.example/" + family
		outputs[family+"DeadLetterQueueUrl"] = "https://sqs.example/" + family + "-dead"
	}
	return outputs
}

// described is DescribeStacks' answer of one stack.
func described(status string, outputs map[string]string) string {
	var members strings.Builder
	for key, value := range outputs {
		fmt.Fprintf(&members, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", key, value)
	}
	return "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>" + stackName + "</StackName><StackStatus>" + status +
		"</StackStatus><Outputs>" + members.String() + "</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
}

// refused is an error as CloudFormation answers it.
func refused(code, message string) string {
	var text strings.Builder
	_ = xml.EscapeText(&text, []byte(message))
	return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + text.String() + "</Message></Error></ErrorResponse>"
}

// cloudFormation answers every call alike, and requires that it asks for the stack.
func cloudFormation(t *testing.T, code int, answer string) *cloudformation.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("Action") != "DescribeStacks" || r.FormValue("StackName") != stackName {
			t.Errorf("asked for %s of %q", r.FormValue("Action"), r.FormValue("StackName"))
		}
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	return cloudformation.NewFromConfig(aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	})
}

func TestFind(t *testing.T) {
	for _, status := range []string{"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS"} {
		t.Run(status, func(t *testing.T) {
			got, err := Find(t.Context(), cloudFormation(t, http.StatusOK, described(status, complete())), stackName)
			if err != nil {
				t.Fatal(err)
			}
			want := &Stack{
				Name: stackName, WebhookURL: "https://made-up.example/webhooks/argyle", Table: "made-up-table", SecretARN: "made-up-secret", AuditLogGroup: "made-up-audit",
				Queues: map[string]string{
					"accounts": "https://sqs.example/Accounts", "identities": "https://sqs.example/Identities", "paystubs": "https://sqs.example/Paystubs",
					"users": "https://sqs.example/Users", "unrouted": "https://sqs.example/unrouted",
				},
				DeadLetterQueues: map[string]string{
					"accounts": "https://sqs.example/Accounts-dead", "identities": "https://sqs.example/Identities-dead",
					"paystubs": "https://sqs.example/Paystubs-dead", "users": "https://sqs.example/Users-dead",
				},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff([]string{"accounts", "identities", "paystubs", "users"}, got.Families()); diff != "" {
				t.Errorf("families, -want +got:\n%s", diff)
			}
		})
	}
}

func TestFindSaysWhatIsWrong(t *testing.T) {
	older := complete()
	delete(older, "AuditLogGroup")
	older["UsersDeadLetterQueueUrl"] = ""
	for _, c := range []struct {
		name   string
		code   int
		answer string
		says   string
	}{
		{
			"missing", http.StatusBadRequest, refused("ValidationError", "Stack with id "+stackName+" does not exist"),
			"there is no stack argyle-webhooks-dev in this account and region",
		},
		{"forbidden", http.StatusForbidden, refused("AccessDenied", "User is not authorized"), "asking CloudFormation for the stack argyle-webhooks-dev"},
		{"none", http.StatusOK, "<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>", "knows 0 stacks"},
		{"an older version's", http.StatusOK, described("UPDATE_COMPLETE", older), "(UPDATE_COMPLETE) has no output AuditLogGroup, UsersDeadLetterQueueUrl: deploy this version"},
		{"being deleted", http.StatusOK, described("DELETE_IN_PROGRESS", complete()), "half deleted (DELETE_IN_PROGRESS)"},
		{"half deleted", http.StatusOK, described("DELETE_FAILED", complete()), "half deleted (DELETE_FAILED)"},
		{"never up", http.StatusOK, described("ROLLBACK_COMPLETE", nil), "never been up (ROLLBACK_COMPLETE)"},
		{"coming up", http.StatusOK, described("CREATE_IN_PROGRESS", nil), "never been up (CREATE_IN_PROGRESS)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Find(t.Context(), cloudFormation(t, c.code, c.answer), stackName)
			if got != nil || err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, error %v; want an error with %q", got, err, c.says)
			}
		})
	}
}
