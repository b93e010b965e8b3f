//go:build upgrade

package upgrade

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/actual"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/table"
)

const (
	tableName = "StatusTable"
	// populations are the journeys that the previous version stores; the next one is left in its queues.
	populations = 5
	// heldBack is how long the queues keep that journey from the workers: longer than the previous version takes to end.
	heldBack = 20
)

func TestUpgrade(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	commit, name := previous(t, root)
	if commit == "" {
		// In a shallow clone, such as CI services make by default, there is nothing to upgrade from.
		fmt.Fprintf(os.Stderr, "upgrade: NOT CHECKED: this clone does not have %s; fetch the whole history (git fetch --unshallow --tags)\n", name)
		return
	}
	services := backend.ForTest(t)
	client := services.SQS()
	before := build(t, checkOut(t, root, commit), services.DynamoDBURL, services.SQSURL)
	after := build(t, root, services.DynamoDBURL, services.SQSURL)

	// The previous version fills the table.
	webhook, stop := before.start(t)
	files, err := filepath.Glob(filepath.Join(before.root, "events", "webhook", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sample events: %v", err)
	}
	mustRun(t, before.root, before.path, append([]string{"send", "--url", webhook, "--secret", local.DefaultSecret}, files...)...)
	for seed := range uint64(populations) {
		deliver(t, webhook, journey.New(time.Now(), seed+1))
	}
	queues := familyQueues(t, client)
	if err := journey.Settle(within(t, time.Minute), client, queues); err != nil {
		t.Fatal(err)
	}
	stored := map[string]string{}
	for _, user := range users(t, services.DynamoDB()) {
		stored[user] = before.status(t, user)
	}
	if len(stored) < populations {
		t.Fatalf("the previous version has stored %d users", len(stored))
	}

	// It takes one more journey, which stays in the queues when it ends.
	delay(t, client, queues, heldBack)
	waiting := journey.New(time.Now(), populations+1)
	deliver(t, webhook, waiting)
	stop()
	delay(t, client, queues, 0)
	items := scan(t, services.DynamoDB())

	// This version takes over: what is stored is what it was.
	stack := local.StartForTest(t, local.Options{DynamoDBURL: services.DynamoDBURL, SQSURL: services.SQSURL})
	if diff := cmp.Diff(items, scan(t, services.DynamoDB()), cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("starting this version changed items (-before +after):\n%s", diff)
	}
	for user, was := range stored {
		same(t, user, decoded(t, was), decoded(t, after.status(t, user)))
	}

	// What was under way arrives, all of it.
	waitForHeldBack(t, client, queues)
	if err := journey.Settle(within(t, 2*time.Minute), client, queues); err != nil {
		t.Fatal(err)
	}
	taken := deliveries(t, stack)
	if len(taken) != len(waiting.Deliveries) {
		t.Errorf("the workers took %d messages, want the %d that were waiting", len(taken), len(waiting.Deliveries))
	}
	want, _ := model.Users(taken, model.Rules{Now: time.Now(), Action: actual.Action})
	if len(want) == 0 {
		t.Error("no user was under way")
	}
	current := table.New(services.DynamoDB(), tableName)
	for user, expected := range want {
		view, err := current.UserStatus(t.Context(), user)
		if err != nil {
			t.Fatalf("user %s: %v", user, err)
		}
		got, err := actual.Status(view)
		if err != nil {
			t.Fatal(err)
		}
		same(t, user, expected, got)
	}
	if t.Failed() {
		return // what is wrong has been said
	}
	fmt.Fprintf(os.Stderr, "upgrade: from %s: %d users' statuses unchanged, %d deliveries under way taken over\n", name, len(stored), len(taken))
}

// deliver posts a journey.
func deliver(t *testing.T, webhook string, play journey.Journey) {
	t.Helper()
	if err := play.Deliver(t.Context(), webhook, local.DefaultSecret, func(journey.Delivery, journey.Answer) {}); err != nil {
		t.Fatal(err)
	}
}

// familyQueues are the URLs of the queues that workers take from.
func familyQueues(t *testing.T, client *sqs.Client) []string {
	t.Helper()
	var urls []string
	for _, family := range argyle.Families() {
		out, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(samples.LogicalID(family, "Queue"))})
		if err != nil {
			t.Fatal(err)
		}
		urls = append(urls, *out.QueueUrl)
	}
	return urls
}

// delay has queues hold back what they are sent from now on, for some seconds.
func delay(t *testing.T, client *sqs.Client, urls []string, seconds int) {
	t.Helper()
	for _, url := range urls {
		_, err := client.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &url, Attributes: map[string]string{"DelaySeconds": strconv.Itoa(seconds)}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// waitForHeldBack waits until no queue holds anything back.
func waitForHeldBack(t *testing.T, client *sqs.Client, urls []string) {
	t.Helper()
	const held = types.QueueAttributeNameApproximateNumberOfMessagesDelayed
	for deadline := time.Now().Add(2 * heldBack * time.Second); ; time.Sleep(200 * time.Millisecond) {
		left := 0
		for _, url := range urls {
			out, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{held}})
			if err != nil {
				t.Fatal(err)
			}
			n, err := strconv.Atoi(out.Attributes[string(held)])
			if err != nil {
				t.Fatal(err)
			}
			left += n
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the queues still hold %d messages back", left)
		}
	}
}

// scan reads the whole table, by key.
func scan(t *testing.T, client *dynamodb.Client) map[string]map[string]dynamodbtypes.AttributeValue {
	t.Helper()
	items := map[string]map[string]dynamodbtypes.AttributeValue{}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: aws.String(tableName), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			items[text(item["pk"])+" "+text(item["sk"])] = item
		}
	}
	return items
}

func text(value dynamodbtypes.AttributeValue) string {
	s, _ := value.(*dynamodbtypes.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

// users are the ids of all users of whom the table knows something, sorted.
func users(t *testing.T, client *dynamodb.Client) []string {
	t.Helper()
	known := map[string]bool{}
	var all []string
	for _, item := range scan(t, client) {
		if user := text(item["pk"])[len("USER#"):]; !known[user] {
			known[user] = true
			all = append(all, user)
		}
	}
	slices.Sort(all)
	return all
}

// deliveries are what the stack's workers took.
func deliveries(t *testing.T, stack *local.Test) []model.Delivery {
	t.Helper()
	var all []model.Delivery
	for _, function := range stack.Functions() {
		for _, message := range stack.Taken(function) {
			at, err := strconv.ParseInt(aws.ToString(message.MessageAttributes["received_at"].StringValue), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, model.Delivery{Body: []byte(message.Body), ReceivedAt: time.UnixMilli(at).UTC()})
		}
	}
	return all
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// same requires that every field of a status that was there is there still, and says the same; there may be more.
func same(t *testing.T, path string, was, is any) {
	t.Helper()
	switch was := was.(type) {
	case map[string]any:
		now, _ := is.(map[string]any)
		for name, value := range was {
			if _, there := now[name]; !there {
				t.Errorf("%s.%s is gone", path, name)
				continue
			}
			same(t, path+"."+name, value, now[name])
		}
	case []any:
		now, _ := is.([]any)
		if len(now) != len(was) {
			t.Errorf("%s has %d items, and had %d", path, len(now), len(was))
			return
		}
		for i, value := range was {
			same(t, fmt.Sprintf("%s[%d]", path, i), value, now[i])
		}
	default:
		if was != is {
			t.Errorf("%s is %v, and was %v", path, is, was)
		}
	}
}
