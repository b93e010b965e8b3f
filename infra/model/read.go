package model

import (
	"slices"
	"time"
)

// An event is what one counted delivery says, as far as any rule asks for it. A nil means that it says nothing of that.
type event struct {
	name          string
	user, account string // account is empty for a user's event.
	received      int64  // In milliseconds, as all times of the model.

	subject, verb string // The halves of the name, the first in v2 words.

	resource *snapshot // The account's resource, if it is its own.
	failure  object    // error_code and error_message of accounts.failed.
	count    object    // available_count, _from and _to, if there is a count.
	days     any       // days_synced.
	object   any       // The id of the object that was added or updated.

	synced []string // accounts_connected of users.fully_synced.
	about  object   // external_id of users.fully_synced, if it has its own resource.
}

// proves reports whether an event proves anything at all. A bare accounts.updated does not: an account of which nothing else is known is
// not known.
func (e event) proves() bool { return e.name != "accounts.updated" || e.resource != nil }

// read judges one delivery and reads what it says.
func read(delivery Delivery, now time.Time) (event, Verdict) {
	envelope, ok := decode(delivery.Body)
	if !ok {
		return event{}, NotAnEvent
	}
	name, _ := envelope["event"].(string)
	data, ok := envelope["data"].(object)
	if name == "" || !ok {
		return event{}, NotAnEvent
	}
	if _, known := catalogue[name]; !known {
		return event{}, Unrouted
	}
	e, err := readData(name, data, delivery.ReceivedAt.UnixMilli())
	if err != nil {
		return event{}, Unusable
	}
	if e.received < now.Add(-MaxAge).UnixMilli() {
		return event{}, Expired
	}
	return e, Counted
}

// readData reads the data of a known event. Fields that no rule asks for may hold anything.
func readData(name string, data object, received int64) (event, error) {
	e := event{name: name, received: received}
	word, verb := split(name)
	e.subject, e.verb = v2Word(word), verb
	var err error
	if e.user, err = id(data, "user"); err != nil {
		return e, err
	}
	if e.subject == "users" {
		err = e.readUser(data)
		return e, err
	}
	if e.account, err = id(data, "account"); err != nil {
		return e, err
	}
	if name == "accounts.removed" {
		return e, nil
	}
	if e.resource, err = readSnapshot(data, e); err != nil {
		return e, err
	}
	if name == "accounts.failed" {
		if e.failure, err = readTexts(data, "error_code", "error_message"); err != nil {
			return e, err
		}
	}
	if slices.Contains(countedDataSets, e.subject) {
		if e.count, err = readCount(data); err != nil {
			return e, err
		}
	}
	if verb == "partially_synced" {
		if e.days, err = integer(data, "days_synced"); err != nil {
			return e, err
		}
	}
	if field, ok := idFields[word]; ok {
		if e.object, err = id(data, field); err != nil {
			return e, err
		}
	}
	return e, nil
}

// readUser reads users.fully_synced. A resource of another user is ignored; one of API v1 names no accounts and no external id.
func (e *event) readUser(data object) error {
	resource, err := inner(data, "resource")
	if err != nil || resource == nil {
		return err
	}
	owner, err := text(resource, "id")
	if err != nil || differs(owner, e.user) {
		return err
	}
	if e.synced, err = texts(resource, "accounts_connected"); err != nil {
		return err
	}
	if slices.Contains(e.synced, "") {
		return errUnusable
	}
	e.about, err = readTexts(resource, "external_id")
	return err
}

// readCount reads a count with its dates, which are no clocks; nil without a count.
func readCount(o object) (object, error) {
	n, err := integer(o, "available_count")
	if err != nil {
		return nil, err
	}
	from, err := date(o, "available_from")
	if err != nil {
		return nil, err
	}
	to, err := date(o, "available_to")
	if err != nil || n == nil {
		return nil, err
	}
	return object{"available_count": n, "available_from": from, "available_to": to}, nil
}

// readTexts makes a composite of some string fields.
func readTexts(o object, fields ...string) (object, error) {
	composite := object{}
	for _, field := range fields {
		value, err := text(o, field)
		if err != nil {
			return nil, err
		}
		composite[field] = value
	}
	return composite, nil
}

// differs reports whether an id that a resource names is another than the event's. A resource that names none is the event's own.
func differs(named any, id string) bool { return named != nil && named != id }
