package soak

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
)

// user is a made-up person.
type user struct {
	id       string
	accounts []string
	// subscriptions are those that the user's events are delivered for, each with a delivery of its own.
	subscriptions []subscription
}

// subscription is one of the receiver's subscriptions with Argyle.
type subscription struct {
	name     string
	resource bool // with include_resource
}

var subscriptions = []subscription{
	{"everything", true},
	{"connections, without details", false},
	{"everything, again", true},
}

// mostAccounts is the most accounts that one user has.
const mostAccounts = 5

// newCast makes users who have so many accounts together. About every twentieth user shares an account's id with another user: that makes two
// accounts of it.
func newCast(random *rand.Rand, seed uint64, accounts int) []user {
	var cast []user
	for left := accounts; left > 0; {
		u := user{id: newID(random, seed, "user", left)}
		for range min(left, 1+random.IntN(mostAccounts)) {
			u.accounts = append(u.accounts, newID(random, seed, "account", left))
			left--
		}
		if len(cast) > 0 && random.IntN(20) == 0 {
			u.accounts[0] = cast[len(cast)-1].accounts[0]
		}
		first := random.IntN(len(subscriptions))
		for i := range 1 + random.IntN(4)/2 {
			u.subscriptions = append(u.subscriptions, subscriptions[(first+i)%len(subscriptions)])
		}
		cast = append(cast, u)
	}
	return cast
}

// newID makes an id in the form of Argyle's, and every twentieth time one that only keeps to what is promised: a string, not empty.
func newID(random *rand.Rand, seed uint64, kind string, number int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %d", seed, kind, number))
	d := hex.EncodeToString(sum[:])
	if random.IntN(20) == 0 {
		odd := []string{"5518q2e-%s", "a#ACCOUNT#%s", "USER#%s", "ünï/%s", "%s with <spaces> & signs"}
		return fmt.Sprintf(odd[random.IntN(len(odd))], d[:12])
	}
	return "0195" + d[:4] + "-" + d[4:8] + "-8" + d[8:11] + "-9" + d[11:14] + "-" + d[14:26]
}
