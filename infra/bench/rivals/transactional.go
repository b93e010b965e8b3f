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

// Transactional is the design that writes the mark and the record in one transaction, each of whose writes is paid twice.
type Transactional struct {
	Client         *dynamodb.Client
	Marks, Records string // names of tables
}

// Handle is a Lambda handler of an SQS event source mapping with ReportBatchItemFailures.
func (d Transactional) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return handle(ctx, batch, d.one), nil
}

func (d Transactional) one(ctx context.Context, message events.SQSMessage) error {
	records, err := evidence(message)
	if err != nil {
		return err
	}
	for _, record := range records {
		_, err := table.New(marking{d.Client, d.Marks, message.Body}, d.Records).Apply(ctx, record)
		if err != nil && !errors.Is(err, errAgain) {
			return err
		}
	}
	return nil
}

// errAgain: the delivery was taken before.
var errAgain = errors.New("rivals: a second delivery")

// marking is a client whose PutItem writes a mark as well, or neither.
type marking struct {
	*dynamodb.Client
	marks, body string
}

// PutItem writes the item under its condition, and the mark if there is none yet. A failed condition of the item comes back as PutItem's own.
func (m marking) PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	_, err := m.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &m.marks, Item: mark(m.body, "COMPLETED"), ConditionExpression: aws.String("attribute_not_exists(id)")}},
		{Put: &types.Put{
			TableName: in.TableName, Item: in.Item, ConditionExpression: in.ConditionExpression, ExpressionAttributeValues: in.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
		}},
	}}, options...)
	if canceled := (*types.TransactionCanceledException)(nil); errors.As(err, &canceled) && len(canceled.CancellationReasons) == 2 {
		const failed = "ConditionalCheckFailed"
		switch reasons := canceled.CancellationReasons; {
		case aws.ToString(reasons[0].Code) == failed:
			return nil, errAgain
		case aws.ToString(reasons[1].Code) == failed:
			return nil, &types.ConditionalCheckFailedException{Item: reasons[1].Item}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("writing mark and record: %w", err)
	}
	return &dynamodb.PutItemOutput{}, nil
}
