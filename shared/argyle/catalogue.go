package argyle

import (
	"maps"
	"slices"
)

// The families of events. Each has one queue and one worker.
const (
	FamilyAccounts   = "accounts"
	FamilyIdentities = "identities"
	FamilyPaystubs   = "paystubs"
	FamilyUsers      = "users"
)

// Unrouted is where signed events go that the catalogue does not know, so that nothing signed is ever dropped. It is no family.
const Unrouted = "unrouted"

// Verb is what an event says has happened: the part of its name after the dot.
type Verb string

// The verbs of the catalogue's events.
const (
	Added           Verb = "added"
	Updated         Verb = "updated"
	Removed         Verb = "removed"
	Connected       Verb = "connected"
	Failed          Verb = "failed"
	PartiallySynced Verb = "partially_synced"
	FullySynced     Verb = "fully_synced"
)

// Kind is what the catalogue knows of one event name, in v2 words.
type Kind struct {
	Family  string // the queue it is routed to
	Verb    Verb
	DataSet string // the data set it speaks of; empty for accounts.* and users.*
	Counts  bool   // data has available_count, available_from and available_to
	Object  string // the key in data of the object's id, where an account has one such object
}

// catalogue is every event that is understood. A v1 name stands beside its v2 form. A new event joins by one line.
// Source: https://docs.argyle.com/api-reference/webhooks and, for v1, https://docs.argyle.com/legacy/api-reference.
var catalogue = map[string]Kind{
	"accounts.added":            {Family: FamilyAccounts, Verb: Added},
	"accounts.updated":          {Family: FamilyAccounts, Verb: Updated},
	"accounts.removed":          {Family: FamilyAccounts, Verb: Removed},
	"accounts.connected":        {Family: FamilyAccounts, Verb: Connected},
	"accounts.failed":           {Family: FamilyAccounts, Verb: Failed},
	"paystubs.added":            {Family: FamilyPaystubs, Verb: Added, DataSet: "paystubs", Counts: true},
	"paystubs.updated":          {Family: FamilyPaystubs, Verb: Updated, DataSet: "paystubs", Counts: true},
	"paystubs.partially_synced": {Family: FamilyPaystubs, Verb: PartiallySynced, DataSet: "paystubs", Counts: true},
	"paystubs.fully_synced":     {Family: FamilyPaystubs, Verb: FullySynced, DataSet: "paystubs", Counts: true},
	"identities.added":          {Family: FamilyIdentities, Verb: Added, DataSet: "identities", Object: "identity"},
	"identities.updated":        {Family: FamilyIdentities, Verb: Updated, DataSet: "identities", Object: "identity"},
	"profiles.added":            {Family: FamilyIdentities, Verb: Added, DataSet: "identities", Object: "profile"},
	"profiles.updated":          {Family: FamilyIdentities, Verb: Updated, DataSet: "identities", Object: "profile"},
	"users.fully_synced":        {Family: FamilyUsers, Verb: FullySynced},
}

// dataSets maps every name of a data set that a resource's availability may use to its v2 name.
var dataSets = map[string]string{
	"identities": "identities", "profiles": "identities",
	"paystubs": "paystubs", "payouts": "paystubs",
	"gigs": "gigs", "activities": "gigs",
	"shifts":            "shifts",
	"payroll_documents": "payroll_documents", "documents": "payroll_documents",
	"deposit_destinations": "deposit_destinations", "pay_allocations": "deposit_destinations",
	"vehicles": "vehicles",
	"ratings":  "ratings", "reputations": "ratings",
	"user_forms": "user_forms", "forms": "user_forms",
	"user_uploads": "user_uploads",
}

// Family returns the family that an event name, such as "paystubs.added", is routed to. known is false for a name that the catalogue does
// not have, however it begins: such an event goes to [Unrouted].
func Family(event string) (family string, known bool) {
	kind, known := catalogue[event]
	return kind.Family, known
}

// Families returns the families that the catalogue routes to, sorted.
func Families() []string {
	families := map[string]bool{}
	for _, kind := range catalogue {
		families[kind.Family] = true
	}
	return slices.Sorted(maps.Keys(families))
}

// Events returns the names of all events in the catalogue, sorted.
func Events() []string { return slices.Sorted(maps.Keys(catalogue)) }
