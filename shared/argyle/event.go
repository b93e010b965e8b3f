package argyle

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrNotAnEvent is wrapped by every error of Parse.
var ErrNotAnEvent = errors.New("argyle: not an event")

// Event is what a delivery's body says: {event, name, data}. It has no id, no time and no sequence: the provider sends none.
type Event struct {
	// Name is the event's name, such as "accounts.connected".
	Name string
	// Subscription is the envelope's name: which webhook subscription sent it; empty if it is missing or no string.
	Subscription string

	data object
}

// Parse reads a body as UTF-8 JSON: an object with a non-empty string "event" and an object "data". Keys are matched to the letter, unlike
// encoding/json matches a struct's; fields that are not known are welcome; of a repeated key the last counts. Whether data can be used
// is [Event.Payload]'s question. Errors wrap ErrNotAnEvent.
func Parse(body []byte) (Event, error) {
	if !utf8.Valid(body) {
		return Event{}, fmt.Errorf("%w: not valid UTF-8", ErrNotAnEvent)
	}
	envelope, err := readObject(body)
	if err != nil || envelope == nil {
		return Event{}, fmt.Errorf("%w: not a JSON object", ErrNotAnEvent)
	}
	name := envelope.lenient("event")
	if name == "" {
		return Event{}, fmt.Errorf("%w: event: no non-empty string", ErrNotAnEvent)
	}
	data, err := envelope.object("data")
	if err != nil || data == nil {
		return Event{}, fmt.Errorf("%w: data: no object", ErrNotAnEvent)
	}
	return Event{Name: name, Subscription: envelope.lenient("name"), data: data}, nil
}

// Account is the account id in data, or empty where there is none that can be read: for log lines, which must not fail.
func (e Event) Account() string { return e.data.lenient("account") }

// User is the user id in data, or empty where there is none that can be read: for log lines, which must not fail.
func (e Event) User() string { return e.data.lenient("user") }
