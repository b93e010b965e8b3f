package table

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/status"
)

// What a caller decides by.
var (
	// ErrNotFound: the table knows nothing of that user or account.
	ErrNotFound = errors.New("table: not found")
	// ErrContended: other writers came first until the time was up. Nothing was written; trying again later is right.
	ErrContended = errors.New("table: other writers came first until the time was up")
	// ErrCorrupt: an item in the table does not have the form that this version writes.
	ErrCorrupt = errors.New("table: unreadable item")
)

// Client is what Table needs of DynamoDB; *dynamodb.Client is one.
type Client interface {
	GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Table is the status table. It is safe for concurrent use.
type Table struct {
	client Client
	name   string
	now    func() time.Time
}

// New returns the table called name.
func New(client Client, name string) *Table {
	return &Table{client: client, name: name, now: time.Now}
}

const (
	// attemptTimeout bounds one call of DynamoDB, which answers in a few milliseconds. Three calls fit a worker's 10 s twice over.
	attemptTimeout = 1500 * time.Millisecond
	attempts       = 3
	maxBackoff     = 100 * time.Millisecond
)

// NewClient returns a client of DynamoDB for a function.
func NewClient(service lambdaenv.Service, options ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       service.Region,
		Credentials:  service.Credentials,
		BaseEndpoint: service.Endpoint,
		HTTPClient:   service.HTTPClient(attemptTimeout),
		Retryer:      lambdaenv.Retryer(attempts, maxBackoff),
	}, options...)
}

// Item is a record as it is stored.
type Item struct {
	Record status.Record
	// Revision counts the writes; 0 is an item that does not exist.
	Revision int64
	// UpdatedAt is the time of the last write.
	UpdatedAt status.Millis
}

// load reads an item strongly consistently. One that does not exist is the empty record of its key at revision 0.
func (t *Table) load(ctx context.Context, key status.Key) (Item, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &t.name,
		Key:            keyOf(key),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Item{}, fmt.Errorf("table: load a record: %w", err)
	}
	if len(out.Item) == 0 {
		return Item{Record: status.Record{Key: key}}, nil
	}
	return decode(out.Item)
}

// swap writes next where the stored revision is still old. If it is not, found is the item that stands there now and swapped is false.
func (t *Table) swap(ctx context.Context, next Item, old int64) (found Item, swapped bool, err error) {
	in := &dynamodb.PutItemInput{
		TableName:                           &t.name,
		Item:                                encode(next),
		ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if old != 0 {
		in.ConditionExpression = aws.String("rev = :rev")
		in.ExpressionAttributeValues = map[string]types.AttributeValue{":rev": number(old)}
	}
	_, err = t.client.PutItem(ctx, in)
	var failed *types.ConditionalCheckFailedException
	switch {
	case err == nil:
		return next, true, nil
	case !errors.As(err, &failed):
		return Item{}, false, fmt.Errorf("table: write a record: %w", err)
	case len(failed.Item) == 0: // gone since it was loaded: its time to live was up
		return Item{Record: status.Record{Key: next.Record.Key}}, false, nil
	}
	found, err = decode(failed.Item)
	return found, false, err
}
