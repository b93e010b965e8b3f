package secret

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"argyle-webhooks/shared/lambdaenv"
)

// One attempt must leave room for a second within startTime. Within a handler the time for the whole fetch is shorter than one attempt's.
const (
	attemptTimeout = 900 * time.Millisecond
	attempts       = 2
	maxBackoff     = 50 * time.Millisecond
)

// Client is what Source needs of Secrets Manager; *secretsmanager.Client is one.
type Client interface {
	GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// NewClient returns a client of Secrets Manager for a function.
func NewClient(service lambdaenv.Service, options ...func(*secretsmanager.Options)) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		Region:       service.Region,
		Credentials:  service.Credentials,
		BaseEndpoint: service.Endpoint,
		HTTPClient:   service.HTTPClient(attemptTimeout),
		Retryer:      lambdaenv.Retryer(attempts, maxBackoff),
	}, options...)
}
