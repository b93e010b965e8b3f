package model

import (
	"maps"
	"slices"
	"strings"
)

// catalogue lists the events that are known, each with the family that takes it. A test compares it with that of shared/argyle.
var catalogue = map[string]string{
	"accounts.added":            "accounts",
	"accounts.updated":          "accounts",
	"accounts.removed":          "accounts",
	"accounts.connected":        "accounts",
	"accounts.failed":           "accounts",
	"paystubs.added":            "paystubs",
	"paystubs.updated":          "paystubs",
	"paystubs.partially_synced": "paystubs",
	"paystubs.fully_synced":     "paystubs",
	"identities.added":          "identities",
	"identities.updated":        "identities",
	"profiles.added":            "identities",
	"profiles.updated":          "identities",
	"users.fully_synced":        "users",
}

// Events returns the names of the events that the model knows, sorted.
func Events() []string { return slices.Sorted(maps.Keys(catalogue)) }

// dataSets lists the data sets of DESIGN.md §1 in v2 words.
var dataSets = []string{
	"identities", "paystubs", "gigs", "shifts", "payroll_documents", "deposit_destinations", "vehicles", "ratings",
	"user_forms", "user_uploads",
}

// v1Words gives the v2 word for a data set's v1 name.
var v1Words = map[string]string{
	"profiles":        "identities",
	"payouts":         "paystubs",
	"activities":      "gigs",
	"documents":       "payroll_documents",
	"forms":           "user_forms",
	"pay_allocations": "deposit_destinations",
	"reputations":     "ratings",
}

// idFields names the field that holds the object's own id in the events of a data set, under the name the event has on the wire.
var idFields = map[string]string{"identities": "identity", "profiles": "profile"}

// countedDataSets are those whose events carry available_count, _from and _to.
var countedDataSets = []string{"paystubs", "gigs", "shifts"}

// v2Word returns a data set's v2 name for its name in either version.
func v2Word(name string) string {
	if word, old := v1Words[name]; old {
		return word
	}
	return name
}

// split returns the two halves of an event's name.
func split(name string) (subject, verb string) {
	subject, verb, _ = strings.Cut(name, ".")
	return subject, verb
}
