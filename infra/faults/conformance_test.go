package faults

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/table"
)

type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n int) types.AttributeValue    { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }

// anItem has a value of every kind that package table writes, and a few that a later version may write.
func anItem(pk, sk, account string, rev int) item {
	all := item{
		"pk": str(pk), "sk": str(sk), "rev": num(rev),
		"about":  &types.AttributeValueMemberM{Value: item{"employers": &types.AttributeValueMemberL{Value: []types.AttributeValue{str("é <&>")}}}},
		"ever":   &types.AttributeValueMemberBOOL{Value: true},
		"later":  &types.AttributeValueMemberNULL{Value: true},
		"binary": &types.AttributeValueMemberB{Value: []byte{0, 1}},
	}
	if account != "" {
		all["account"] = str(account)
	}
	return all
}

// store is a table behind a client: what the conformance test asks.
type store struct {
	client table.Client
	name   string
}

func (s store) get(t tb, pk, sk string) item {
	t.Helper()
	out, err := s.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &s.name, ConsistentRead: aws.Bool(true), Key: item{"pk": str(pk), "sk": str(sk)}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// put writes on the condition that the stored revision is old; 0: that nothing is stored. It tells what stood there if the condition failed.
func (s store) put(ctx context.Context, next item, old int) (found item, swapped bool, err error) {
	in := &dynamodb.PutItemInput{
		TableName: &s.name, Item: next, ConditionExpression: aws.String(conditionNew),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if old != 0 {
		in.ConditionExpression, in.ExpressionAttributeValues = aws.String(conditionUnchanged), item{":rev": num(old)}
	}
	_, err = s.client.PutItem(ctx, in)
	if failed := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &failed) {
		return failed.Item, false, nil
	}
	return nil, err == nil, err
}

// user and account ask the two queries. The index has no order of its own, so its keys are sorted here.
func (s store) user(t tb, pk string) []item {
	t.Helper()
	out, err := s.client.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &s.name, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String(queryUser), ExpressionAttributeValues: item{":pk": str(pk)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Items
}

func (s store) account(t tb, account string) []item {
	t.Helper()
	out, err := s.client.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &s.name, IndexName: aws.String(accountIndex),
		KeyConditionExpression: aws.String(queryAccount), ExpressionAttributeValues: item{":account": str(account)},
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out.Items, func(a, b item) int {
		return cmp.Or(cmp.Compare(word(a["pk"]), word(b["pk"])), cmp.Compare(word(a["sk"]), word(b["sk"])))
	})
	return out.Items
}

func word(value types.AttributeValue) string { return value.(*types.AttributeValueMemberS).Value }

type tb interface {
	Helper()
	Fatal(...any)
	Context() context.Context
}

// TestConformance holds DynamoDB Local and the Store to the same expectations.
func TestConformance(t *testing.T) {
	local := backend.ForTest(t)
	for name, open := range map[string]func(t *testing.T) store{
		"DynamoDB Local": func(t *testing.T) store { return store{local.DynamoDB(), local.CreateTable(t, "StatusTable")} },
		"Store":          func(*testing.T) store { return store{&Store{}, "memory"} },
	} {
		t.Run(name, func(t *testing.T) {
			for name, conforms := range conformance {
				t.Run(name, func(t *testing.T) { conforms(t, open(t)) })
			}
		})
	}
}

var conformance = map[string]func(t *testing.T, s store){
	"what was put is got, whole": func(t *testing.T, s store) {
		first, second := anItem("USER#u", "ACCOUNT#a", "a", 1), item{"pk": str("USER#u"), "sk": str("ACCOUNT#a"), "rev": num(2)}
		if got := s.get(t, "USER#u", "ACCOUNT#a"); len(got) != 0 {
			t.Errorf("got %v of nothing", got)
		}
		for i, next := range []item{first, second} {
			if _, swapped, err := s.put(t.Context(), next, i); !swapped || err != nil {
				t.Fatalf("put %d: %v, %v", i, swapped, err)
			}
			differs(t, next, s.get(t, "USER#u", "ACCOUNT#a"))
		}
	},
	"a failed condition changes nothing and returns what stands there": func(t *testing.T, s store) {
		stored := anItem("USER#u", "ACCOUNT#a", "a", 2)
		if found, swapped, err := s.put(t.Context(), stored, 1); swapped || err != nil || len(found) != 0 {
			t.Errorf("revision 1 of nothing: %v, %v, %v", found, swapped, err)
		}
		if _, swapped, err := s.put(t.Context(), stored, 0); !swapped || err != nil {
			t.Fatal(swapped, err)
		}
		for _, old := range []int{0, 1, 3, -2} {
			found, swapped, err := s.put(t.Context(), anItem("USER#u", "ACCOUNT#a", "other", 9), old)
			if swapped || err != nil {
				t.Errorf("on revision %d: %v, %v", old, swapped, err)
			}
			differs(t, stored, found)
			differs(t, stored, s.get(t, "USER#u", "ACCOUNT#a"))
		}
		if len(s.account(t, "other")) != 0 {
			t.Error("the index has what was refused")
		}
	},
	"a failed condition returns nothing unless asked": func(t *testing.T, s store) {
		stored := anItem("USER#u", "USER", "", 1)
		if _, _, err := s.put(t.Context(), stored, 0); err != nil {
			t.Fatal(err)
		}
		_, err := s.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.name, Item: stored, ConditionExpression: aws.String(conditionNew)})
		var failed *types.ConditionalCheckFailedException
		if !errors.As(err, &failed) || len(failed.Item) != 0 {
			t.Errorf("%v", err)
		}
	},
	"keys are told apart to the byte": func(t *testing.T, s store) {
		for i, key := range [][2]string{{"USER#u", "USER"}, {"USER#U", "USER"}, {"USER#u", "ACCOUNT#USER"}, {"USER#u ", "USER"}, {"USER#ü", "USER"}} {
			if _, swapped, err := s.put(t.Context(), anItem(key[0], key[1], "", i+1), 0); !swapped || err != nil {
				t.Errorf("%v: %v, %v", key, swapped, err)
			}
		}
		differs(t, anItem("USER#U", "USER", "", 2), s.get(t, "USER#U", "USER"))
	},
	"queries": func(t *testing.T, s store) {
		items := []item{
			anItem("USER#u", "ACCOUNT#a", "a", 1), anItem("USER#u", "ACCOUNT#b", "b", 1), anItem("USER#u", "USER", "", 1), anItem("USER#v", "ACCOUNT#a", "a", 1),
		}
		for _, i := range []int{2, 1, 3, 0} {
			if _, _, err := s.put(t.Context(), items[i], 0); err != nil {
				t.Fatal(err)
			}
		}
		differs(t, items[:3], s.user(t, "USER#u"))
		differs(t, []item(nil), s.user(t, "USER#"))
		differs(t, []item{
			{"pk": str("USER#u"), "sk": str("ACCOUNT#a"), "account": str("a")}, {"pk": str("USER#v"), "sk": str("ACCOUNT#a"), "account": str("a")},
		}, s.account(t, "a"))
		differs(t, []item(nil), s.account(t, "c"))
	},
	"what is no item is refused": func(t *testing.T, s store) {
		for name, wrong := range map[string]item{
			"no key": {"rev": num(1)}, "no sort key": {"pk": str("USER#u")}, "an empty key": {"pk": str(""), "sk": str("USER")}, "a key of numbers": {"pk": num(1), "sk": num(1)},
		} {
			_, _, err := s.put(t.Context(), wrong, 0)
			var refused smithy.APIError
			if !errors.As(err, &refused) || refused.ErrorCode() != "ValidationException" {
				t.Errorf("%s: %v", name, err)
			}
		}
	},
	"what the caller changes later changes nothing": func(t *testing.T, s store) {
		mine := anItem("USER#u", "ACCOUNT#a", "a", 1)
		if _, _, err := s.put(t.Context(), mine, 0); err != nil {
			t.Fatal(err)
		}
		mine["about"].(*types.AttributeValueMemberM).Value["mine"] = num(1)
		clear(s.get(t, "USER#u", "ACCOUNT#a"))
		s.get(t, "USER#u", "ACCOUNT#a")["about"].(*types.AttributeValueMemberM).Value["mine"] = num(1)
		differs(t, anItem("USER#u", "ACCOUNT#a", "a", 1), s.get(t, "USER#u", "ACCOUNT#a"))
	},
	"an ended context does nothing": func(t *testing.T, s store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := s.put(ctx, anItem("USER#u", "USER", "", 1), 0); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		differs(t, item(nil), s.get(t, "USER#u", "USER"))
	},
	"of writers at once one comes first": func(t *testing.T, s store) {
		const writers, rounds = 8, 10
		for old := range rounds {
			var won atomic.Int32
			var running sync.WaitGroup
			for range writers {
				running.Go(func() {
					_, swapped, err := s.put(t.Context(), anItem("USER#u", "USER", "", old+1), old)
					if err != nil {
						t.Error(err)
					}
					if swapped {
						won.Add(1)
					}
				})
			}
			running.Wait()
			if won.Load() != 1 {
				t.Fatalf("%d of %d writers of revision %d came first", won.Load(), writers, old+1)
			}
		}
	},
}

