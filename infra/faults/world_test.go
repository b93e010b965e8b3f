package faults

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-lambda-go/events"
	gocmp "github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/actual"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/table"
)

const functionTimeout = 10 * time.Second

// world is a queue, a table, and everything that was ever acknowledged.
type world struct {
	store    Store
	queue    Queue
	acked    []acked
	messages []events.SQSMessage            // as sent, in step with acked
	all      map[status.Key][]status.Record // the evidence of everything acknowledged
}

// acked is an event that the front door has answered with 202: its message is in the queue.
type acked struct {
	id       string
	evidence []status.Record
	// unusable events can never be stored: they must end in the dead-letter queue.
	unusable bool
}

// delivery is a body and how long ago it was received.
type delivery struct {
	body string
	ago  time.Duration
}

// event is a bare event of an account, with more members of data behind the ids.
func event(name, user, account, more string) string {
	ids := fmt.Sprintf(`"user": %q`, user)
	if account != "" {
		ids += fmt.Sprintf(`, "account": %q`, account)
	}
	return fmt.Sprintf(`{"event": %q, "name": "sub", "data": {%s%s}}`, name, ids, more)
}

// message is what the front door sends.
func (d delivery) message() events.SQSMessage {
	receivedAt := time.Now().Add(-d.ago)
	sent := queue.Message{Body: []byte(d.body), ReceivedAt: receivedAt}
	message := events.SQSMessage{Body: sent.Text(), MessageAttributes: map[string]events.SQSMessageAttribute{}}
	for _, attribute := range sent.Attributes() {
		message.MessageAttributes[attribute.Name] = events.SQSMessageAttribute{DataType: attribute.Type, StringValue: &attribute.Value}
	}
	return message
}

// send acknowledges a delivery.
func (w *world) send(message events.SQSMessage) {
	entry := acked{id: w.queue.Send(message)}
	read, _ := queue.Received(message)
	parsed, err := argyle.Parse(read.Body)
	if err == nil && time.Since(read.ReceivedAt) <= status.MaxEvidenceAge { // else it is refused by rule
		entry.evidence, _, err = status.Evidence(parsed, read.ReceivedAt)
	}
	entry.unusable = err != nil
	if w.all == nil {
		w.all = map[status.Key][]status.Record{}
	}
	for _, record := range entry.evidence {
		w.all[record.Key] = append(w.all[record.Key], record)
	}
	w.acked, w.messages = append(w.acked, entry), append(w.messages, message)
}

// stored is what the table holds of a record now; the zero Record if nothing.
func (w *world) stored(key status.Key) status.Record {
	found, err := table.New(&w.store, "memory").User(context.Background(), key.User)
	if err != nil {
		return status.Record{} // the Store cannot fail otherwise than by not having it
	}
	if key.Account == "" && found.Item.Revision > 0 {
		return found.Item.Record
	}
	for _, item := range found.Accounts {
		if item.Record.Account == key.Account {
			return item.Record
		}
	}
	return status.Record{}
}

// lost tells of an acknowledged event that is neither in the queue, nor in the dead-letter queue, nor in the table.
func (w *world) lost() string {
	cache := map[status.Key]status.Record{}
	for i, event := range w.acked {
		if w.queue.Holds(event.id) {
			continue
		}
		if event.unusable {
			return fmt.Sprintf("event %d can never be stored, and is in no dead-letter queue", i)
		}
		for _, evidence := range event.evidence {
			stored, known := cache[evidence.Key]
			if !known {
				stored = w.stored(evidence.Key)
				cache[evidence.Key] = stored
			}
			if !status.Equal(status.Merge(stored, evidence), stored) {
				return fmt.Sprintf("event %d of %v is neither in the table nor in a queue", i, evidence.Key)
			}
		}
	}
	return ""
}

// wrong compares the table with what all acknowledged events prove together.
func (w *world) wrong() string {
	for key, list := range w.all {
		var want status.Record
		for _, evidence := range list {
			want = status.Merge(want, evidence)
		}
		if got := w.stored(key); !status.Equal(want, got) {
			return fmt.Sprintf("%v: %s", key, gocmp.Diff(want, got))
		}
	}
	if problem := w.unlikeModel(); problem != "" {
		return problem
	}
	for _, event := range w.acked {
		if w.queue.Holds(event.id) != event.unusable {
			return "message " + event.id + " is in a queue and should not be, or the other way round"
		}
	}
	return ""
}

// unlikeModel compares the status of every user with the reference model's.
func (w *world) unlikeModel() string {
	deliveries := make([]model.Delivery, len(w.messages))
	for i, message := range w.messages {
		read, _ := queue.Received(message)
		deliveries[i] = model.Delivery{Body: read.Body, ReceivedAt: read.ReceivedAt}
	}
	want, _ := model.Users(deliveries, model.Rules{Now: time.Now(), Action: actual.Action})
	for user, want := range want {
		view, err := table.New(&w.store, "memory").UserStatus(context.Background(), user)
		if err != nil {
			return user + ": " + err.Error()
		}
		if got := plain(view); !reflect.DeepEqual(want, got) { // cmp takes ten times as long
			return user + " is not as in the model: " + gocmp.Diff(want, got)
		}
	}
	return ""
}

// plain is a status as the model has it.
func plain(view status.UserStatus) any {
	user, err := actual.Status(view)
	if err != nil {
		panic(err)
	}
	return user
}

// rival writes what another worker would: the last evidence there is about the record.
func (w *world) rival(key status.Key) {
	list := w.all[key]
	if _, err := table.New(&w.store, "memory").Apply(context.Background(), list[len(list)-1]); err != nil {
		panic(err)
	}
}

// settle deletes what an answer says was stored, as the event source mapping does: of a nil list, everything.
func (w *world) settle(batch []events.SQSMessage, response events.SQSEventResponse) {
	failed := map[string]bool{}
	for _, failure := range response.BatchItemFailures {
		failed[failure.ItemIdentifier] = true
	}
	for _, message := range batch {
		if !failed[message.MessageId] {
			w.queue.Delete(message.MessageId)
		}
	}
}
