// Package journey is a small play on made-up people: what Argyle would send while a handful of users link their payroll accounts. `make run`
// plays it to the local stack, and the tests compare the status it must end in, whatever the order.
//
// [New] writes the play, [Deliver] sends it, [Settle] waits until the workers are through. A journey's start is the moment it is made:
// Argyle's own clocks in it are set back from there, as if everything had happened in the last days and only now been delivered.
//
// It is no load test and no catalogue of events: the sample bodies in shared/argyle/testdata are that.
package journey

import (
	"math/rand/v2"
	"time"
)

// Journey is one play: who is in it, and the deliveries in the order in which they are sent.
type Journey struct {
	Start      time.Time
	Cast       []Character
	Deliveries []Delivery

	seed uint64
}

// Character is a made-up user.
type Character struct {
	// Label is for people to read, and in no delivery.
	Label string
	// Story is what happens to them, in a few words.
	Story string
	// User is the user's id.
	User string
	// Accounts are the ids of the user's accounts.
	Accounts []string
}

// Delivery is one HTTP POST of the play.
type Delivery struct {
	Label   string // the character's
	Event   string
	Account string // "" for users.*
	User    string
	Body    []byte
	// Again marks a delivery whose very bytes were sent before.
	Again bool

	// login marks a bare accounts.connected or accounts.failed. They have no clock of their own and count by their receive time, so that
	// their order within an account is the one order that must be kept.
	login bool
}

// New writes the journey that begins at start. seed decides ids, order and duplicates: the same seed gives the same journey.
func New(start time.Time, seed uint64) Journey {
	start = start.UTC().Truncate(time.Second)
	told := tell(start, seed)
	return Journey{Start: start, Cast: told.cast, Deliveries: shuffle(told.deliveries, seed), seed: seed}
}

// shuffle puts the deliveries in any order, about every fourth one twice, but leaves each account's logins in theirs.
func shuffle(told []Delivery, seed uint64) []Delivery {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a reproducible order, nothing secret
	var all []Delivery
	for _, delivery := range told {
		all = append(all, delivery)
		if random.IntN(4) == 0 {
			all = append(all, delivery)
		}
	}
	logins := map[string][]Delivery{}
	for _, delivery := range all {
		if delivery.login {
			logins[delivery.Account] = append(logins[delivery.Account], delivery)
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, delivery := range all {
		if delivery.login {
			all[i] = logins[delivery.Account][0]
			logins[delivery.Account] = logins[delivery.Account][1:]
		}
	}
	seen := map[string]bool{}
	for i, delivery := range all {
		all[i].Again = seen[string(delivery.Body)]
		seen[string(delivery.Body)] = true
	}
	return all
}
