package faults

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"argyle-webhooks/shared/table"
)

// Store keeps items in memory and behaves as DynamoDB does towards package table: it knows the template's keys and index, the two conditions
// that the table writes on, and the two queries that it asks. Anything else it refuses, so that a table that begins to ask for more is
// noticed. It answers in one page and its index never lags. It is safe for concurrent use, and the zero Store is empty.
type Store struct {
	mu     sync.Mutex
	items  map[itemKey]map[string]types.AttributeValue
	counts Counts
}

// Counts is what a Store has been asked.
type Counts struct {
	Loads, Writes int // Writes that happened
	Conflicts     int // writes whose condition failed
}

var _ table.Client = (*Store)(nil)

type itemKey struct{ pk, sk string }

// The expressions that package table uses.
const (
	conditionNew       = "attribute_not_exists(pk)"
	conditionUnchanged = "rev = :rev"
	queryUser          = "pk = :pk"
	queryAccount       = "account = :account"
	accountIndex       = "by_account"
)

// Counts returns what the Store has been asked until now.
func (s *Store) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// GetItem returns the item, or an answer without one.
func (s *Store) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	key, err := keyOf(in.Key)
	if err != nil {
		return nil, err
	}
	switch {
	case len(in.Key) != 2:
		return nil, invalid("The provided key element does not match the schema")
	case in.ConsistentRead == nil || !*in.ConsistentRead:
		return nil, invalid("a load that may be of a moment ago, which package table has not asked for before")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Loads++
	return &dynamodb.GetItemOutput{Item: cloneItem(s.items[key])}, nil
}

// PutItem writes the item, whole, if its condition holds. If it does not, the error is a [types.ConditionalCheckFailedException] with the
// item that stands there, if that was asked for.
func (s *Store) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	key, err := keyOf(in.Item)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.items[key]
	holds, err := condition(in, old)
	if err != nil {
		return nil, err
	}
	if !holds {
		s.counts.Conflicts++
		failed := &types.ConditionalCheckFailedException{Message: new("The conditional request failed")}
		if in.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld {
			failed.Item = cloneItem(old)
		}
		return nil, failed
	}
	if s.items == nil {
		s.items = map[itemKey]map[string]types.AttributeValue{}
	}
	s.items[key] = cloneItem(in.Item)
	s.counts.Writes++
	return &dynamodb.PutItemOutput{}, nil
}

// condition tells whether a write may happen where old stands; old is nil where there is nothing.
func condition(in *dynamodb.PutItemInput, old map[string]types.AttributeValue) (bool, error) {
	switch {
	case in.ConditionExpression == nil:
		return true, nil
	case *in.ConditionExpression == conditionNew:
		return old == nil, nil
	case *in.ConditionExpression == conditionUnchanged:
		want, ok := in.ExpressionAttributeValues[":rev"].(*types.AttributeValueMemberN)
		if !ok {
			return false, invalid("Invalid ConditionExpression: an expression attribute value used in expression is not defined")
		}
		got, ok := old["rev"].(*types.AttributeValueMemberN)
		return ok && sameNumber(got.Value, want.Value), nil
	}
	return false, invalid("a condition that package table has not used before: " + *in.ConditionExpression)
}

func sameNumber(a, b string) bool {
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	return ok && ok2 && x.Cmp(y) == 0
}

// Query answers the table's two questions: the items of a user, sorted by their sort key, and the keys of an account's items.
func (s *Store) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if err := ended(ctx); err != nil {
		return nil, err
	}
	attribute, placeholder, project := "pk", ":pk", cloneItem
	switch expression := *in.KeyConditionExpression; {
	case in.IndexName == nil && expression == queryUser && in.ConsistentRead != nil && *in.ConsistentRead:
	case in.IndexName != nil && *in.IndexName == accountIndex && expression == queryAccount:
		if in.ConsistentRead != nil && *in.ConsistentRead {
			return nil, invalid("Consistent reads are not supported on global secondary indexes")
		}
		attribute, placeholder, project = "account", ":account", keysOnly
	default:
		return nil, invalid("a query that package table has not used before: " + expression)
	}
	want, ok := in.ExpressionAttributeValues[placeholder].(*types.AttributeValueMemberS)
	if !ok {
		return nil, invalid("Invalid KeyConditionExpression: an expression attribute value used in expression is not defined")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &dynamodb.QueryOutput{}
	for _, key := range slices.SortedFunc(maps.Keys(s.items), compareKeys) {
		if got, ok := s.items[key][attribute].(*types.AttributeValueMemberS); ok && got.Value == want.Value {
			out.Items = append(out.Items, project(s.items[key]))
		}
	}
	return out, nil
}

func compareKeys(a, b itemKey) int { return cmp.Or(cmp.Compare(a.pk, b.pk), cmp.Compare(a.sk, b.sk)) }

func keysOnly(item map[string]types.AttributeValue) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": clone(item["pk"]), "sk": clone(item["sk"]), "account": clone(item["account"])}
}

// keyOf reads the key among an item's attributes.
func keyOf(item map[string]types.AttributeValue) (itemKey, error) {
	pk, ok := item["pk"].(*types.AttributeValueMemberS)
	sk, ok2 := item["sk"].(*types.AttributeValueMemberS)
	switch {
	case !ok || !ok2:
		return itemKey{}, invalid("One or more parameter values were invalid: Missing the key pk or sk in the item")
	case pk.Value == "" || sk.Value == "":
		return itemKey{}, invalid("One or more parameter values are not valid: a key attribute is empty")
	}
	return itemKey{pk.Value, sk.Value}, nil
}

// ended is the SDK's answer once the caller's context is done.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("canceled, %w", err)
	}
	return nil
}

func invalid(message string) error {
	return &smithy.GenericAPIError{Code: "ValidationException", Message: message, Fault: smithy.FaultClient}
}

func cloneItem(item map[string]types.AttributeValue) map[string]types.AttributeValue {
	if item == nil {
		return nil
	}
	copied := make(map[string]types.AttributeValue, len(item))
	for name, value := range item {
		copied[name] = clone(value)
	}
	return copied
}

// clone copies what a caller could change afterwards. A value of one word is never changed, so it is shared.
func clone(value types.AttributeValue) types.AttributeValue {
	switch value := value.(type) {
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: cloneItem(value.Value)}
	case *types.AttributeValueMemberL:
		items := make([]types.AttributeValue, len(value.Value))
		for i, item := range value.Value {
			items[i] = clone(item)
		}
		return &types.AttributeValueMemberL{Value: items}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: bytes.Clone(value.Value)}
	}
	return value
}
