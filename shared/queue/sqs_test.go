package queue

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/table"
	"argyle-webhooks/shared/telemetry"
)

// TestMain asks for goroutines that are left once the connections that clients keep for later are closed.
func TestMain(m *testing.M) {
	backend.Main(m, func() error {
		clientAt("").Options().HTTPClient.(*http.Client).CloseIdleConnections()
		return goleak.Find()
	})
}

// take receives up to ten messages as an event source mapping hands them to a worker, and deletes them.
func take(t *testing.T, client *sqs.Client, url string) events.SQSEvent {
	t.Helper()
	out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: 10, WaitTimeSeconds: 2,
		MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var batch events.SQSEvent
	for _, message := range out.Messages {
		from := events.SQSMessage{
			MessageId: *message.MessageId, Body: *message.Body, Attributes: message.Attributes,
			MessageAttributes: map[string]events.SQSMessageAttribute{},
		}
		for name, attribute := range message.MessageAttributes {
			from.MessageAttributes[name] = events.SQSMessageAttribute{DataType: *attribute.DataType, StringValue: attribute.StringValue}
		}
		batch.Records = append(batch.Records, from)
		if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: message.ReceiptHandle}); err != nil {
			t.Fatal(err)
		}
	}
	return batch
}

func TestMessagesSurviveSQS(t *testing.T) {
	local := backend.ForTest(t)
	client := local.SQS()
	for name, sent := range map[string]Message{
		"ordinary":            {Body: []byte("{\n  \"event\": \"accounts.added\"\n}"), Event: "accounts.added", RequestID: "JKJaXmPLvHcESHA=", ReceivedAt: received0},
		"without a request":   {Body: []byte("{}"), Event: "accounts.added", ReceivedAt: received0},
		"strange characters":  {Body: []byte("{\"a\": \"\uFFFE\uFFFF\u0085\u2028\U0001F9FE\uFFFD\x7f\"}"), Event: "a\x01\uFFFEb", ReceivedAt: received0},
		"as large as it gets": {Body: []byte(`"` + strings.Repeat("é", (MaxSize-100)/2) + `"`), Event: "accounts.added", ReceivedAt: received0},
	} {
		t.Run(name, func(t *testing.T) {
			queue := local.CreateQueue(t, "AccountsQueue", nil)
			sender := NewSender(clientAt(local.SQSURL), map[string]string{argyle.FamilyAccounts: queue.URL})
			if err := sender.Send(t.Context(), argyle.FamilyAccounts, sent); err != nil {
				t.Fatal(err)
			}
			// On a busy machine an attempt may take longer than it has, and the message is sent again.
			batch := take(t, client, queue.URL)
			if len(batch.Records) < 1 || len(batch.Records) > attempts {
				t.Fatalf("%d messages", len(batch.Records))
			}
			want := sent
			want.Body, want.Event = []byte(sent.Text()), legal(sent.Event)
			for _, record := range batch.Records {
				got, dated := Received(record)
				if diff := cmp.Diff(want, got); diff != "" || !dated {
					t.Error(diff)
				}
				if got := record.MessageAttributes[AttributeReceivedAt].DataType; got != "Number" {
					t.Errorf("the receive time is a %s", got)
				}
			}
		})
	}
}

// Workers that share accounts, with batches shuffled, doubled and cut anyhow, end in the same records as one that takes each message once.
func TestWorkersTogether(t *testing.T) {
	local := backend.ForTest(t)
	records := table.New(local.DynamoDB(), local.CreateTable(t, "StatusTable"))
	var bodies []string
	for _, account := range []string{"a", "b", "c"} {
		bodies = append(
			bodies,
			event("accounts.added", account, ""),
			event("accounts.connected", account, ""),
			event("accounts.connected", account, `, "resource": {"updated_at": "2026-01-29T10:00:00Z", "connection": {"status": "connected", "updated_at": "2026-01-29T09:00:00Z"},
				"availability": {"paystubs": {"status": "in_progress", "updated_at": "2026-01-29T09:30:00Z"}}}`),
			event("identities.added", account, `, "identity": "an-identity"`),
			event("paystubs.partially_synced", account, `, "available_count": 3, "days_synced": 111`),
			event("paystubs.fully_synced", account, `, "available_count": 9`),
		)
	}
	var messages []events.SQSMessage
	for i, message := range sent(bodies...).Records {
		at := fmt.Sprint(time.Now().UnixMilli() + int64(i)) // each delivery has one receive time, however often SQS hands it over
		message.MessageAttributes = map[string]events.SQSMessageAttribute{AttributeReceivedAt: {DataType: "Number", StringValue: &at}}
		messages = append(messages, message)
	}

	want := map[status.Key]status.Record{}
	for _, message := range messages {
		read, _ := Received(message)
		event, err := argyle.Parse(read.Body)
		if err != nil {
			t.Fatal(err)
		}
		evidence, _, err := status.Evidence(event, read.ReceivedAt)
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range evidence {
			want[record.Key] = status.Merge(want[record.Key], record)
		}
	}

	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			var log bytes.Buffer
			worker := Worker(records, telemetry.New(&log, "accounts", ""))
			mine := append([]events.SQSMessage{}, messages...)
			rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			for len(mine) > 0 {
				n := min(len(mine), 1+rand.IntN(10))
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				answer, err := worker(ctx, events.SQSEvent{Records: mine[:n]})
				cancel()
				if err != nil || len(answer.BatchItemFailures) > 0 {
					t.Errorf("%v %s", err, &log)
				}
				mine = mine[n:]
			}
		})
	}
	running.Wait()
	for key, record := range want {
		items, err := records.Account(t.Context(), key.Account)
		if err != nil || len(items) != 1 {
			t.Fatalf("%d items (%v)", len(items), err)
		}
		if diff := cmp.Diff(record, items[0].Record); diff != "" {
			t.Error(diff)
		}
	}
}
