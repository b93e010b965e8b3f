// Command accounts is the Lambda function that stores what accounts.* events prove: added, updated, removed, connected, failed.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

func main() { lambda.Start(handler(lambdaenv.Open("accounts", "accounts"))) }

// handler reads the settings and builds the function from them. options are the client's further ones: a test watches its calls by them.
func handler(env *lambdaenv.Env, options ...func(*dynamodb.Options)) queue.Handler {
	tableName, dynamoDB := env.Required("TABLE_NAME"), env.Service("DYNAMODB")
	env.Ready()

	records := table.New(table.NewClient(dynamoDB, options...), tableName)
	return queue.Worker(records, env.Log)
}
