package upgrade

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/local/lambda"
	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/actual"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

const (
	user    = "u-two-builds"
	account = "a-two-builds"
)

// TestTwoBuilds has the workers of a newer build, which stores an attribute of its own in every record and every data set, and those of this one
// write the same record, one after the other and at once. What the newer one wrote has to stay, and the status has to be what it is without it.
func TestTwoBuilds(t *testing.T) {
	stack := local.ForTest(t)
	client := dynamodb.New(dynamodb.Options{
		Region: backend.Region, BaseEndpoint: aws.String(stack.DynamoDBURL()),
		Credentials: credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
	})
	b := &builds{stack: stack, newer: map[string]*lambda.Function{}}
	settings, err := local.Settings(t.Context(), stack.URL())
	if err != nil {
		t.Fatal(err)
	}
	overlay := newerTable(t)
	for _, family := range []string{"accounts", "paystubs"} {
		b.newer[family] = newerWorker(t, overlay, family, settings[samples.LogicalID(family, "Function")])
	}

	b.newerTakes(t, "accounts", "accounts.connected", "")
	b.newerTakes(t, "paystubs", "paystubs.partially_synced", `, "days_synced": 30, "available_count": 3`)
	requireLater(t, client, "after the newer build alone")
	b.thisTakes(t, "accounts", "accounts.failed", `, "error_code": "auth_required"`)
	requireLater(t, client, "after this build wrote the record")
	b.thisTakes(t, "paystubs", "paystubs.fully_synced", `, "available_count": 9`)
	requireLater(t, client, "after this build wrote the data set")

	var both sync.WaitGroup
	for range 20 {
		both.Go(func() { b.newerTakes(t, "paystubs", "paystubs.updated", "") })
		both.Go(func() { b.thisTakes(t, "accounts", "accounts.connected", "") })
		both.Go(func() { b.thisTakes(t, "paystubs", "paystubs.added", "") })
	}
	both.Wait()
	requireLater(t, client, "after both wrote at once")

	want, _ := model.Users(b.taken, model.Rules{Now: time.Now(), Action: actual.Action})
	view, err := table.New(client, stack.TableName()).UserStatus(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	got, err := actual.Status(view)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[user], got); diff != "" {
		t.Errorf("status (-model +table):\n%s", diff)
	}
}

// later are the lines that the newer build has more, by the file of shared/table and the line after which they stand.
var later = []struct{ file, after, line string }{
	{"item.go", "	writeUnknown(top, record.Unknown)\n", "	top.text(\"later\", \"newer\")\n"},
	{"dataset.go", "	writeUnknown(fields, d.Unknown)\n", "	fields.text(\"later\", \"newer\")\n"},
}

// newerTable is the overlay by which `go build` makes the newer build.
func newerTable(t *testing.T) (path string) {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	for _, change := range later {
		source, err := filepath.Abs(filepath.Join("../../shared/table", change.file))
		if err != nil {
			t.Fatal(err)
		}
		code, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(code), change.after) != 1 {
			t.Fatalf("%s has the line %q %d times, want once", change.file, change.after, strings.Count(string(code), change.after))
		}
		replace[source] = filepath.Join(dir, change.file)
		if err := os.WriteFile(replace[source], []byte(strings.Replace(string(code), change.after, change.after+change.line, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// newerWorker builds a family's worker with the overlay, and makes a function of it that works with the stack's table.
func newerWorker(t *testing.T, overlay, family string, environment map[string]string) *lambda.Function {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "newer-"+family)
	build := exec.Command("go", "build", "-overlay", overlay, "-tags", "lambda.norpc", "-o", binary, "./functions/"+family)
	build.Dir = "../.."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the newer %s: %v\n%s", family, err, out)
	}
	f, err := lambda.New(lambda.Config{
		Name: family, ARN: "arn:aws:lambda:" + backend.Region + ":" + backend.AccountID + ":function:" + family,
		Binary: binary, Environment: environment, Region: backend.Region, AccessKey: backend.AccessKey, SecretKey: backend.SecretKey,
		Timeout: 10 * time.Second, MemoryMB: 256, Concurrency: 2, LogFormat: "JSON",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// builds are the workers of both, and what they took.
type builds struct {
	stack *local.Test
	newer map[string]*lambda.Function

	mu    sync.Mutex
	taken []model.Delivery
}

func (b *builds) newerTakes(t *testing.T, family, event, data string) {
	t.Helper()
	answer, err := b.newer[family].Invoke(t.Context(), b.batch(t, event, data))
	b.requireStored(t, answer, err)
}

func (b *builds) thisTakes(t *testing.T, family, event, data string) {
	t.Helper()
	answer, err := b.stack.Invoke(t.Context(), family, b.batch(t, event, data))
	b.requireStored(t, answer, err)
}

// batch is one event about the account, as SQS hands it to a worker; no two were received in the same millisecond.
func (b *builds) batch(t *testing.T, event, data string) []byte {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	at := time.Now().Add(-time.Hour).Truncate(time.Second).Add(time.Duration(len(b.taken)) * time.Millisecond).UTC()
	body := fmt.Sprintf(`{"event": %q, "name": "two builds", "data": {"account": %q, "user": %q%s}}`, event, account, user, data)
	b.taken = append(b.taken, model.Delivery{Body: []byte(body), ReceivedAt: at})
	message := events.SQSMessage{MessageId: fmt.Sprintf("m-%d", len(b.taken)), Body: body, MessageAttributes: map[string]events.SQSMessageAttribute{}}
	for _, attribute := range (queue.Message{Event: event, ReceivedAt: at}).Attributes() {
		message.MessageAttributes[attribute.Name] = events.SQSMessageAttribute{DataType: attribute.Type, StringValue: &attribute.Value}
	}
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{message}})
	if err != nil {
		t.Error(err)
	}
	return payload
}

func (b *builds) requireStored(t *testing.T, answer []byte, err error) {
	t.Helper()
	if err != nil || string(answer) != `{"batchItemFailures":[]}` {
		t.Errorf("the worker answers %s, %v", answer, err)
	}
}

// requireLater requires both attributes that the newer build wrote.
func requireLater(t *testing.T, client *dynamodb.Client, when string) {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("StatusTable"), ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "USER#" + user}, "sk": &types.AttributeValueMemberS{Value: "ACCOUNT#" + account},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	sets, _ := out.Item["data_sets"].(*types.AttributeValueMemberM)
	if sets == nil {
		t.Fatalf("%s there is no data set: %v", when, out.Item)
	}
	paystubs, _ := sets.Value["paystubs"].(*types.AttributeValueMemberM)
	for where, attributes := range map[string]map[string]types.AttributeValue{"record": out.Item, "data set": paystubs.Value} {
		if written, _ := attributes["later"].(*types.AttributeValueMemberS); written == nil || written.Value != "newer" {
			t.Errorf("%s the %s has lost what the newer build wrote", when, where)
		}
	}
}
