package rivals

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/status"
)

// markLife is how long a delivery is remembered: as long as late evidence is accepted.
const markLife = status.MaxEvidenceAge

// CreateMarks creates the table of marks, one item a delivery.
func CreateMarks(ctx context.Context, client *dynamodb.Client, name string) error {
	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		return fmt.Errorf("creating the table of marks: %w", err)
	}
	return nil
}

// mark is the item that remembers a delivery.
func mark(body, state string) map[string]types.AttributeValue {
	sum := sha256.Sum256([]byte(body))
	return map[string]types.AttributeValue{
		"id":         &types.AttributeValueMemberS{Value: hex.EncodeToString(sum[:])},
		"status":     &types.AttributeValueMemberS{Value: state},
		"expires_at": &types.AttributeValueMemberN{Value: strconv.FormatInt(time.Now().Add(markLife).Unix(), 10)},
	}
}

// evidence reads a message as our own worker does.
func evidence(from events.SQSMessage) ([]status.Record, error) {
	read, _ := queue.Received(from)
	event, err := argyle.Parse(read.Body)
	if err != nil {
		return nil, err
	}
	records, _, err := status.Evidence(event, read.ReceivedAt)
	return records, err
}

// handle gives each message to one in turn and fails alone what fails.
func handle(ctx context.Context, batch events.SQSEvent, one func(context.Context, events.SQSMessage) error) events.SQSEventResponse {
	failures := []events.SQSBatchItemFailure{}
	for i := range batch.Records {
		if one(ctx, batch.Records[i]) != nil {
			failures = append(failures, events.SQSBatchItemFailure{ItemIdentifier: batch.Records[i].MessageId})
		}
	}
	return events.SQSEventResponse{BatchItemFailures: failures}
}
