package journey

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// teller writes the play down, delivery by delivery. Times are given as how long before the start.
type teller struct {
	start      time.Time
	seed       uint64
	cast       []Character
	deliveries []Delivery
}

// user is a character who does something.
type user struct {
	*teller
	label string
	id    string
}

// account is one of a user's.
type account struct {
	user
	account string        // its id
	name    string        // what its item and employer are called
	created time.Duration // before the start
}

// MadeUp ends every label of the cast.
const MadeUp = " (made up)"

// character puts a user on the stage.
func (t *teller) character(label, story string) user {
	u := user{teller: t, label: label + MadeUp, id: t.newID("user " + label)}
	t.cast = append(t.cast, Character{Label: u.label, Story: story, User: u.id})
	return u
}

// account gives a user an account, created so long before the start.
func (u user) account(name string, created time.Duration) account {
	a := account{user: u, account: u.newID("account " + name + " of " + u.label), name: name, created: created}
	for i := range u.cast {
		if u.cast[i].User == u.id {
			u.cast[i].Accounts = append(u.cast[i].Accounts, a.account)
		}
	}
	return a
}

// newID makes an id in the form of Argyle's, the same for the same thing and seed.
func (t *teller) newID(of string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", t.seed, of))
	d := hex.EncodeToString(sum[:])
	return "0195" + d[:4] + "-" + d[4:8] + "-8" + d[8:11] + "-9" + d[11:14] + "-" + d[14:26]
}

// clock writes a time as webhooks do, in microseconds with a Z. The odd ones are there to be cut off.
func (t *teller) clock(ago time.Duration) string {
	return t.start.Add(-ago).Add(417 * time.Microsecond).Format("2006-01-02T15:04:05.000000Z")
}

// day writes the midnight that began the day so many days before the start.
func (t *teller) day(ago int) string {
	return t.start.Truncate(24*time.Hour).AddDate(0, 0, -ago).Format("2006-01-02T15:04:05Z")
}

// deliver puts one event down in the form that Argyle signs: two spaces, no newline at the end.
func (u user) deliver(subscription, event, account string, login bool, data any) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		Event string `json:"event"`
		Name  string `json:"name"`
		Data  any    `json:"data"`
	}{event, subscription, data})
	if err != nil {
		panic(err) // types of this package, all of which JSON can write
	}
	u.deliveries = append(u.deliveries, Delivery{
		Label: u.label, Event: event, Account: account, User: u.id,
		Body: bytes.TrimSuffix(body.Bytes(), []byte("\n")), login: login,
	})
}

// ids are in the data of every event of an account.
type ids struct {
	Account string `json:"account"`
	User    string `json:"user"`
}

func (a account) ids() ids { return ids{Account: a.account, User: a.id} }

// bare delivers an event that says no more than its name and ids.
func (a account) bare(event string) { a.deliver(everything, event, a.account, false, a.ids()) }

// connected delivers a bare accounts.connected.
func (a account) connected() { a.deliver(everything, "accounts.connected", a.account, true, a.ids()) }

// failed delivers a bare accounts.failed.
func (a account) failed(because loginError) {
	a.deliver(everything, "accounts.failed", a.account, true, struct {
		ids
		ErrorCode    string `json:"error_code"`
		ErrorMessage string `json:"error_message"`
	}{a.ids(), because.code, because.message})
}

// identity delivers an event about the identity of the account, which API v1 calls a profile.
func (a account) identity(event, id string) {
	a.deliver(everything, event, a.account, false, struct {
		ids
		Identity string `json:"identity"`
	}{a.ids(), id})
}

// profile is identity in API v1.
func (a account) profile(event, id string) {
	a.deliver(legacy, event, a.account, false, struct {
		ids
		Profile string `json:"profile"`
	}{a.ids(), id})
}
