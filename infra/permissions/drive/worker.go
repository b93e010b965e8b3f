package drive

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/permissions"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
)

// toolsOnly is what shared/table asks of DynamoDB for argylectl and for no function: the reads of Table.User and Table.Account.
const toolsOnly = "Query"

// maxKey is the most that a partition key of DynamoDB holds, in bytes: an id of that length does not fit beside its prefix.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html.
const maxKey = 2048

// workerEdits make a worker's role wrong.
var workerEdits = map[string]Edit{
	"an action too many":              {"[dynamodb:GetItem, dynamodb:PutItem]", "[dynamodb:GetItem, dynamodb:PutItem, dynamodb:Scan]"},
	"an action too few":               {"[dynamodb:GetItem, dynamodb:PutItem]", "[dynamodb:GetItem]"},
	"the other action too few":        {"[dynamodb:GetItem, dynamodb:PutItem]", "[dynamodb:PutItem]"},
	"an action with a typing error":   {"dynamodb:PutItem]", "dynamodb:PutItems]"},
	"all tables":                      {"Resource: !GetAtt StatusTable.Arn", `Resource: "*"`},
	"the table's index too":           {"Resource: !GetAtt StatusTable.Arn", "Resource: [!GetAtt StatusTable.Arn, !Sub \"${StatusTable.Arn}/index/*\"]"},
	"the table's name for its ARN":    {"Resource: !GetAtt StatusTable.Arn", "Resource: !Ref StatusTable"},
	"another queue":                   {"sqs:GetQueueAttributes]\n                Resource: !GetAtt ", "sqs:GetQueueAttributes]\n                Resource: !GetAtt UnroutedQueue.Arn # "},
	"no queue":                        {"[sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]", "[sqs:ReceiveMessage, sqs:DeleteMessage]"},
	"a send":                          {"sqs:ReceiveMessage,", "sqs:ReceiveMessage, sqs:SendMessage,"},
	"the key's action of the webhook": {"Action: kms:Decrypt", "Action: [kms:Decrypt, kms:GenerateDataKey]"},
}

// Worker holds what the worker of a family calls against its role. It drives the function that handler builds, on DynamoDB Local and the template's
// table, along every way to a call and past one: every sample of the family, a record that is known already, one that another worker writes first,
// messages that are no evidence, too old or about ids that can be no key, no time left, and a table that refuses a read or a write.
func Worker(t *testing.T, family string, handler func(*lambdaenv.Env, ...func(*dynamodb.Options)) queue.Handler) {
	t.Helper()
	local := backend.ForTest(t)
	w := &worker{
		Function: New(t, samples.LogicalID(family, "Function"), local.CreateTable(t, "StatusTable"), map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": local.DynamoDBURL}),
		family:   family,
	}
	w.rival = handler(lambdaenv.Open(family, family))
	w.handler = handler(lambdaenv.Open(family, family), func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, w.APIOptions, w.interfere)
	})
	bodies := w.bodies(t)
	for _, body := range bodies {
		w.handle(t, 0, w.message(t, body, time.Now()))
	}
	w.drive(t, bodies[0])
	w.CheckSites(t, "shared/table", toolsOnly)
	w.CheckRole(t)
	w.CheckEdits(t, workerEdits)
}

// worker is a worker that is being driven.
type worker struct {
	*Function

	family         string
	handler, rival queue.Handler

	mu     sync.Mutex
	before func(operation string) error
	calls  map[string]int
}

