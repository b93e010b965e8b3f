package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/table"
)

// localTableName is what the local stack calls the status table: a table without a TableName goes by its logical id there.
const localTableName = "StatusTable"

// localTable is the status table of the local stack whose DynamoDB answers at url.
func localTable(url, name string) *table.Table {
	if name == "" {
		name = localTableName
	}
	return table.New(dynamodb.New(dynamodb.Options{
		Region:           backend.Region,
		Credentials:      credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
		BaseEndpoint:     &url,
		RetryMaxAttempts: 1, // on this machine it answers or it is not there
	}), name)
}

// awsTable is a table in AWS, seen with the user's own configuration.
func awsTable(ctx context.Context, name string) (*table.Table, error) {
	cfg, err := awsConfig(ctx)
	if err != nil {
		return nil, err
	}
	return table.New(dynamodb.NewFromConfig(cfg), name), nil
}

// explain puts the commonest troubles in words that say what to do. Everything else is the service's own message on one line.
func explain(err error) error {
	var missing *types.ResourceNotFoundException
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing answers for DynamoDB there: start the local stack with `make run`, or say --dynamodb-url")
	case errors.As(err, &missing):
		return errors.New("the table does not exist there: see the stack's output TableName, and --table")
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer within %s", statusPatience)
	}
	return oneLine(err)
}
