package compiled

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/actual"
	"argyle-webhooks/shared/table"
)

// frontDoor is the folder of the function that takes deliveries; all others work for a queue.
const frontDoor = "webhook"

// A trial gives events to functions that work with a local stack, and knows what must come of it.
type trial struct {
	stack *local.Test
	// invoke calls the function with the folder name given; [local.Stack.Invoke] is one.
	invoke func(ctx context.Context, function string, payload []byte) ([]byte, error)

	table *table.Table
	sqs   *sqs.Client

	worked    []model.Delivery // given to workers by hand
	delivered []model.Delivery // taken by the front door, so that the stack's own workers get them from the queues
}

func newTrial(stack *local.Test) *trial {
	keys := credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, "")
	return &trial{
		stack:  stack,
		invoke: stack.Invoke,
		table: table.New(dynamodb.New(dynamodb.Options{
			Region: backend.Region, BaseEndpoint: aws.String(stack.DynamoDBURL()), Credentials: keys,
		}), stack.TableName()),
		sqs: sqs.New(sqs.Options{Region: backend.Region, BaseEndpoint: aws.String(stack.SQSURL()), Credentials: keys}),
	}
}

// work gives a batch to its worker, whose folder it returns, and requires that no message fails and that the table shows it.
func (tr *trial) work(t *testing.T, path string) (worker string) {
	t.Helper()
	event, _ := readNow(t, path)
	worker, deliveries := batch(t, event)
	answer, err := tr.invoke(t.Context(), worker, event)
	if err != nil {
		t.Fatal(err)
	}
	var said any
	if err := json.Unmarshal(answer, &said); err != nil {
		t.Fatalf("%s answers %q: %v", worker, answer, err)
	}
	if diff := cmp.Diff(any(map[string]any{"batchItemFailures": []any{}}), said); diff != "" {
		t.Errorf("%s answers (-want +got):\n%s", worker, diff)
	}
	tr.worked = append(tr.worked, deliveries...)
	tr.requireStatuses(t)
	return worker
}

// deliver gives a delivery to the front door and requires that it is accepted.
func (tr *trial) deliver(t *testing.T, path string) {
	t.Helper()
	event, at := readNow(t, path)
	tr.requireAnswer(t, event, http.StatusAccepted, "accepted")
	tr.delivered = append(tr.delivered, model.Delivery{Body: body(t, event), ReceivedAt: at})
}

// requireAnswer gives an event to the front door and requires its answer.
func (tr *trial) requireAnswer(t *testing.T, event []byte, code int, reason string) {
	t.Helper()
	answer, err := tr.invoke(t.Context(), frontDoor, event)
	if err != nil {
		t.Fatal(err)
	}
	var said events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(answer, &said); err != nil {
		t.Fatalf("the front door answers %q: %v", answer, err)
	}
	if want := `{"reason": "` + reason + `"}`; said.StatusCode != code || said.Body != want {
		t.Fatalf("the front door answers %d %s, want %d %s", said.StatusCode, said.Body, code, want)
	}
}

// settle waits until the queues are empty, those for dead letters and unknown events too, and requires that the workers got what was
// delivered, nothing else, and that the table shows it.
func (tr *trial) settle(t *testing.T) {
	t.Helper()
	tr.drain(t)
	if diff := cmp.Diff(sorted(tr.delivered), tr.taken(t)); diff != "" {
		t.Errorf("delivered to the front door -, got by the workers +:\n%s", diff)
	}
	tr.requireStatuses(t)
}

func (tr *trial) drain(t *testing.T) {
	t.Helper()
	var urls []string
	for _, id := range tr.stack.Queues() {
		urls = append(urls, tr.stack.QueueURL(id))
	}
	if err := journey.Settle(t.Context(), tr.sqs, urls); err != nil {
		t.Fatal(err)
	}
}

// taken is what the stack's own workers have got from the queues, sorted.
func (tr *trial) taken(t *testing.T) []model.Delivery {
	t.Helper()
	var all []model.Delivery
	for _, function := range tr.stack.Functions() {
		event, err := json.Marshal(map[string]any{"Records": tr.stack.Taken(function)})
		if err != nil {
			t.Fatal(err)
		}
		var batch events.SQSEvent
		if err := json.Unmarshal(event, &batch); err != nil {
			t.Fatal(err)
		}
		for _, message := range batch.Records {
			all = append(all, delivery(t, message))
		}
	}
	return sorted(all)
}

func sorted(deliveries []model.Delivery) []model.Delivery {
	return slices.SortedFunc(slices.Values(deliveries), func(a, b model.Delivery) int { return bytes.Compare(a.Body, b.Body) })
}

// requireStatuses compares the status of every user that there is anything of with what the model says of all that the workers got.
func (tr *trial) requireStatuses(t *testing.T) {
	t.Helper()
	all := slices.Concat(tr.worked, tr.taken(t))
	users, verdicts := model.Users(all, model.Rules{Now: time.Now(), Action: actual.Action})
	for i, verdict := range verdicts {
		if verdict != model.Counted {
			t.Errorf("by the model this does not count, but is %s: %s", verdict, all[i].Body)
		}
	}
	for user, want := range users {
		if diff := cmp.Diff(want, tr.stored(t, user)); diff != "" {
			t.Errorf("user %s (-model +table):\n%s", user, diff)
		}
	}
}

// stored is a user's status as encoding/json decodes it, without what is the table's own; nil if the table knows nothing of the user.
func (tr *trial) stored(t *testing.T, user string) any {
	t.Helper()
	view, err := tr.table.UserStatus(t.Context(), user)
	if errors.Is(err, table.ErrNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := actual.Status(view)
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}
