package backend

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// make creates the table, or finds it to be as declared.
func (s tableSpec) make(ctx context.Context, client *dynamodb.Client) error {
	name := *s.create.TableName
	there, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(name)})
	var missing *types.ResourceNotFoundException
	switch {
	case err == nil:
		if difference := s.difference(there.Table); difference != "" {
			return fmt.Errorf("the table %s %w: %s", name, ErrDiffers, difference)
		}
	case !errors.As(err, &missing):
		return fmt.Errorf("look for the table %s: %w", name, err)
	default:
		if _, err := client.CreateTable(ctx, s.create); err != nil {
			return fmt.Errorf("create the table %s: %w", name, err)
		}
		waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
			o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second
		})
		if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(name)}, 30*time.Second); err != nil {
			return fmt.Errorf("wait for the table %s: %w", name, err)
		}
	}
	return s.setExpiry(ctx, client, name)
}

// setExpiry turns time to live on, unless it is.
func (s tableSpec) setExpiry(ctx context.Context, client *dynamodb.Client, name string) error {
	got, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: aws.String(name)})
	if err != nil {
		return fmt.Errorf("read the time to live of the table %s: %w", name, err)
	}
	if now := aws.ToString(got.TimeToLiveDescription.AttributeName); now == s.expiry {
		return nil
	} else if now != "" {
		return fmt.Errorf("the table %s %w: its items expire by %q, not %q", name, ErrDiffers, now, s.expiry)
	}
	if _, err := client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String(name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(s.expiry), Enabled: aws.Bool(true)},
	}); err != nil {
		return fmt.Errorf("set the time to live of the table %s: %w", name, err)
	}
	return nil
}
