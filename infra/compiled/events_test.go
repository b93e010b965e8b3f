package compiled

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

// files lists the sample events of a form, webhook or queue.
func files(t *testing.T, form string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, samples.Dir, form, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("there are no sample events in %s/%s", samples.Dir, form)
	}
	return paths
}

// file names one sample event.
func file(form, stem string) string { return filepath.Join(root, samples.Dir, form, stem+".json") }

// stem is what a sample event's file is called, without .json.
func stem(path string) string { return strings.TrimSuffix(filepath.Base(path), ".json") }

// readNow reads a sample event as one that is received now. Times are in milliseconds, as the functions keep them.
func readNow(t *testing.T, path string) (event []byte, at time.Time) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at = time.UnixMilli(time.Now().UnixMilli()).UTC()
	event, err = samples.Restamp(content, at)
	if err != nil {
		t.Fatal(err)
	}
	return event, at
}

// batch is what a queue's event tells: the folder of the function that it is for, and what was delivered.
func batch(t *testing.T, event []byte) (function string, deliveries []model.Delivery) {
	t.Helper()
	var sqs events.SQSEvent
	if err := json.Unmarshal(event, &sqs); err != nil {
		t.Fatal(err)
	}
	for _, message := range sqs.Records {
		arn := message.EventSourceARN
		function = strings.ToLower(strings.TrimSuffix(arn[strings.LastIndex(arn, ":")+1:], "Queue"))
		deliveries = append(deliveries, delivery(t, message))
	}
	if len(deliveries) == 0 {
		t.Fatal("a batch without a message")
	}
	return function, deliveries
}

// delivery is what a message tells of the delivery that it was made from.
func delivery(t *testing.T, message events.SQSMessage) model.Delivery {
	t.Helper()
	received, known := queue.Received(message)
	if !known {
		t.Fatalf("message %s does not say when it was received", message.MessageId)
	}
	return model.Delivery{Body: received.Body, ReceivedAt: received.ReceivedAt}
}

// body is what a webhook's event delivers.
func body(t *testing.T, event []byte) []byte {
	t.Helper()
	delivered, err := samples.RequestBody(event)
	if err != nil {
		t.Fatal(err)
	}
	return delivered
}

// forged is a webhook's event that another secret signs.
func forged(t *testing.T, event []byte) []byte {
	t.Helper()
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &request); err != nil {
		t.Fatal(err)
	}
	header := strings.ToLower(argyle.SignatureHeader)
	if request.Headers[header] == "" {
		t.Fatalf("the event has no header %s", header)
	}
	request.Headers[header] = argyle.Sign([]byte(request.Body), "another secret")
	changed, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}
