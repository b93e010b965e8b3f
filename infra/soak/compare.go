package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/actual"
	"argyle-webhooks/shared/table"
)

// Difference is one account's or user's status that is not what the model says.
type Difference struct {
	User, Account string   // Account is empty for the user's own status
	Lines         []string // a line for each field that differs
}

// stored reads what the table says.
type stored struct {
	client *dynamodb.Client
	table  *table.Table
	name   string
}

func newStored(stack *local.Stack) stored {
	url := stack.DynamoDBURL()
	client := dynamodb.New(dynamodb.Options{
		Region:       backend.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
		BaseEndpoint: &url,
	})
	return stored{client: client, table: table.New(client, stack.TableName()), name: stack.TableName()}
}

// users are all the users of whom the table has an item.
func (s stored) users(ctx context.Context) (map[string]bool, error) {
	found := map[string]bool{}
	pages := dynamodb.NewScanPaginator(s.client, &dynamodb.ScanInput{TableName: &s.name, ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("pk")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the users of the table: %w", err)
		}
		for _, item := range page.Items {
			pk, ok := item["pk"].(*types.AttributeValueMemberS)
			if !ok {
				return nil, errors.New("listing the users of the table: an item without pk")
			}
			found[strings.TrimPrefix(pk.Value, "USER#")] = true
		}
	}
	return found, nil
}

// status is a user's, nil for one of whom the table has nothing.
func (s stored) status(ctx context.Context, user string) (any, error) {
	view, err := s.table.UserStatus(ctx, user)
	switch {
	case errors.Is(err, table.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading a status: %w", err)
	}
	return view, nil
}

// comparison is what comparing all statuses has shown.
type comparison struct {
	accounts int // that the model or the table has
	wrong    []Difference
	verdicts map[string]int // of the model on the evidence, save "counted"
}

// compare compares the status of every user, known to the model or in the table, with the model's.
func compare(ctx context.Context, s stored, evidence []model.Delivery) (comparison, error) {
	found := comparison{verdicts: map[string]int{}}
	want, verdicts := model.Users(evidence, model.Rules{Now: time.Now(), Action: actual.Action})
	for _, verdict := range verdicts {
		if verdict != model.Counted {
			found.verdicts[string(verdict)]++
		}
	}
	users, err := s.users(ctx)
	if err != nil {
		return found, err
	}
	for user := range want {
		users[user] = true
	}
	for _, user := range slices.Sorted(maps.Keys(users)) {
		got, err := s.status(ctx, user)
		if err != nil {
			return found, err
		}
		n, wrong, err := differences(user, want[user], got)
		if err != nil {
			return found, err
		}
		found.accounts += n
		found.wrong = append(found.wrong, wrong...)
	}
	return found, nil
}

// differences compares two statuses of a user, nil for none, account by account, and counts the accounts that either has.
func differences(user string, want, got any) (accounts int, wrong []Difference, err error) {
	wantParts, err := parts(want)
	if err != nil {
		return 0, nil, fmt.Errorf("reading the model's status: %w", err)
	}
	gotParts, err := parts(got)
	if err != nil {
		return 0, nil, fmt.Errorf("reading the stored status: %w", err)
	}
	all := maps.Clone(wantParts)
	maps.Copy(all, gotParts)
	for _, account := range slices.Sorted(maps.Keys(all)) {
		if account != "" {
			accounts++
		}
		var lines []string
		differ("", wantParts[account], gotParts[account], &lines)
		if len(lines) > 0 {
			wrong = append(wrong, Difference{User: user, Account: account, Lines: lines})
		}
	}
	return accounts, wrong, nil
}

// parts cuts a user's status into that of each account, and the user's own under "". What a store adds is left out.
func parts(of any) (map[string]any, error) {
	all := map[string]any{}
	if of == nil {
		return all, nil
	}
	encoded, err := json.Marshal(of)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says whose it is
	}
	var user map[string]any
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	if err := decoder.Decode(&user); err != nil {
		return nil, err //nolint:wrapcheck // the caller says whose it is
	}
	accounts, _ := user["accounts"].([]any)
	delete(user, "accounts")
	all[""] = user
	for _, item := range accounts {
		account, _ := item.(map[string]any)
		delete(account, "revision")
		delete(account, "updated_at")
		id, _ := account["account"].(string)
		if _, twice := all[id]; twice || id == "" {
			return nil, errors.New("an account that is there twice, or without an id")
		}
		all[id] = account
	}
	return all, nil
}

// differ adds a line for each place where two values differ.
func differ(path string, want, got any, lines *[]string) {
	wantFields, isObject := want.(map[string]any)
	gotFields, alike := got.(map[string]any)
	if !isObject || !alike {
		if !reflect.DeepEqual(want, got) {
			*lines = append(*lines, fmt.Sprintf("%s: want %s, is %s", strings.TrimPrefix(path, "."), show(want), show(got)))
		}
		return
	}
	all := maps.Clone(wantFields)
	maps.Copy(all, gotFields)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		wantField, wanted := wantFields[name]
		gotField, there := gotFields[name]
		if wanted != there {
			*lines = append(*lines, fmt.Sprintf("%s: want %s, is %s", strings.TrimPrefix(path+"."+name, "."), showOr(wantField, wanted), showOr(gotField, there)))
			continue
		}
		differ(path+"."+name, wantField, gotField, lines)
	}
}

func showOr(value any, there bool) string {
	if !there {
		return "absent"
	}
	return show(value)
}

func show(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(encoded)
}
