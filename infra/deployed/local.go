package deployed

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
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
		return nil, aws.Config{}, err //nolint:wrapcheck // a line for a person
	}
	webhook := settings["WebhookFunction"]
	stack := &Stack{
		Name: LocalName, Local: true, WebhookURL: url + local.WebhookPath, SecretARN: webhook["SECRET_ARN"],
		Queues: map[string]string{argyle.Unrouted: webhook["QUEUE_URL_UNROUTED"]}, DeadLetterQueues: map[string]string{},
	}
	cfg := aws.Config{
		Region:      backend.Region,
		Credentials: credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
		// Each service's client looks for its own endpoint here, as it does in the environment.
		ConfigSources: []any{endpoints{
			sqs.ServiceID:     webhook["AWS_ENDPOINT_URL_SQS"],
			"DynamoDB":        settings["AccountsFunction"]["AWS_ENDPOINT_URL_DYNAMODB"],
			"Secrets Manager": webhook["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
		}},
	}
	client := sqs.NewFromConfig(cfg)
	for _, family := range argyle.Families() {
		stack.Table = settings[logicalID(family, "Function")]["TABLE_NAME"]
		for kind, urls := range map[string]map[string]string{"Queue": stack.Queues, "DeadLetterQueue": stack.DeadLetterQueues} {
			name := logicalID(family, kind)
			found, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
			if err != nil {
				return nil, aws.Config{}, fmt.Errorf("looking for the queue %s of the local stack at %s: %w", name, url, err)
			}
			urls[family] = aws.ToString(found.QueueUrl)
		}
	}
	return stack, cfg, nil
}

// endpoints are those of the local stack's services, by the service's id. Clients that are made from an aws.Config ask its sources for one.
type endpoints map[string]string

// GetServiceBaseEndpoint is what service clients look for in a source of configuration.
func (e endpoints) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	url, known := e[service]
	return url, known && url != "", nil
}
