package rivals

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/table"
)

// Idempotent is the design with an idempotency table: one write that takes the delivery, the work, and one write that says it is done.
type Idempotent struct {
	Client         *dynamodb.Client
	Marks, Records string // names of tables
}

// Handle is a Lambda handler of an SQS event source mapping with ReportBatchItemFailures.
func (d Idempotent) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return handle(ctx, batch, d.one), nil
}

func (d Idempotent) one(ctx context.Context, message events.SQSMessage) error {
	taken := mark(message.Body, "INPROGRESS")
	_, err := d.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &d.Marks, Item: taken, ConditionExpression: aws.String("attribute_not_exists(id)")})
	if again := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &again) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("taking a delivery: %w", err)
	}
	records, err := evidence(message)
	if err != nil {
		return err
	}
	for _, record := range records {
		if _, err := table.New(d.Client, d.Records).Apply(ctx, record); err != nil {
			return err
		}
	}
	_, err = d.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &d.Marks,
		Key:                       map[string]types.AttributeValue{"id": taken["id"]},
		UpdateExpression:          aws.String("SET #s = :done"),
		ExpressionAttributeNames:  map[string]string{"#s": "status"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":done": &types.AttributeValueMemberS{Value: "COMPLETED"}},
	})
	if err != nil {
		return fmt.Errorf("marking a delivery as done: %w", err)
	}
	return nil
}
