package local

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"go.uber.org/goleak"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/argyle"
)

func TestMain(m *testing.M) {
	Main(m, children, func() error {
		http.DefaultClient.CloseIdleConnections()
		return goleak.Find()
	})
}

// reply is what a delivery came back with.
type reply struct {
	status int
	header http.Header
	body   string
	took   time.Duration
}

// post delivers a body with a signature header; an empty signature sends none.
func post(t *testing.T, url string, body []byte, signature string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if signature != "" {
		request.Header.Set(argyle.SignatureHeader, signature)
	}
	return do(t, request)
}

func do(t *testing.T, request *http.Request) reply {
	t.Helper()
	started := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(body), time.Since(started)}
}

func sign(body []byte) string { return argyle.Sign(body, DefaultSecret) }

// event makes a body as Argyle pretty-prints it.
func event(name, data string) []byte {
	return fmt.Appendf(nil, "{\n  \"event\": %q,\n  \"name\": \"test\",\n  \"data\": %s\n}", name, data)
}

func accountEvent(name, user, account string) []byte {
	return event(name, fmt.Sprintf("{\n    \"account\": %q,\n    \"user\": %q\n  }", account, user))
}

func eventually(t *testing.T, within time.Duration, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !met(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", within, what)
		}
	}
}

func testCredentials() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, "")
}

// item reads a record of the status table, nil if it has none.
func item(t *testing.T, stack *Stack, user, account string) map[string]dynamodbtypes.AttributeValue {
	t.Helper()
	client := dynamodb.New(dynamodb.Options{Region: region, BaseEndpoint: aws.String(stack.DynamoDBURL()), Credentials: testCredentials(), HTTPClient: http.DefaultClient})
	out, err := client.GetItem(context.Background(), &dynamodb.GetItemInput{
		TableName: aws.String(stack.TableName()), ConsistentRead: aws.Bool(true),
		Key: map[string]dynamodbtypes.AttributeValue{
			"pk": &dynamodbtypes.AttributeValueMemberS{Value: "USER#" + user}, "sk": &dynamodbtypes.AttributeValueMemberS{Value: "ACCOUNT#" + account},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// connectionStatus is what a record says of its account's connection, "" if there is no record.
func connectionStatus(t *testing.T, stack *Stack, user, account string) string {
	t.Helper()
	status, _ := item(t, stack, user, account)["connection_status"].(*dynamodbtypes.AttributeValueMemberS)
	if status == nil {
		return ""
	}
	return status.Value
}

// messages looks at up to ten messages of a queue and leaves them visible.
func messages(t *testing.T, stack *Stack, logicalID string) []sqstypes.Message {
	t.Helper()
	client := sqs.New(sqs.Options{Region: region, BaseEndpoint: aws.String(stack.SQSURL()), Credentials: testCredentials(), HTTPClient: http.DefaultClient})
	out, err := client.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(stack.QueueURL(logicalID)), MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"}, VisibilityTimeout: 0,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

// logLine finds the function's log line with all the parts given, "" if there is none.
func logLine(stack *Test, parts ...string) string {
	for line := range strings.Lines(stack.Logs()) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			return line
		}
	}
	return ""
}
