package status

import (
	"slices"
	"time"

	"argyle-webhooks/shared/argyle"
)

const (
	// MaxEvidenceAge bounds how late evidence is accepted: older evidence is refused, so that what a tombstone absorbs cannot outlive it.
	// It is longer than any message lives in a queue and then in its dead-letter queue (4 + 14 days), even redriven once.
	MaxEvidenceAge = 28 * 24 * time.Hour
	// TombstoneLife is how long a removed account is remembered: far longer than MaxEvidenceAge.
	TombstoneLife = 400 * 24 * time.Hour
	// maxClockLead is how far ahead of the receive time a clock of Argyle's is believed; one further ahead is taken to be the receive time.
	maxClockLead = Millis(5 * time.Minute / time.Millisecond)
)

// ErrUnusable is wrapped by every error of Evidence: the event can never become evidence.
var ErrUnusable = argyle.ErrUnusable

// Note is something about an event that its evidence does not show and an operator may want counted.
type Note string

// The notes.
const (
	// NoteForeignResource: the event carried a resource of another account or user, which was ignored.
	NoteForeignResource Note = "foreign_resource"
	// NoteClockAhead: a clock of Argyle's was more than five minutes ahead of the receive time and was set to it.
	NoteClockAhead Note = "clock_ahead"
	// NoteContradiction: the event's name and its resource disagree on the connection; both count.
	NoteContradiction Note = "contradiction"
)

// The provider's words that decide something here; all others are carried word for word.
const (
	connectionConnecting = "connecting"
	connectionConnected  = "connected"
	connectionError      = "error"
	scanInProgress       = "in_progress"
	scanSynced           = "synced"
	scanSyncFailed       = "sync_failed"
)

// Evidence returns what an event, received at receivedAt, proves: no record (a bare accounts.updated proves nothing) or one. The notes say what was
// odd. An error wraps ErrUnusable, names the field and never a value.
func Evidence(event argyle.Event, receivedAt time.Time) ([]Record, []Note, error) {
	payload, err := event.Payload()
	if err != nil {
		return nil, nil, err
	}
	w := witness{received: argyle.MillisOf(receivedAt)}
	if payload.Foreign {
		w.note(NoteForeignResource)
	}
	record := Record{Key: Key{User: payload.User, Account: payload.Account}}
	switch {
	case payload.DataSet != "":
		record.DataSets = map[string]DataSet{payload.DataSet: w.dataSet(payload)}
	case payload.Account == "":
		w.user(&record, payload)
	default:
		w.account(&record, payload)
	}
	if Equal(record, Record{Key: record.Key}) {
		return nil, w.notes, nil
	}
	return []Record{record}, w.notes, nil
}

// A witness turns one event into evidence and notes what is odd.
type witness struct {
	received Millis
	notes    []Note
}

func (w *witness) note(n Note) {
	if !slices.Contains(w.notes, n) {
		w.notes = append(w.notes, n)
	}
}

// clock returns a clock of Argyle's, or the receive time for one that is too far ahead: a wrong clock must not outlive all that follows.
func (w *witness) clock(m Millis) Millis {
	if m > w.received+maxClockLead {
		w.note(NoteClockAhead)
		return w.received
	}
	return m
}

func (w *witness) account(r *Record, p argyle.Payload) {
	if p.Verb == argyle.Removed {
		r.RemovedAt = w.received
		return
	}
	if p.Resource != nil {
		w.snapshot(r, p.Resource)
	}
	if p.Verb == argyle.Added && r.AddedAt == 0 {
		r.AddedAt = w.received
	}
	// A connection without a status leaves the event bare: it says nothing against the event's name.
	said := r.Reported != nil && r.Reported.Status != ""
	if signal := w.signal(p); signal != nil && (!said || contradicts(r.Reported.Status, signal.Status)) {
		if said {
			w.note(NoteContradiction)
		}
		r.Signalled = signal
		r.EverConnected = r.EverConnected || signal.Status == connectionConnected
	}
}

