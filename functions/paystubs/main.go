// Command paystubs is the Lambda function that stores what paystubs.* events prove: how far an account's paystubs are synced, and how many there are.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

func main() {
	env := lambdaenv.Open("paystubs", "paystubs")
	tableName, dynamoDB := env.Required("TABLE_NAME"), env.Service("DYNAMODB")
	env.Ready()

	records := table.New(table.NewClient(dynamoDB), tableName)
	lambda.Start(queue.Worker(records, env.Log))
}