// interfere lets the test do something before a call of the handler's, and counts the calls.
func (w *worker) interfere(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Interfere", //nolint:wrapcheck // the client says what it was about
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			operation := awsmiddleware.GetOperationName(ctx)
			w.mu.Lock()
			before := w.before
			w.calls[operation]++
			w.mu.Unlock()
			if before != nil {
				if err := before(operation); err != nil {
					return middleware.InitializeOutput{}, middleware.Metadata{}, err
				}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
}

// drive goes through the branches, with a record that a sample is about.
func (w *worker) drive(t *testing.T, sample samples.Body) {
	t.Helper()
	now := time.Now()
	known := w.message(t, sample, now)
	w.handle(t, 0, known, known)
	w.handle(t, 0, known)
	w.expect(t, "known already", "PutItem", 0)

	// Of two receive times one or the other proves more, so that one of these is written after all.
	writes := w.race(t, about(t, sample, "raced-1"), now, now.Add(-time.Hour)) + w.race(t, about(t, sample, "raced-2"), now.Add(-time.Hour), now)
	if writes < 3 {
		t.Errorf("written first by another: %d writes in two races, want a second one in one of them", writes)
	}

	poison, unusable, undated, late := known, known, known, w.message(t, sample, now.AddDate(0, 0, -29))
	poison.Body, unusable.Body = "no event", `{"event": "`+sample.Event+`", "data": {}}`
	undated.Attributes, undated.MessageAttributes = nil, nil
	w.handle(t, 4, poison, unusable, undated, late, w.message(t, about(t, sample, strings.Repeat("x", maxKey)), now))
	w.expect(t, "no evidence", "GetItem", 0)

	hurried, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	w.handleWithin(hurried, t, 1, known)
	w.expect(t, "no time", "GetItem", 0)

	fresh := w.message(t, about(t, sample, "fresh"), now)
	for _, refused := range []string{"GetItem", "PutItem"} {
		w.before = func(operation string) error {
			if operation == refused {
				return errors.New("refused")
			}
			return nil
		}
		w.handle(t, 1, fresh)
	}
}

// race gives the function a message about a record that another worker writes between its load and its write, and returns how many writes it took.
func (w *worker) race(t *testing.T, body samples.Body, received, first time.Time) (writes int) {
	t.Helper()
	var once sync.Once
	w.before = func(operation string) (err error) {
		if operation == "PutItem" {
			once.Do(func() {
				_, err = w.rival(t.Context(), events.SQSEvent{Records: []events.SQSMessage{w.message(t, body, first)}})
			})
		}
		return err
	}
	defer func() { w.before = nil }()
	w.handle(t, 0, w.message(t, body, received))
	return w.calls["PutItem"]
}

// about is a sample with other ids, which no other message is about.
func about(t *testing.T, body samples.Body, id string) samples.Body {
	t.Helper()
	event, err := argyle.Parse(body.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(body.Bytes), event.User(), id+"-user")
	if event.Account() != "" {
		text = strings.ReplaceAll(text, event.Account(), id+"-account")
	}
	body.Bytes = []byte(text)
	return body
}

// handle gives the function a batch, of which so many messages must fail.
func (w *worker) handle(t *testing.T, failures int, messages ...events.SQSMessage) {
	t.Helper()
	w.handleWithin(t.Context(), t, failures, messages...)
}

func (w *worker) handleWithin(ctx context.Context, t *testing.T, failures int, messages ...events.SQSMessage) {
	t.Helper()
	w.calls = map[string]int{}
	answer, err := w.handler(ctx, events.SQSEvent{Records: messages})
	if err != nil || len(answer.BatchItemFailures) != failures {
		t.Fatalf("%d of %d messages failed (%v), want %d", len(answer.BatchItemFailures), len(messages), err, failures)
	}
}

// expect requires that the last batch made so many calls of an operation.
func (w *worker) expect(t *testing.T, branch, operation string, calls int) {
	t.Helper()
	if got := w.calls[operation]; got != calls {
		t.Errorf("%s: %d calls of %s, want %d", branch, got, operation, calls)
	}
}

// bodies are the samples of the worker's family.
func (w *worker) bodies(t *testing.T) (bodies []samples.Body) {
	t.Helper()
	root, err := permissions.Root()
	if err != nil {
		t.Fatal(err)
	}
	all, err := samples.Bodies(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range all {
		if family, _ := argyle.Family(body.Event); family == w.family {
			bodies = append(bodies, body)
		}
	}
	if len(bodies) == 0 {
		t.Fatalf("no sample of the %s family", w.family)
	}
	return bodies
}

// message is a sample as SQS hands it to the worker, received at that time.
func (w *worker) message(t *testing.T, body samples.Body, received time.Time) events.SQSMessage {
	t.Helper()
	batch, err := samples.Queue(body)
	if err == nil {
		batch, err = samples.Restamp(batch, received)
	}
	var event events.SQSEvent
	if err == nil {
		err = json.Unmarshal(batch, &event)
	}
	if err != nil {
		t.Fatal(err)
	}
	return event.Records[0]
}
