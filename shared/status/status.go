package status

import (
	"cmp"
	"slices"
)

const (
	connectionUnknown = "unknown"
	sourceReported    = "reported"
	sourceSignalled   = "signalled"
)

// Status derives what is read of an account from its record and its user's (the zero Record where the user has none). It is a pure function of
// the two; Revision and UpdatedAt are left for whoever loaded the record.
func (r Record) Status(user Record) AccountStatus {
	view := AccountStatus{User: r.User, Account: r.Account, RemovedAt: InstantOf(r.RemovedAt), DataSets: map[string]DataSetStatus{}}
	if r.RemovedAt != 0 {
		return view
	}
	connection, fullySynced, everConnected := r.connection(), r.fullySynced(user), r.EverConnected
	view.AddedAt = InstantOf(r.AddedAt)
	view.Connection, view.FullySynced, view.EverConnected = &connection, &fullySynced, &everConnected
	if about := r.About; about != nil {
		view.AsOf = InstantOf(about.AsOf)
		view.ScannedAt = InstantOf(about.ScannedAt)
		view.Item, view.Source = nullable(about.Item), nullable(about.Source)
		view.Employers = append([]string{}, about.Employers...) // known to be none is not unknown
		view.OngoingRefresh = nullable(about.OngoingRefresh)
	}
	for name, dataSet := range r.DataSets {
		view.DataSets[name] = dataSet.status()
	}
	return view
}

// OfUser derives what is read of a user from the user's record (the zero Record with its User set where there is none) and the records of all
// accounts of that user.
func OfUser(user Record, accounts []Record) UserStatus {
	view := UserStatus{User: user.User, FullySyncedAt: InstantOf(user.FullySyncedAt), Pending: []string{}, Accounts: []AccountStatus{}}
	if user.Profile != nil {
		view.ExternalID = nullable(user.Profile.ExternalID)
	}
	connected := 0
	for _, account := range accounts {
		status := account.Status(user)
		view.Accounts = append(view.Accounts, status)
		if account.RemovedAt != 0 || !account.EverConnected {
			continue
		}
		connected++
		if !*status.FullySynced {
			view.Pending = append(view.Pending, account.Account)
		}
	}
	view.FullySynced = connected > 0 && len(view.Pending) == 0
	slices.Sort(view.Pending)
	slices.SortFunc(view.Accounts, func(a, b AccountStatus) int { return cmp.Compare(a.Account, b.Account) })
	return view
}

// ConnectionStatus is the status word of the connection: unknown, connecting, connected, error, or a word of Argyle's that is not known.
func (r Record) ConnectionStatus() string { return r.connection().Status }

// connection: an event without a snapshot counts if it was received later than the newest snapshot was taken.
func (r Record) connection() ConnectionStatus {
	var view ConnectionStatus
	switch reported, signalled := r.Reported, r.Signalled; {
	case signalled != nil && (reported == nil || signalled.ReceivedAt > reported.AsOf):
		view = ConnectionStatus{
			Status: signalled.Status, ErrorCode: nullable(signalled.ErrorCode), ErrorMessage: nullable(signalled.ErrorMessage),
			At: InstantOf(signalled.ReceivedAt), Source: nullable(sourceSignalled), Action: actionFor(signalled.ErrorCode),
		}
	case reported != nil:
		view = ConnectionStatus{
			Status: reported.Status, ErrorCode: nullable(reported.ErrorCode), ErrorMessage: nullable(reported.ErrorMessage),
			At: InstantOf(reported.At), Source: nullable(sourceReported), Action: actionFor(reported.ErrorCode),
		}
	case r.AddedAt != 0:
		view = ConnectionStatus{Status: connectionConnecting, At: InstantOf(r.AddedAt), Action: ActionNone}
	default:
		view = ConnectionStatus{Action: ActionNone}
	}
	view.Status = cmp.Or(view.Status, connectionUnknown)
	return view
}

// fullySynced: by the account's own scans, or by a users.fully_synced that lists it, or by one of v1, which lists nothing and so speaks of every
// account that was there when it came.
func (r Record) fullySynced(user Record) bool {
	if r.scansComplete() || slices.Contains(user.Synced, r.Account) {
		return true
	}
	return len(user.Synced) == 0 && r.AddedAt != 0 && r.AddedAt <= user.FullySyncedAt
}

func (r Record) scansComplete() bool {
	for _, dataSet := range r.DataSets {
		if dataSet.Scan != nil && dataSet.Sync != SyncFull {
			return false
		}
	}
	return r.DataSets["paystubs"].Scan != nil
}

func (d DataSet) status() DataSetStatus {
	view := DataSetStatus{
		Sync: d.Sync.String(), DaysSynced: d.DaysSynced,
		LastSyncedAt: InstantOf(d.LastSyncedAt), ChangedAt: InstantOf(d.ChangedAt),
	}
	if d.Scan != nil {
		view.Scan, view.ScanAt = nullable(d.Scan.Status), InstantOf(d.Scan.At)
	}
	if d.Latest != nil {
		view.Latest = nullable(d.Latest.ID)
	}
	switch {
	case d.eventCountWins():
		view.AvailableCount, view.AvailableFrom, view.AvailableTo = &d.Counted.Count, (*Instant)(d.Counted.From), (*Instant)(d.Counted.To)
	case d.ScanCounted != nil:
		view.AvailableCount, view.AvailableFrom, view.AvailableTo = &d.ScanCounted.Count, (*Instant)(d.ScanCounted.From), (*Instant)(d.ScanCounted.To)
	}
	return view
}

// eventCountWins: an event's count of the whole counts if it was received later than the newest counted snapshot was taken; a count of a window
// of days only while the whole is not there and the window shows more.
func (d DataSet) eventCountWins() bool {
	switch {
	case d.Counted == nil:
		return false
	case d.ScanCounted == nil:
		return true
	case d.Counted.Stage == StageWhole:
		return d.Counted.ReceivedAt > d.ScanCounted.AsOf
	}
	return d.Sync != SyncFull && d.Counted.Count > d.ScanCounted.Count
}

// String is the word that views and items show.
func (s Sync) String() string {
	switch s {
	case SyncPartial:
		return "partial"
	case SyncFull:
		return "full"
	default:
		return "none"
	}
}
