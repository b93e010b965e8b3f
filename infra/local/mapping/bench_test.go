package mapping

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"go.uber.org/goleak"

	"argyle-webhooks/infra/local/backend"
)

func TestMain(m *testing.M) { backend.Main(m, func() error { return goleak.Find() }) }

// worker is a function that is a Go func over the batch as the functions' own library reads it.
type worker func(ctx context.Context, batch events.SQSEvent) (any, error)

func (f worker) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return nil, err
	}
	answer, err := f(ctx, batch)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// none is the answer of a function that did all its messages.
func none() events.SQSEventResponse {
	return events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
}

// bench is a queue with a dead-letter queue on the real service.
type bench struct {
	client   *sqs.Client
	url, dlq string
}

func newBench(t *testing.T, maxReceive int) bench {
	t.Helper()
	b := bench{client: backend.ForTest(t).SQS()}
	name := strings.NewReplacer("/", "-").Replace(t.Name()) + fmt.Sprint(time.Now().UnixNano())
	create := func(name string, attributes map[string]string) string {
		out, err := b.client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			t.Fatal(err)
		}
		return *out.QueueUrl
	}
	b.dlq = create(name+"-dead", nil)
	dead, err := b.client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &b.dlq, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	if err != nil {
		t.Fatal(err)
	}
	b.url = create(name, map[string]string{
		"VisibilityTimeout": "30",
		"RedrivePolicy":     fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":"%d"}`, dead.Attributes["QueueArn"], maxReceive),
	})
	return b
}

func (b bench) send(t *testing.T, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		_, err := b.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &b.url, MessageBody: &body, MessageAttributes: map[string]types.MessageAttributeValue{
			"event":       {DataType: aws.String("String"), StringValue: aws.String("accounts.connected")},
			"received_at": {DataType: aws.String("Number"), StringValue: aws.String("1743586200417")},
			"raw":         {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// left counts a queue's messages, visible or not.
func (b bench) left(t *testing.T, url string) int {
	t.Helper()
	out, err := b.client.GetQueueAttributes(context.Background(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"} {
		n := 0
		_, _ = fmt.Sscan(out.Attributes[name], &n)
		total += n
	}
	return total
}

func (b bench) start(t *testing.T, f worker, change func(*Config)) (*Mapping, *notes) {
	t.Helper()
	said := &notes{}
	config := Config{
		Name: "accounts", QueueURL: b.url, QueueARN: "arn:aws:sqs:us-east-1:000000000000:accounts", Region: backend.Region,
		BatchSize: 10, MaximumConcurrency: 2, ReportFailures: true, SQS: b.client, Function: f, Say: said.add,
	}
	if change != nil {
		change(&config)
	}
	m, err := Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		m.Stop(ctx)
	})
	return m, said
}

// notes are what the mapping said.
type notes struct {
	mu    sync.Mutex
	lines []string
}

func (n *notes) add(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, line)
}

func (n *notes) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.lines)
}

func eventually(t *testing.T, within time.Duration, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !met(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", within, what)
		}
	}
}
