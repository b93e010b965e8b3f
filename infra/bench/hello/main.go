// Command hello is the least that a Lambda function in Go can be: aws-lambda-go and a fixed answer. `make bench` sets cold starts beside its own.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context) (string, error) { return "hello", nil })
}
