package journeys

import (
	"strings"
	"time"
)

// A body is the body of one delivery while it is drawn.
type body struct {
	dice
	world    World
	name     string
	received time.Time
}

// data draws an event's data.
func (b body) data() object {
	subject, verb, _ := strings.Cut(b.name, ".")
	data := object{"user": oneOf(b.dice, b.world.Users...)}
	if subject == "users" {
		b.user(data)
	} else {
		data["account"] = oneOf(b.dice, b.world.Accounts...)
		if subject == "accounts" {
			b.resource(data)
		}
	}
	if b.name == "accounts.failed" {
		data["error_code"], data["error_message"] = b.failure()
	}
	switch subject {
	case "identities":
		data["identity"] = oneOf(b.dice, "identity-1", "identity-2")
	case "profiles":
		data["profile"] = oneOf(b.dice, "4334r6e-a9", "identity-1")
	case "paystubs", "gigs", "shifts":
		b.count(data)
		if verb == "partially_synced" {
			data["days_synced"] = b.number(30, 31, 111, 2)
		}
		// What was added or updated is no matter of the status: it may hold anything.
		data[verb+"_count"] = oneOf[any](b.dice, 3, "3", nil, -1, "many", object{})
	}
	if b.world.Hostile && b.once(12) {
		b.spoil(data)
	}
	return data
}

// user draws what users.fully_synced says more, in its v2 or v1 form.
func (b body) user(data object) {
	resource := object{"id": data["user"], "created_at": b.clock(), "external_metadata": object{}}
	if b.once(12) {
		resource["id"] = oneOf[any](b.dice, "another user", nil)
	}
	if b.once(3) {
		resource["data_providers_connected"] = []string{"platform"}
	} else {
		connected := []string{}
		for _, account := range b.world.Accounts {
			if b.once(2) {
				connected = append(connected, account)
			}
		}
		resource["accounts_connected"] = connected
		resource["external_id"] = oneOf[any](b.dice, nil, "applicant-1", "applicant-2")
	}
	switch b.IntN(8) {
	case 0:
	case 1:
		data["resource"] = nil
	default:
		data["resource"] = resource
	}
}

// failure draws an error code, one that is not known and null among them, and a message.
func (b body) failure() (code, message any) {
	return oneOf[any](b.dice, "auth_required", "service_unavailable", "never_heard_of", nil),
		oneOf[any](b.dice, "Log in again.", "a<b", "a=b", "", nil)
}

// count puts a count and its dates into an object; sometimes there is none.
func (b body) count(o object) {
	switch b.IntN(6) {
	case 0:
		return
	case 1:
		o["available_count"] = nil
	default:
		o["available_count"] = b.number(9, 10, 0, 100)
	}
	o["available_from"], o["available_to"] = b.date(), b.date()
}

// number draws one of some numbers, as a number or as a string.
func (b body) number(numbers ...int) any {
	n := oneOf(b.dice, numbers...)
	if b.once(4) {
		return string(encode(n))
	}
	return n
}