// signal is what the event's name says of the connection, or nil.
func (w *witness) signal(p argyle.Payload) *Signalled {
	switch p.Verb {
	case argyle.Connected:
		return &Signalled{ReceivedAt: w.received, Status: connectionConnected}
	case argyle.Failed:
		return &Signalled{ReceivedAt: w.received, Status: connectionError, ErrorCode: p.ErrorCode, ErrorMessage: p.ErrorMessage}
	default:
		return nil
	}
}

// contradicts: "connecting", and a word that is not known, contradict nothing.
func contradicts(reported, signalled string) bool {
	return reported == connectionError && signalled == connectionConnected ||
		reported == connectionConnected && signalled == connectionError
}

// snapshot adds what an account object proves, dated by its own updated_at.
func (w *witness) snapshot(r *Record, a *argyle.Account) {
	asOf := w.clock(a.UpdatedAt)
	r.AddedAt = w.clock(a.CreatedAt)
	r.About = &About{
		AsOf: asOf, Item: a.Item, Source: a.Source, Employers: a.Employers,
		OngoingRefresh: a.OngoingRefresh, ScannedAt: w.clock(a.ScannedAt),
	}
	if c := a.Connection; c != nil {
		r.Reported = &Reported{AsOf: asOf, At: w.clock(c.UpdatedAt), Status: c.Status, ErrorCode: c.ErrorCode, ErrorMessage: c.ErrorMessage}
		r.EverConnected = c.Status == connectionConnected
	}
	for name, scan := range a.Availability {
		if r.DataSets == nil {
			r.DataSets = make(map[string]DataSet, len(a.Availability))
		}
		r.DataSets[name] = w.scan(asOf, scan)
	}
}

func (w *witness) scan(asOf Millis, scan argyle.Availability) DataSet {
	at := w.clock(scan.UpdatedAt)
	dataSet := DataSet{Scan: &Scan{AsOf: asOf, At: at, Status: scan.Status}}
	if available := scan.Available; available != nil {
		dataSet.ScanCounted = &ScanCounted{
			AsOf: asOf, At: at, Status: scan.Status,
			Count: available.Count, From: available.From, To: available.To,
		}
	}
	if scan.Status == scanSynced {
		dataSet.Sync = SyncFull
		dataSet.LastSyncedAt = at
	}
	return dataSet
}

func (w *witness) dataSet(p argyle.Payload) DataSet {
	var d DataSet
	switch p.Verb {
	case argyle.Added, argyle.Updated:
		d.Sync = SyncPartial
		d.ChangedAt = w.received
	case argyle.Removed:
		d.ChangedAt = w.received
	case argyle.PartiallySynced:
		d.Sync = SyncPartial
		d.DaysSynced = p.DaysSynced
	case argyle.FullySynced:
		d.Sync = SyncFull
	default: // the account's own verbs have no data set
	}
	if p.Available != nil {
		d.Counted = w.counted(p)
	}
	if p.Object != "" {
		d.Latest = &Latest{ID: p.Object, ReceivedAt: w.received}
	}
	return d
}

func (w *witness) counted(p argyle.Payload) *Counted {
	counted := &Counted{
		Stage: StageWhole, ReceivedAt: w.received,
		Count: p.Available.Count, From: p.Available.From, To: p.Available.To,
	}
	if p.Verb == argyle.PartiallySynced {
		counted.Stage = StagePartial
		if p.DaysSynced != nil {
			counted.DaysSynced = *p.DaysSynced
		}
	}
	return counted
}

func (w *witness) user(r *Record, p argyle.Payload) {
	r.FullySyncedAt = w.received
	if p.UserResource == nil {
		return
	}
	r.Profile = &Profile{ReceivedAt: w.received, ExternalID: p.UserResource.ExternalID}
	r.Synced = unionOfIDs(nil, p.UserResource.AccountsConnected)
}
