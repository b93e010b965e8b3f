// Package model is the reference model: a second, naive statement of the record and its rules (DESIGN.md §4), by which the tests and
// the soak judge the real one.
//
// It has no Record, no evidence and no merge. It takes all deliveries at once, throws out what proves nothing, and then answers every
// question of the status by sorting what is left and looking at the last or the first. So it cannot depend on order by accident, and a
// rule that shared/status has misread is misread here only if two people misread it alike: this package imports neither shared/status
// nor shared/argyle and was written from the design alone.
//
// It is not fast and not used in production. Start reading at [Users].
package model

import (
	"slices"
	"time"
)

// A Delivery is one webhook as it was taken: the raw body and the time at which it was received. The time is cut to milliseconds.
type Delivery struct {
	Body       []byte
	ReceivedAt time.Time
}

// A Verdict says what became of one delivery.
type Verdict string

// The verdicts. Only a counted delivery can have influence on a status.
const (
	Counted    Verdict = "counted"
	NotAnEvent Verdict = "not_an_event" // No object with a non-empty string event and an object data: the front door answers 400.
	Unrouted   Verdict = "unrouted"     // An event that no family takes: it goes to the unrouted queue.
	Unusable   Verdict = "unusable"     // A known event whose data cannot be used: it ends in its dead-letter queue.
	Expired    Verdict = "expired"      // Received more than [MaxAge] ago: the worker refuses it.
)

// MaxAge is the greatest age at which a delivery still counts (DESIGN.md §4).
const MaxAge = 28 * 24 * time.Hour

// Rules is what the model is told and does not know by itself.
type Rules struct {
	// Now is the time by which the age of a delivery is judged.
	Now time.Time
	// Action gives the action for an error code, one of wait, reconnect and unknown. The table of codes is data, not a rule: it is
	// asked for so that it stands once.
	Action func(code string) string
}

// Users returns the status of every user of whom a counted delivery proves something, by the user's id, and for each delivery its verdict. A
// status has the form of DESIGN.md §7 as encoding/json decodes it into an any, without updated_at and revision, which are the
// store's. The order of the deliveries and how often each is among them make no difference.
func Users(deliveries []Delivery, rules Rules) (map[string]any, []Verdict) {
	verdicts := make([]Verdict, len(deliveries))
	byUser := map[string][]event{}
	for i, delivery := range deliveries {
		e, verdict := read(delivery, rules.Now)
		verdicts[i] = verdict
		if verdict == Counted && e.proves() {
			byUser[e.user] = append(byUser[e.user], e)
		}
	}
	users := map[string]any{}
	for user, events := range byUser {
		users[user] = userStatus(user, events, rules)
	}
	return users, verdicts
}

// accountIDs lists the accounts of which events tell, sorted.
func accountIDs(events []event) []string {
	var ids []string
	for _, e := range events {
		if e.account != "" && !slices.Contains(ids, e.account) {
			ids = append(ids, e.account)
		}
	}
	slices.Sort(ids)
	return ids
}