// TestStoreIsDynamoDB does the same random things to DynamoDB Local and to the Store: every answer is the same.
func TestStoreIsDynamoDB(t *testing.T) {
	local := backend.ForTest(t)
	dynamo := store{local.DynamoDB(), local.CreateTable(t, "StatusTable")}
	calls, round := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		round++ // each round has users and accounts of its own, for the table stays
		suffix := strconv.Itoa(round)
		memory := store{&Store{}, "memory"}
		user := rapid.Map(rapid.SampledFrom([]string{"u", "v"}), func(id string) string { return "USER#" + id + suffix })
		account := rapid.Map(rapid.SampledFrom([]string{"", "a", "b"}), func(id string) string {
			if id == "" {
				return ""
			}
			return id + suffix
		})
		sortKey := func(account string) string {
			if account == "" {
				return "USER"
			}
			return "ACCOUNT#" + account
		}
		for range rapid.IntRange(1, 12).Draw(t, "calls") {
			calls++
			pk, id := user.Draw(t, "user"), account.Draw(t, "account")
			switch rapid.IntRange(0, 4).Draw(t, "call") {
			case 0:
				differs(t, dynamo.get(t, pk, sortKey(id)), memory.get(t, pk, sortKey(id)))
			case 1:
				differs(t, dynamo.user(t, pk), memory.user(t, pk))
				differs(t, dynamo.account(t, "a"+suffix), memory.account(t, "a"+suffix))
			default:
				next, old := anItem(pk, sortKey(id), id, rapid.IntRange(1, 3).Draw(t, "rev")), rapid.IntRange(0, 3).Draw(t, "old")
				found, swapped, err := dynamo.put(t.Context(), maps.Clone(next), old)
				foundHere, swappedHere, errHere := memory.put(t.Context(), next, old)
				if swapped != swappedHere || (err == nil) != (errHere == nil) {
					t.Fatalf("on revision %d: %v and %v (%v, %v)", old, swapped, swappedHere, err, errHere)
				}
				differs(t, found, foundHere)
			}
		}
	})
	t.Logf("%d calls answered alike", calls)
}

// The SDK's values have an unexported field without content.
var exportAll = gocmp.Exporter(func(reflect.Type) bool { return true })

func differs[T any](t interface {
	Helper()
	Error(...any)
}, want, got T,
) {
	t.Helper()
	if diff := gocmp.Diff(want, got, exportAll, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}
