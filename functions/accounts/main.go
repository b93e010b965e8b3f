// Command accounts is the Lambda function that stores what accounts.* events prove: added, updated, removed, connected, failed.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

func main() {
	env := lambdaenv.Open("accounts", "accounts")
	tableName, dynamoDB := env.Required("TABLE_NAME"), env.Service("DYNAMODB")
	env.Ready()

	records := table.New(table.NewClient(dynamoDB), tableName)
	lambda.Start(queue.Worker(records, env.Log))
}
