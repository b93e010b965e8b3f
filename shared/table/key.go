package table

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/status"
)

// The keys of an item, and the index that finds an account without its user.
const (
	partitionKey  = "pk"
	sortKey       = "sk"
	userPrefix    = "USER#"
	accountPrefix = "ACCOUNT#"
	userSortKey   = "USER"

	accountIndex = "by_account"
)

// DynamoDB's limits on a key, in bytes of UTF-8.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, read in 2026.
const (
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

func partition(user string) string { return userPrefix + user }

func sorted(account string) string {
	if account == "" {
		return userSortKey
	}
	return accountPrefix + account
}

func keyOf(key status.Key) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{partitionKey: text(partition(key.User)), sortKey: text(sorted(key.Account))}
}

// parseKey is the reverse of keyOf.
func parseKey(pk, sk string) (status.Key, error) {
	user, isUser := strings.CutPrefix(pk, userPrefix)
	account, isAccount := strings.CutPrefix(sk, accountPrefix)
	switch {
	case isUser && user != "" && isAccount && account != "":
		return status.Key{User: user, Account: account}, nil
	case isUser && user != "" && sk == userSortKey:
		return status.Key{User: user}, nil
	}
	return status.Key{}, fmt.Errorf("%w: its key is no user's and no account's", ErrCorrupt)
}

// checkKey refuses ids that DynamoDB takes for no key. The ids are not shown.
func checkKey(key status.Key) error {
	switch {
	case key.User == "":
		return fmt.Errorf("table: %w: no user id", status.ErrUnusable)
	case len(partition(key.User)) > maxPartitionKey:
		return fmt.Errorf("table: %w: the user id is over %d bytes", status.ErrUnusable, maxPartitionKey-len(userPrefix))
	case len(sorted(key.Account)) > maxSortKey:
		return fmt.Errorf("table: %w: the account id is over %d bytes", status.ErrUnusable, maxSortKey-len(accountPrefix))
	}
	return nil
}
