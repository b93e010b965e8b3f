// Command floor is the least that a front door can be and still do its work: at start it fetches the secret, then it answers each delivery after
// one HMAC of the body and one SendMessage. It checks nothing and logs nothing, and its clients are built from Options and nothing else. `make
// bench` sets the webhook function beside it.
package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha512"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// request is what is read of a payload of form 2.0.
type request struct {
	Body string `json:"body"`
}

// response is what a front door has to answer at least.
type response struct {
	StatusCode int `json:"statusCode"`
}

func main() {
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}, nil
	})
	secrets := secretsmanager.New(secretsmanager.Options{
		Region: os.Getenv("AWS_REGION"), Credentials: credentials, BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL_SECRETS_MANAGER")),
	})
	queue := sqs.New(sqs.Options{
		Region: os.Getenv("AWS_REGION"), Credentials: credentials, BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL_SQS")),
	})
	secret, err := secrets.GetSecretValue(context.Background(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(os.Getenv("SECRET_ARN"))})
	if err != nil {
		panic(err)
	}
	lambda.Start(func(ctx context.Context, in request) (response, error) {
		mac := hmac.New(sha512.New, []byte(*secret.SecretString))
		mac.Write([]byte(in.Body))
		mac.Sum(nil)
		if _, err := queue.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(os.Getenv("QUEUE_URL_ACCOUNTS")), MessageBody: &in.Body}); err != nil {
			panic(err)
		}
		return response{StatusCode: 202}, nil
	})
}
