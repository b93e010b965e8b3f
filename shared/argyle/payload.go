package argyle

import (
	"errors"
	"fmt"
)

// ErrUnusable is wrapped by every error about an event whose data cannot be used: an id that is missing, a consumed field of the wrong type,
// a count that is negative or fractional, a time that cannot be read. Trying again never helps.
var ErrUnusable = errors.New("unusable event")

// Payload is an event's data in v2 words, whichever version sent it. Only fields that the event's kind has are set. An empty string, an empty
// list, a nil pointer and a zero clock are the provider's null or a missing field.
type Payload struct {
	Kind

	User    string
	Account string // empty for users.*

	// Resource is the account object of an accounts.* event whose subscription has include_resource.
	Resource *Account
	// UserResource is the user object of users.fully_synced.
	UserResource *User
	// Foreign: the event carried a resource of another account or user, which was ignored.
	Foreign bool

	ErrorCode    string // accounts.failed
	ErrorMessage string // accounts.failed

	Available  *Available // what the account's data set holds now
	DaysSynced *int64     // partially_synced: days that were synced, counted from the newest object, at least what was configured
	Object     string     // identities.*, profiles.*: the identity's id
}

// Available is how much of a data set can be read.
type Available struct {
	Count    int64
	From, To *Millis // the oldest and the newest object's time: data, not clocks; null with a count of 0
}

// User is the part of the users.fully_synced resource that is read; the rest may be personal and is not.
type User struct {
	ExternalID        string
	AccountsConnected []string // v2 only: the accounts whose retrieval is complete
}

// Payload reads the event's data. An event that the catalogue does not have, and data that cannot be used, give an error that wraps
// ErrUnusable.
func (e Event) Payload() (Payload, error) {
	kind, known := catalogue[e.Name]
	if !known {
		return Payload{}, fmt.Errorf("%w: event not in the catalogue", ErrUnusable)
	}
	payload := Payload{Kind: kind}
	if err := payload.read(e.data); err != nil {
		return Payload{}, fmt.Errorf("%w: %w", ErrUnusable, at("data", err))
	}
	return payload, nil
}

func (p *Payload) read(data object) (err error) {
	if p.User, err = data.id("user"); err != nil {
		return err
	}
	if p.Family == FamilyUsers {
		return p.readUser(data)
	}
	if p.Account, err = data.id("account"); err != nil {
		return err
	}
	if p.Family == FamilyAccounts {
		return p.readAccount(data)
	}
	return p.readDataSet(data)
}

func (p *Payload) readUser(data object) error {
	resource, err := p.ownResource(data, "")
	if err != nil || resource == nil {
		return err
	}
	var user User
	if user.ExternalID, err = resource.text("external_id"); err != nil {
		return at("resource", err)
	}
	if user.AccountsConnected, err = resource.ids("accounts_connected"); err != nil {
		return at("resource", err)
	}
	p.UserResource = &user
	return nil
}

func (p *Payload) readAccount(data object) (err error) {
	switch p.Verb {
	case Removed: // has no resource; whatever else it says goes with the account
		return nil
	case Failed:
		if p.ErrorCode, err = data.text("error_code"); err != nil {
			return err
		}
		if p.ErrorMessage, err = data.text("error_message"); err != nil {
			return err
		}
	default:
	}
	resource, err := p.ownResource(data, p.Account)
	if err != nil || resource == nil {
		return err
	}
	if p.Resource, err = readAccount(resource); err != nil {
		return at("resource", err)
	}
	return nil
}

// ownResource returns data's resource if it is of the same account and user as data itself; one of another is ignored and marked. account is
// empty for a user's resource, whose id is the user's. A resource without an id or a user is taken to be data's own.
func (p *Payload) ownResource(data object, account string) (object, error) {
	resource, err := data.object("resource")
	if err != nil || resource == nil {
		return nil, err
	}
	want := map[string]string{"id": account, "user": p.User}
	if account == "" {
		want = map[string]string{"id": p.User}
	}
	for key, id := range want {
		got, err := resource.text(key)
		if err != nil {
			return nil, at("resource", err)
		}
		if got != "" && got != id {
			p.Foreign = true
		}
	}
	if p.Foreign {
		return nil, nil
	}
	return resource, nil
}

func (p *Payload) readDataSet(data object) (err error) {
	if p.Counts {
		if p.Available, err = readAvailable(data); err != nil {
			return err
		}
	}
	if p.Verb == PartiallySynced {
		if p.DaysSynced, err = data.count("days_synced"); err != nil {
			return err
		}
	}
	if p.Kind.Object != "" {
		p.Object, err = data.id(p.Kind.Object)
	}
	return err
}

// readAvailable returns nil where there is no count: dates alone say nothing.
func readAvailable(o object) (*Available, error) {
	count, err := o.count("available_count")
	if err != nil {
		return nil, err
	}
	from, err := o.time("available_from")
	if err != nil {
		return nil, err
	}
	to, err := o.time("available_to")
	if err != nil || count == nil {
		return nil, err
	}
	return &Available{Count: *count, From: from, To: to}, nil
}
