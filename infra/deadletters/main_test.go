package deadletters

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"argyle-webhooks/infra/deployed"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

func TestMain(m *testing.M) { backend.Main(m) }

// The events of the tests: one that a family takes, one that none takes, and one that a worker cannot use.
const (
	good   = `{"event":"accounts.added","name":"n","data":{"account":"a-1","user":"u-1"}}`
	nobody = `{"event":"accounts.frozen","name":"n","data":{"account":"a-2","user":"u-2"}}`
	poison = `{"event":"paystubs.added","name":"n","data":{"account":"a-3","user":"u-3","available_count":-1}}`
)

// office is a stack's letters in a real SQS, with what goes wrong on the way there.
type office struct {
	*Letters

	t     *testing.T
	stack *deployed.Stack
	plain *sqs.Client

	mu sync.Mutex
	// answers stand in for SQS's, by operation, such as SendMessage; a function that returns 0 lets the call pass.
	answers map[string]func(request string) (code int, body string)
	calls   []string
}

// newOffice makes the queues of two families and the unrouted queue, all empty.
func newOffice(t *testing.T) *office {
	t.Helper()
	local := backend.ForTest(t)
	o := &office{t: t, plain: local.SQS(), answers: map[string]func(string) (int, string){}}
	o.stack = &deployed.Stack{Name: deployed.LocalName, Local: true, Queues: map[string]string{}, DeadLetterQueues: map[string]string{}}
	for family, id := range map[string]string{argyle.FamilyAccounts: "AccountsQueue", argyle.FamilyPaystubs: "PaystubsQueue"} {
		made := local.CreateQueue(t, id, nil)
		o.stack.Queues[family], o.stack.DeadLetterQueues[family] = made.URL, made.DeadLetterURL
	}
	o.stack.Queues[argyle.Unrouted] = local.CreateQueue(t, "UnroutedQueue", nil).URL
	o.Letters = New(aws.Config{
		Region: backend.Region, BaseEndpoint: &local.SQSURL, HTTPClient: o,
		Credentials: credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}, o.stack)
	return o
}

// Do is the way to SQS.
func (o *office) Do(r *http.Request) (*http.Response, error) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	o.mu.Lock()
	o.calls = append(o.calls, operation)
	answer := o.answers[operation]
	o.mu.Unlock()
	if answer != nil {
		if code, text := answer(string(body)); code != 0 {
			return &http.Response{
				StatusCode: code, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(text)), Request: r,
			}, nil
		}
	}
	return http.DefaultClient.Do(r)
}

// called is how often an operation was called.
func (o *office) called(operation string) (times int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, each := range o.calls {
		if each == operation {
			times++
		}
	}
	return times
}

// refused is an error as SQS answers it.
func refused(string) (code int, body string) {
	return http.StatusForbidden, `{"__type": "com.amazonaws.sqs#AccessDenied", "message": "not allowed"}`
}

// put puts messages into a queue as the front door does.
func (o *office) put(url string, receivedAt time.Time, bodies ...string) {
	o.t.Helper()
	for _, body := range bodies {
		message := queue.Message{Body: []byte(body), Event: "an.event", RequestID: "a-request", ReceivedAt: receivedAt}
		in := &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body, MessageAttributes: map[string]types.MessageAttributeValue{}}
		for _, each := range message.Attributes() {
			in.MessageAttributes[each.Name] = types.MessageAttributeValue{DataType: &each.Type, StringValue: &each.Value}
		}
		if _, err := o.plain.SendMessage(o.t.Context(), in); err != nil {
			o.t.Fatal(err)
		}
	}
}

// lies are the bodies of the messages that anyone can receive from a queue now, sorted, and their receive times in milliseconds.
func (o *office) lies(url string) (bodies, received []string) {
	o.t.Helper()
	for {
		out, err := o.plain.ReceiveMessage(o.t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: 60, WaitTimeSeconds: 0, MessageAttributeNames: []string{"All"},
		})
		if err != nil {
			o.t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			slices.Sort(bodies)
			return bodies, received
		}
		for _, message := range out.Messages {
			bodies = append(bodies, aws.ToString(message.Body))
			received = append(received, aws.ToString(message.MessageAttributes[queue.AttributeReceivedAt].StringValue))
		}
	}
}

// millis is a receive time as an attribute has it.
func millis(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

// receiveOne takes one message of a queue and holds it.
func receiveOne(url string) *sqs.ReceiveMessageInput {
	return &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 1, VisibilityTimeout: 60}
}
