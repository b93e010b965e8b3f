// Command identities is the Lambda function that stores what identities.* events, and profiles.* of v1, prove: the newest identity of an account.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

func main() {
	env := lambdaenv.Open("identities", "identities")
	tableName, dynamoDB := env.Required("TABLE_NAME"), env.Service("DYNAMODB")
	env.Ready()

	records := table.New(table.NewClient(dynamoDB), tableName)
	lambda.Start(queue.Worker(records, env.Log))
}
