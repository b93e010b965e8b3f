// Command webhook is the Lambda function behind the HTTP API: it verifies a delivery of Argyle's, puts it into its family's queue, and answers once
// SQS has it. The way of a delivery is in handler.go.
package main

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/secret"
)

func main() { lambda.Start(open(lambdaenv.Open("webhook", "")).handle) }

// open reads the settings, builds the front door from them and fetches the secrets ahead of the first delivery. watch is further middleware of
// every call of AWS: a test watches the calls by it.
func open(env *lambdaenv.Env, watch ...func(*middleware.Stack) error) *frontDoor {
	secretARN := env.Required("SECRET_ARN")
	policy := env.OneOf("SOURCE_IP_POLICY", policyObserve, policyEnforce)
	urls := queueURLs(env)
	secretsManager, sqsService := env.Service("SECRETS_MANAGER"), env.Service("SQS")
	env.Ready()

	secretsClient := secret.NewClient(secretsManager, func(o *secretsmanager.Options) { o.APIOptions = append(o.APIOptions, watch...) })
	sqsClient := queue.NewClient(sqsService, func(o *sqs.Options) { o.APIOptions = append(o.APIOptions, watch...) })
	secrets := secret.New(secretsClient, secretARN, env.Log)
	secrets.Start(context.Background())
	return &frontDoor{
		secrets: secrets,
		queues:  queue.NewSender(sqsClient, urls),
		enforce: policy == policyEnforce,
		log:     env.Log,
	}
}

// queueURLs reads the URL of each family's queue, and of the one for what has no family, from QUEUE_URL_<FAMILY>.
func queueURLs(env *lambdaenv.Env) map[string]string {
	urls := map[string]string{}
	for _, family := range append(argyle.Families(), argyle.Unrouted) {
		urls[family] = env.Required("QUEUE_URL_" + strings.ToUpper(family))
	}
	return urls
}
