package main

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"argyle-webhooks/infra/permissions/drive"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
)

// roleEdits make the function's role wrong.
var roleEdits = map[string]drive.Edit{
	"an action too many":     {Old: "Action: sqs:SendMessage", New: "Action: [sqs:SendMessage, sqs:ReceiveMessage]"},
	"all actions on queues":  {Old: "Action: sqs:SendMessage", New: "Action: sqs:*"},
	"no queue for a family":  {Old: "                  - !GetAtt UsersQueue.Arn\n", New: ""},
	"no queue for unrouted":  {Old: "                  - !GetAtt UnroutedQueue.Arn\n", New: ""},
	"a dead-letter queue":    {Old: "- !GetAtt UsersQueue.Arn", New: "- !GetAtt UsersDeadLetterQueue.Arn"},
	"a queue too many":       {Old: "- !GetAtt UsersQueue.Arn", New: "- !GetAtt UsersQueue.Arn\n                  - !GetAtt UsersDeadLetterQueue.Arn"},
	"a queue's URL":          {Old: "- !GetAtt UsersQueue.Arn", New: "- !Ref UsersQueue"},
	"no secret":              {Old: "Action: secretsmanager:GetSecretValue", New: "Action: secretsmanager:DescribeSecret"},
	"a write to the secret":  {Old: "Action: secretsmanager:GetSecretValue", New: "Action: [secretsmanager:GetSecretValue, secretsmanager:PutSecretValue]"},
	"all secrets":            {Old: "Resource: !Ref SigningSecret", New: `Resource: "*"`},
	"the table":              {Old: "Action: secretsmanager:GetSecretValue\n", New: "Action: secretsmanager:GetSecretValue\n                Resource: !Ref SigningSecret\n              - Effect: Allow\n                Action: dynamodb:GetItem\n                Resource: !GetAtt StatusTable.Arn\n              - Effect: Allow\n                Action: secretsmanager:GetSecretValue\n"},
	"the key only to decode": {Old: "[kms:Decrypt, kms:GenerateDataKey]", New: "kms:Decrypt"},
}

// awsService answers as SQS or Secrets Manager; not at all well while it is ill.
type awsService struct {
	answer func(body []byte) string
	ill    bool
}

func (s *awsService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if s.ill {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, s.answer(body))
}

// start returns the URL at which the service answers.
func (s *awsService) start(t *testing.T) string {
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL
}

// TestPermissions holds what the function calls against its role in template.yaml. It drives the front door that main opens to every answer there is,
// and to every queue.
func TestPermissions(t *testing.T) {
	value := ""
	secrets := &awsService{ill: true, answer: func([]byte) string { return fmt.Sprintf(`{"SecretString": %q}`, value) }}
	sqs := &awsService{answer: func(body []byte) string {
		var in struct{ MessageBody string }
		_ = json.Unmarshal(body, &in)
		sum := md5.Sum([]byte(in.MessageBody))
		return fmt.Sprintf(`{"MessageId": "1", "MD5OfMessageBody": %q}`, hex.EncodeToString(sum[:]))
	}}
	function := drive.New(t, "WebhookFunction", "", map[string]string{
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.start(t), "AWS_ENDPOINT_URL_SQS": sqs.start(t),
	})
	seen := map[answer]bool{}
	var door *frontDoor
	deliver := func(want answer, request events.APIGatewayV2HTTPRequest) {
		t.Helper()
		response, err := door.handle(t.Context(), onTheWire(t, request))
		if err != nil || response.Body != want.response().Body {
			t.Fatalf("%s (%v), want %s", response.Body, err, want.reason)
		}
		seen[want] = true
	}

	door = open(lambdaenv.Open("webhook", ""), function.APIOptions)
	deliver(noSecret, delivered(body, "s3cret"))
	secrets.ill = false
	for _, unusable := range []string{"", `{"secrets": []}`, `{"secrets": `} {
		value = unusable
		deliver(noSecret, delivered(body, "s3cret"))
	}
	value = `{"secrets": ["newer", "s3cret"]}`
	for _, name := range append(argyle.Events(), "accounts.frozen") {
		deliver(accepted, delivered(`{"event": "`+name+`", "data": {}}`, "s3cret"))
	}
	value = "rotated"
	deliver(accepted, delivered(body, "rotated"))
	deliver(badSignature, delivered(body, "s3cret"))

	door = open(lambdaenv.Open("webhook", ""), function.APIOptions)
	deliver(badSignature, delivered(body, "s3cret")) // although the secrets were fetched again
	request := delivered(body, "rotated")
	request.Headers = nil
	deliver(missingSignature, request)
	deliver(notAnEvent, delivered("no event", "rotated"))
	request = delivered(body, "rotated")
	inBase64(&request)
	deliver(accepted, request)
	request.Body = "no base64"
	deliver(notAnEvent, request)
	deliver(tooLarge, delivered(`{"event": "accounts.added", "data": {"account": "`+strings.Repeat("x", queue.MaxSize)+`"}}`, "rotated"))
	sqs.ill = true
	deliver(queueUnavailable, delivered(body, "rotated"))

	t.Setenv("SOURCE_IP_POLICY", policyEnforce)
	door = open(lambdaenv.Open("webhook", ""), function.APIOptions, panicAt("SendMessage"))
	deliver(internalError, delivered(body, "rotated"))
	request = delivered(body, "rotated")
	request.RequestContext.HTTP.SourceIP = "192.0.2.7"
	deliver(sourceIP, request)

	for _, each := range []answer{accepted, missingSignature, badSignature, sourceIP, notAnEvent, tooLarge, noSecret, queueUnavailable, internalError} {
		if !seen[each] {
			t.Errorf("nothing was answered by %s", each.reason)
		}
	}
	function.CheckSites(t, "shared/queue")
	function.CheckSites(t, "shared/secret")
	function.CheckRole(t)
	function.CheckEdits(t, roleEdits)
}

// panicAt is middleware that panics before a call of the operation.
func panicAt(operation string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Panic",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				if awsmiddleware.GetOperationName(ctx) == operation {
					panic(operation)
				}
				return next.HandleInitialize(ctx, in)
			}), middleware.After)
	}
}
