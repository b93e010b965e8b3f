package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"argyle-webhooks/shared/queue"
)

// A delivery of the benchmark's own: made-up ids, everything else as Argyle sends it.

// id makes an id in the form of Argyle's.
func id(kind, run, n int) string {
	return fmt.Sprintf("0195%04x-%04x-8000-9000-%012x", kind, run&0xffff, n)
}

// body is an event as Argyle pretty-prints it.
func body(event string, data map[string]any) []byte {
	text, err := json.MarshalIndent(map[string]any{"event": event, "name": "bench", "data": data}, "", "  ")
	if err != nil {
		panic(err) // strings, numbers and maps of them
	}
	return text
}

// account is one of the benchmark's accounts.
type account struct{ user, id string }

func newAccount(run, n int) account { return account{id(1, run, n), id(2, run, n)} }

func (a account) event(name string, more map[string]any) []byte {
	data := map[string]any{"account": a.id, "user": a.user}
	for key, value := range more {
		data[key] = value
	}
	return body(name, data)
}

// dataSets are all ten of an account, those that most accounts have first.
var dataSets = []string{
	"identities", "paystubs", "deposit_destinations", "payroll_documents",
	"gigs", "shifts", "vehicles", "ratings", "user_forms", "user_uploads",
}

// life is what an account of n data sets goes through until everything is synced: its item is then as large as it usually gets.
func (a account) life(n int) [][]byte {
	counts := func(count int) map[string]any {
		return map[string]any{"available_count": count, "available_from": "2024-03-28T00:00:00Z", "available_to": "2025-03-14T00:00:00Z"}
	}
	availability := map[string]any{}
	for i, name := range dataSets[:n] {
		scan := map[string]any{"status": "synced", "updated_at": fmt.Sprintf("2025-03-20T14:04:%02d.770252Z", 10+i)}
		switch name {
		case "paystubs", "gigs", "shifts": // the three whose count has a window
			for key, value := range counts(26) {
				scan[key] = value
			}
		case "payroll_documents", "user_uploads":
			scan["available_count"] = 2
		}
		availability[name] = scan
	}
	partial := counts(9)
	partial["days_synced"] = 111
	return [][]byte{
		a.event("accounts.added", nil),
		a.event("accounts.connected", nil),
		a.updated("27", availability, map[string]any{"status": "connected", "error_code": nil, "error_message": nil, "updated_at": "2025-03-20T14:02:41.904412Z"}),
		a.event("identities.added", map[string]any{"identity": "0195b3c2-0d1b-8f7e-a3b2-64cf0e9d2b71"}),
		a.event("paystubs.partially_synced", partial),
		a.event("paystubs.fully_synced", counts(26)),
		a.event("paystubs.updated", counts(26)),
	}
}

// fall is what an account goes through when it is cut off, told by an event and by a resource that says nothing of the data sets: its item is then
// larger, for it holds the error twice and the time of each scan.
func (a account) fall() [][]byte {
	failure := map[string]any{"error_code": "auth_required", "error_message": "The user must log in again to continue the connection."}
	connection := map[string]any{"status": "error", "updated_at": "2025-03-28T06:31:20.904412Z"}
	maps.Copy(connection, failure)
	return [][]byte{a.event("accounts.failed", failure), a.updated("28", nil, connection)}
}

// updated is an accounts.updated with the resource of a day in March 2025.
func (a account) updated(day string, availability, connection map[string]any) []byte {
	return a.event("accounts.updated", map[string]any{"resource": map[string]any{
		"id": a.id, "user": a.user, "employers": []string{"Sample Market"}, "item": "item_000000101", "source": "sample_payroll",
		"created_at": "2025-03-20T14:02:11.402817Z", "updated_at": "2025-03-" + day + "T06:31:21.016093Z", "scanned_at": "2025-03-26T06:30:44.127765Z",
		"connection": connection, "availability": availability, "ongoing_refresh": map[string]any{"status": "enabled"},
	}})
}

// next is one more event of an account that has a life behind it, and news.
func (a account) next() []byte {
	return a.event("paystubs.added", map[string]any{"available_count": 27, "available_from": "2024-03-28T00:00:00Z", "available_to": "2025-03-28T00:00:00Z"})
}

// batchOf is a batch as Lambda hands it to a worker, the messages received a millisecond after each other.
func batchOf(bodies [][]byte, at time.Time) events.SQSEvent {
	var batch events.SQSEvent
	for i, body := range bodies {
		message := queue.Message{Body: body, Event: nameOf(body), RequestID: "JKJaXmPLvHcESHA=", ReceivedAt: at.Add(time.Duration(i) * time.Millisecond)}
		attributes := map[string]events.SQSMessageAttribute{}
		for _, attribute := range message.Attributes() {
			value := attribute.Value
			attributes[attribute.Name] = events.SQSMessageAttribute{StringValue: &value, DataType: attribute.Type}
		}
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: id(3, 0, i), ReceiptHandle: "AQEB", Body: message.Text(), MessageAttributes: attributes,
			Attributes: map[string]string{"ApproximateReceiveCount": "1", "SentTimestamp": strconv.FormatInt(message.ReceivedAt.UnixMilli(), 10)},
		})
	}
	return batch
}

// batches cuts bodies into batches of up to n.
func batches(bodies [][]byte, n int) [][][]byte {
	var all [][][]byte
	for len(bodies) > n {
		all, bodies = append(all, bodies[:n]), bodies[n:]
	}
	return append(all, bodies)
}

// nameOf reads an event's name.
func nameOf(body []byte) string {
	var envelope struct{ Event string }
	_ = json.Unmarshal(body, &envelope) // one of ours
	return envelope.Event
}
