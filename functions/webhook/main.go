// Command webhook is the Lambda function behind the HTTP API: it verifies a delivery of Argyle's, puts it into its family's queue, and answers once
// SQS has it. The way of a delivery is in handler.go.
package main

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/secret"
)

func main() {
	env := lambdaenv.Open("webhook", "")
	secretARN := env.Required("SECRET_ARN")
	policy := env.OneOf("SOURCE_IP_POLICY", policyObserve, policyEnforce)
	urls := queueURLs(env)
	secretsManager, sqs := env.Service("SECRETS_MANAGER"), env.Service("SQS")
	env.Ready()

	secrets := secret.New(secret.NewClient(secretsManager), secretARN, env.Log)
	secrets.Start(context.Background())
	door := &frontDoor{
		secrets: secrets,
		queues:  queue.NewSender(queue.NewClient(sqs), urls),
		enforce: policy == policyEnforce,
		log:     env.Log,
	}
	lambda.Start(door.handle)
}

// queueURLs reads the URL of each family's queue, and of the one for what has no family, from QUEUE_URL_<FAMILY>.
func queueURLs(env *lambdaenv.Env) map[string]string {
	urls := map[string]string{}
	for _, family := range append(argyle.Families(), argyle.Unrouted) {
		urls[family] = env.Required("QUEUE_URL_" + strings.ToUpper(family))
	}
	return urls
}
