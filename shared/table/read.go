package table

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/status"
)

// User is a user's own item and those of the accounts.
type User struct {
	// Item is the user's own; at revision 0, with nothing but its key, if the table has none.
	Item     Item
	Accounts []Item
}

// User reads everything about a user, strongly consistently. It returns [ErrNotFound] if there is nothing.
func (t *Table) User(ctx context.Context, user string) (User, error) {
	found := User{Item: Item{Record: status.Record{Key: status.Key{User: user}}}}
	if checkKey(found.Item.Record.Key) != nil {
		return User{}, ErrNotFound // it can have no item
	}
	err := t.query(ctx, &dynamodb.QueryInput{
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": text(partition(user))},
	}, func(stored map[string]types.AttributeValue) error {
		item, err := decode(stored)
		switch {
		case err != nil:
			return err
		case item.Record.Account == "":
			found.Item = item
		default:
			found.Accounts = append(found.Accounts, item)
		}
		return nil
	})
	if err != nil {
		return User{}, fmt.Errorf("table: read a user: %w", err)
	}
	if found.Item.Revision == 0 && len(found.Accounts) == 0 {
		return User{}, ErrNotFound
	}
	return found, nil
}

// Account reads an account whose user is not known. An id that was seen under several users has an item for each. It returns [ErrNotFound] if
// there is none. The index that finds the users lags behind the table, usually well under a second; the items themselves are read strongly
// consistently.
func (t *Table) Account(ctx context.Context, account string) ([]Item, error) {
	if account == "" || checkKey(status.Key{User: "any", Account: account}) != nil {
		return nil, ErrNotFound // it can have no item
	}
	var keys []status.Key
	err := t.query(ctx, &dynamodb.QueryInput{
		IndexName:                 aws.String(accountIndex),
		KeyConditionExpression:    aws.String("account = :account"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":account": text(account)},
	}, func(stored map[string]types.AttributeValue) (err error) {
		fields := read(stored, &err)
		key, keyErr := parseKey(fields.text(partitionKey), fields.text(sortKey))
		if keyErr != nil {
			return keyErr
		}
		keys = append(keys, key)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("table: find an account: %w", err)
	}
	var items []Item
	for _, key := range keys {
		item, err := t.load(ctx, key)
		if err != nil {
			return nil, err
		}
		if item.Revision != 0 {
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		return nil, ErrNotFound
	}
	return items, nil
}

// query calls each with every item of a query's pages.
func (t *Table) query(ctx context.Context, in *dynamodb.QueryInput, each func(map[string]types.AttributeValue) error) error {
	in.TableName = &t.name
	for {
		page, err := t.client.Query(ctx, in)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := each(item); err != nil {
				return err
			}
		}
		if len(page.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}
