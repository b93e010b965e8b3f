// Command users is the Lambda function that stores what users.fully_synced proves: which of a user's accounts are fully synced.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

func main() {
	env := lambdaenv.Open("users", "users")
	tableName, dynamoDB := env.Required("TABLE_NAME"), env.Service("DYNAMODB")
	env.Ready()

	records := table.New(table.NewClient(dynamoDB), tableName)
	lambda.Start(queue.Worker(records, env.Log))
}
