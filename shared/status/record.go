package status

import "argyle-webhooks/shared/argyle"

// Millis is a moment in milliseconds since the Unix epoch, UTC; 0 means never.
type Millis = argyle.Millis

// Key names the record: an account's (both ids) or a user's (Account is empty). An account id seen under two users is two records.
type Key struct {
	User    string
	Account string
}

// Record is everything that is known of one account or one user: the merge of all its evidence. One event's evidence is itself a Record,
// holding only what that event proves. The zero Record is the identity of Merge.
//
// Each field is a small lattice; the comment names it. "Last writer by k" keeps the value with the greatest k; [Merge] settles ties.
type Record struct {
	Key

	// Reported is the connection as the newest snapshot shows it: last writer by (AsOf, At).
	Reported *Reported
	// Signalled is the connection as the newest event without a snapshot tells it: last writer by ReceivedAt.
	Signalled *Signalled
	// EverConnected is sticky: some evidence, reported or signalled, said connected.
	EverConnected bool
	// AddedAt is the earliest creation time known.
	AddedAt Millis
	// RemovedAt is the earliest removal; once set it absorbs everything but the key.
	RemovedAt Millis
	// About is what the newest snapshot says beside connection and scans: last writer by AsOf.
	About *About
	// DataSets is keyed by the v2 name of the data set (paystubs, identities, …); merged per data set.
	DataSets map[string]DataSet

	// Synced is the union of the account ids that users.fully_synced listed, sorted. User records only.
	Synced []string
	// FullySyncedAt is the greatest receive time of users.fully_synced. User records only.
	FullySyncedAt Millis
	// Profile is the newest users.fully_synced resource: last writer by ReceivedAt. User records only.
	Profile *Profile

	// Unknown carries attributes that a newer version wrote and this one does not know.
	Unknown Unknown
}

// Unknown maps the name of an attribute that this version does not know to its canonical encoding, chosen by the store. It survives
// every merge but a removal; where both sides have a name, the greater encoding stays.
type Unknown map[string]string

// Reported is a snapshot's connection object. An empty string is the provider's null.
type Reported struct {
	AsOf         Millis `json:"as_of"` // the snapshot's own time: orders snapshots
	At           Millis `json:"at"`    // connection.updated_at
	ErrorCode    string `json:"error_code"`
	ErrorMessage string `json:"error_message"`
	Status       string `json:"status"` // connecting, connected, error; others word for word
}

// Signalled is what a bare accounts.connected or accounts.failed says.
type Signalled struct {
	ErrorCode    string `json:"error_code"`
	ErrorMessage string `json:"error_message"`
	ReceivedAt   Millis `json:"received_at"`
	Status       string `json:"status"` // connected or error
}

// About is the part of a snapshot that describes the account. An empty string or list is the provider's null.
type About struct {
	AsOf           Millis   `json:"as_of"`
	Employers      []string `json:"employers"`
	Item           string   `json:"item"`
	OngoingRefresh string   `json:"ongoing_refresh"` // enabled, disabled, idle; others word for word
	ScannedAt      Millis   `json:"scanned_at"`
	Source         string   `json:"source"`
}

// Profile is the part of a users.fully_synced resource that describes the user.
type Profile struct {
	ExternalID string `json:"external_id"` // empty: null, as always in v1
	ReceivedAt Millis `json:"received_at"`
}

// Sync tells how far the initial retrieval of a data set has come; it only grows.
type Sync int

// The order is the lattice's.
const (
	SyncNone Sync = iota
	SyncPartial
	SyncFull
)

// DataSet is what is known of one data set of an account.
type DataSet struct {
	// Sync is the greatest proven.
	Sync Sync
	// DaysSynced is the greatest that a partially_synced named; nil until one did.
	DaysSynced *int64
	// Scan is the status in the newest snapshot that had this data set: last writer by (AsOf, At).
	Scan *Scan
	// ScanCounted is the newest snapshot of this data set that had a count: last writer by (AsOf, At).
	ScanCounted *ScanCounted
	// LastSyncedAt is the greatest availability time whose status was synced.
	LastSyncedAt Millis
	// Counted is the count of the furthest event: greatest by (Stage, DaysSynced, Count, ReceivedAt).
	Counted *Counted
	// Latest is the newest object id that an event named: last writer by ReceivedAt.
	Latest *Latest
	// ChangedAt is the greatest receive time of an added, updated or removed event.
	ChangedAt Millis
	// Unknown is as on [Record].
	Unknown Unknown
}

// Scan is the status of a data set in a snapshot.
type Scan struct {
	AsOf   Millis `json:"as_of"`  // the snapshot's time; each data set keeps its own, since webhooks leave some out
	At     Millis `json:"at"`     // availability[x].updated_at
	Status string `json:"status"` // in_progress, synced, sync_failed; others word for word
}

// ScanCounted is a snapshot's count of a data set. From and To are data, not clocks; nil is the provider's null.
type ScanCounted struct {
	AsOf   Millis  `json:"as_of"`
	At     Millis  `json:"at"`
	Count  int64   `json:"available_count"`
	From   *Millis `json:"available_from"`
	To     *Millis `json:"available_to"`
	Status string  `json:"status"` // orders counts of one snapshot time
}

// Stage orders the counts that events carry.
type Stage int

// A partially_synced speaks of a window of days and may come late; every other event speaks of all there is.
const (
	StagePartial Stage = iota
	StageWhole
)

// Counted is an event's count of a data set. For StageWhole the count is no part of the order, only the receive time is.
type Counted struct {
	Count      int64   `json:"available_count"`
	From       *Millis `json:"available_from"`
	To         *Millis `json:"available_to"`
	DaysSynced int64   `json:"days_synced"` // 0 for StageWhole
	ReceivedAt Millis  `json:"received_at"`
	Stage      Stage   `json:"stage"`
}

// Latest is the id of the newest object of a data set that has one object an account.
type Latest struct {
	ID         string `json:"id"`
	ReceivedAt Millis `json:"received_at"`
}
