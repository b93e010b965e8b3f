package status

import (
	"fmt"
	"time"
)

// UserStatus is what is known of a user and all accounts. Absent knowledge is null, never a guess. The names of its JSON fields, and of those
// below it, are fixed: programs read them.
type UserStatus struct {
	User       string  `json:"user"`
	ExternalID *string `json:"external_id"`
	// FullySynced: at least one live account ever connected, and each such account is fully synced.
	FullySynced bool `json:"fully_synced"`
	// FullySyncedAt is when users.fully_synced was last received.
	FullySyncedAt *Instant `json:"fully_synced_at"`
	// Pending lists the live accounts that ever connected and are not fully synced.
	Pending  []string        `json:"pending"`
	Accounts []AccountStatus `json:"accounts"` // sorted by account id
}

// AccountStatus is what is known of one account. Of a removed account nothing is left but its ids, RemovedAt and Revision.
type AccountStatus struct {
	User      string   `json:"user"`
	Account   string   `json:"account"`
	AddedAt   *Instant `json:"added_at"`
	RemovedAt *Instant `json:"removed_at"`
	// UpdatedAt is when the record was last written, and Revision how often. Both are the store's, not the record's: whoever loads it sets them.
	UpdatedAt *Instant `json:"updated_at"`
	// AsOf is the time of the newest snapshot.
	AsOf           *Instant                 `json:"as_of"`
	Revision       int64                    `json:"revision"`
	Connection     *ConnectionStatus        `json:"connection"`
	EverConnected  *bool                    `json:"ever_connected"`
	FullySynced    *bool                    `json:"fully_synced"`
	ScannedAt      *Instant                 `json:"scanned_at"`
	Item           *string                  `json:"item"`
	Source         *string                  `json:"source"`
	Employers      []string                 `json:"employers"`
	OngoingRefresh *string                  `json:"ongoing_refresh"`
	DataSets       map[string]DataSetStatus `json:"data_sets"`
}

// ConnectionStatus is an account's connection. An account in error can still be read: what was stored stays.
type ConnectionStatus struct {
	Status       string   `json:"status"` // unknown, connecting, connected, error; others of Argyle's word for word
	ErrorCode    *string  `json:"error_code"`
	ErrorMessage *string  `json:"error_message"`
	At           *Instant `json:"at"`     // the connection's own time
	Source       *string  `json:"source"` // reported (by a snapshot), signalled (by an event), or null
	Action       Action   `json:"action"`
}

// DataSetStatus is how far a data set has been synced.
type DataSetStatus struct {
	Sync           string   `json:"sync"` // none, partial, full
	DaysSynced     *int64   `json:"days_synced"`
	Scan           *string  `json:"scan"` // in_progress, synced, sync_failed; others word for word
	ScanAt         *Instant `json:"scan_at"`
	LastSyncedAt   *Instant `json:"last_synced_at"`
	AvailableCount *int64   `json:"available_count"`
	AvailableFrom  *Instant `json:"available_from"`
	AvailableTo    *Instant `json:"available_to"`
	Latest         *string  `json:"latest"` // the newest object's id, where an account has one such object
	ChangedAt      *Instant `json:"changed_at"`
}

// Instant is a moment that JSON shows as RFC 3339 in UTC with milliseconds.
type Instant Millis

const instantLayout = "2006-01-02T15:04:05.000Z"

// String is the moment in RFC 3339, UTC, with milliseconds.
func (i Instant) String() string { return Millis(i).Time().Format(instantLayout) }

// MarshalText is String.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (i *Instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(instantLayout, string(text))
	if err != nil {
		return fmt.Errorf("status: read a time: %w", err)
	}
	*i = Instant(t.UnixMilli())
	return nil
}

// InstantOf returns a clock for a view; never is nil.
func InstantOf(m Millis) *Instant {
	if m == 0 {
		return nil
	}
	i := Instant(m)
	return &i
}

// nullable returns a word for a view; the provider's null is nil.
func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
