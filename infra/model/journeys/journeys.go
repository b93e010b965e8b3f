// Package journeys draws deliveries at random, for tests that compare the system with its reference model: of a few users and accounts,
// over every event, in API v1's and v2's words, with and without a resource, with clocks that are equal or nearly so, null, ahead or
// missing, and, where asked for, with data that cannot be used.
//
// A journey makes no sense as a story and is not meant to. Its pools are small so that the rules meet: two snapshots of one millisecond,
// an event received at the very time of a snapshot, a removal before the account was added. Start reading at [World].
//
// What DESIGN.md leaves open is not drawn: a connection or scan without a status, a data set under both its v1 and its v2 name in one
// resource, an object of 1970 with unusable data in it, a resource in an event that has none in Argyle's pages, clocks before 1970, times
// without a time of day, and numbers written as 9.0 or 1e2.
package journeys

import (
	"encoding/json"
	"time"

	"argyle-webhooks/infra/model"
)

// A Source decides. *rand.Rand of math/rand/v2 is one, and a test's own may shrink.
type Source interface {
	// IntN returns a number from 0 to n-1.
	IntN(n int) int
}

// A World is what journeys are drawn from.
type World struct {
	Now      time.Time // All receive times are at least an hour before it, some by 28 days.
	Users    []string  // At least one.
	Accounts []string  // At least one. Any account may turn up under any user.
	Events   []string  // Names of events, as model.Events lists them; at least one.

	// Still lets clocks and receive times stand still mostly, so that ties are the rule.
	Still bool
	// Late also draws deliveries about 28 days old, before and after they count no more.
	Late bool
	// Hostile also draws bodies that are no events, events that are not known and data that cannot be used.
	Hostile bool
}

// Journey draws n deliveries.
func (w World) Journey(source Source, n int) []model.Delivery {
	journey := make([]model.Delivery, n)
	for i := range journey {
		journey[i] = w.Delivery(source)
	}
	return journey
}

// Delivery draws one delivery. Its body is pretty-printed, as Argyle's are.
func (w World) Delivery(source Source) model.Delivery {
	d := dice{source}
	received := w.received(d)
	if w.Hostile && d.once(40) {
		return model.Delivery{Body: []byte(oneOf(d, noEvents...)), ReceivedAt: received}
	}
	name := oneOf(d, w.Events...)
	b := body{dice: d, world: w, name: name, received: received}
	envelope := object{"event": name, "name": "journey", "data": b.data()}
	if w.Hostile && d.once(40) {
		envelope["event"] = oneOf(d, "accounts.frozen", "paystubs.deleted", "Accounts.added", "accounts", "accounts.added.")
	}
	if d.once(40) {
		envelope["name"] = oneOf[any](d, nil, 5, "another subscription")
	}
	text, err := json.MarshalIndent(envelope, "", "  ")
	if err != nil {
		panic("journeys: a body that is no JSON: " + err.Error())
	}
	return model.Delivery{Body: text, ReceivedAt: received}
}

// noEvents are bodies that the front door answers with 400.
var noEvents = []string{
	``, `{`, `[]`, `null`, `"accounts.added"`, `{}`,
	`{"event": "accounts.added", "name": "n"}`,
	`{"event": "accounts.added", "name": "n", "data": null}`,
	`{"event": "accounts.added", "name": "n", "data": []}`,
	`{"event": "", "name": "n", "data": {}}`,
	`{"event": 5, "name": "n", "data": {}}`,
	`{"name": "n", "data": {}}`,
	`{"event": "accounts.added", "name": "n", "data": {}} {}`,
	"{\"event\": \"accounts.added\", \"name\": \"n\", \"data\": {\"account\": \"account-1\", \"user\": \"user-1\xff\"}}",
}

// An object is a JSON object.
type object = map[string]any

// Dice are a source with some ways to ask it.
type dice struct{ Source }

// once is true about once in n.
func (d dice) once(n int) bool { return d.IntN(n) == n-1 }

// oneOf picks one of some values; the first is the plainest, to which a source that shrinks comes down.
func oneOf[T any](d dice, values ...T) T { return values[d.IntN(len(values))] }
