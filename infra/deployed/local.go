package deployed

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
)

// LocalName is the local stack's name.
const LocalName = "local"

// FindLocal finds the parts of the local stack whose gateway answers at url, "" for that of `make run`, and the configuration with which clients
// reach its services. The error is a line for a person.
func FindLocal(ctx context.Context, url string) (*Stack, aws.Config, error) {
	if url == "" {
		url = "http://" + local.DefaultListen
	}
	settings, err := local.Settings(ctx, url)
	if err != nil {
		return nil, aws.Config{}, err
	}
	webhook := settings["WebhookFunction"]
	stack := &Stack{
		Name: LocalName, Local: true, WebhookURL: url + local.WebhookPath, SecretARN: webhook["SECRET_ARN"],
		Queues: map[string]string{argyle.Unrouted: webhook["QUEUE_URL_UNROUTED"]}, DeadLetterQueues: map[string]string{},
	}
	cfg := aws.Config{
		Region:      backend.Region,
		Credentials: credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
		ServiceOptions: []func(string, any){endpoints{
			sqs:      webhook["AWS_ENDPOINT_URL_SQS"],
			dynamoDB: settings["AccountsFunction"]["AWS_ENDPOINT_URL_DYNAMODB"],
			secrets:  webhook["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
		}.set},
	}
	client := sqs.NewFromConfig(cfg)
	for _, family := range argyle.Families() {
		stack.Table = settings[samples.LogicalID(family, "Function")]["TABLE_NAME"]
		for kind, urls := range map[string]map[string]string{"Queue": stack.Queues, "DeadLetterQueue": stack.DeadLetterQueues} {
			name := samples.LogicalID(family, kind)
			found, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
			if err != nil {
				return nil, aws.Config{}, fmt.Errorf("looking for the queue %s of the local stack at %s: %w", name, url, err)
			}
			urls[family] = aws.ToString(found.QueueUrl)
		}
	}
	return stack, cfg, nil
}

// endpoints are those of the local stack's services.
type endpoints struct{ sqs, dynamoDB, secrets string }

// set gives a service's client its endpoint. It comes after what the SDK reads from the environment: with AWS_ENDPOINT_URL set there, a client passes over
// the configuration's sources, and would look for the local stack's queues in AWS.
func (e endpoints) set(_ string, options any) {
	switch o := options.(type) {
	case *sqs.Options:
		o.BaseEndpoint = &e.sqs
	case *dynamodb.Options:
		o.BaseEndpoint = &e.dynamoDB
	case *secretsmanager.Options:
		o.BaseEndpoint = &e.secrets
	}
}
