package main

import (
	"context"
	"errors"
	"math"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// meter counts a client's calls and the request units that DynamoDB says they took. It sits in the client's own middleware, so that whatever is
// called is counted, whoever calls it.
type meter struct {
	mu sync.Mutex
	used
	largest int // the largest item written, in bytes as DynamoDB counts them
}

// used is what was counted.
type used struct {
	reads, writes         int // calls
	readUnits, writeUnits float64
}

func (u used) minus(before used) used {
	return used{u.reads - before.reads, u.writes - before.writes, u.readUnits - before.readUnits, u.writeUnits - before.writeUnits}
}

func (m *meter) now() used {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// attach is an option of a DynamoDB client.
func (m *meter) attach(options *dynamodb.Options) {
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("bench.Meter", m.measure), middleware.After)
	})
}

func (m *meter) measure(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	const total = types.ReturnConsumedCapacityTotal
	m.mu.Lock()
	switch input := in.Parameters.(type) {
	case *dynamodb.GetItemInput:
		m.reads++
		input.ReturnConsumedCapacity = total
	case *dynamodb.PutItemInput:
		m.writes++
		m.largest = max(m.largest, itemSize(input.Item))
		input.ReturnConsumedCapacity = total
	case *dynamodb.UpdateItemInput:
		m.writes++
		input.ReturnConsumedCapacity = total
	case *dynamodb.TransactWriteItemsInput:
		m.writes++
		m.writeUnits += transactionUnits(input)
	}
	m.mu.Unlock()

	out, metadata, err := next.HandleInitialize(ctx, in)

	m.mu.Lock()
	defer m.mu.Unlock()
	switch result := out.Result.(type) {
	case *dynamodb.GetItemOutput:
		m.readUnits += units(result.ConsumedCapacity)
	case *dynamodb.PutItemOutput:
		m.writeUnits += units(result.ConsumedCapacity)
	case *dynamodb.UpdateItemOutput:
		m.writeUnits += units(result.ConsumedCapacity)
	}
	if refused := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &refused) {
		m.writeUnits++ // a failed condition is paid like the write of the item that stands there, which here is at most a KB
	}
	return out, metadata, err //nolint:wrapcheck // a middleware hands on what it got
}

// transactionUnits is what a transaction takes: two units for each KB of each item, one to prepare and one to commit. DynamoDB Local says four,
// which AWS does not charge.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html, "Capacity management for transactions", read in 2026.
func transactionUnits(in *dynamodb.TransactWriteItemsInput) float64 {
	total := 0.0
	for _, item := range in.TransactItems {
		if item.Put != nil {
			total += 2 * math.Ceil(float64(itemSize(item.Put.Item))/1024)
		}
	}
	return total
}

func units(capacity *types.ConsumedCapacity) float64 {
	if capacity == nil {
		return 0
	}
	return aws.ToFloat64(capacity.CapacityUnits)
}
