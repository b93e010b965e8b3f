package journey

import "time"

// connection is the state of an account's connection since some time before the start.
type connection struct {
	status        string
	ago           time.Duration
	code, message *string
}

func connecting(ago time.Duration) connection { return connection{status: "connecting", ago: ago} }
func connected(ago time.Duration) connection  { return connection{status: "connected", ago: ago} }

func failing(ago time.Duration, because loginError) connection {
	return connection{status: "error", ago: ago, code: &because.code, message: &because.message}
}

// loginError is why a login failed, or why one that worked does no longer.
type loginError struct{ code, message string }

// scans are the data sets that have been scanned, by name.
type scans map[string]scan

// scan is the state of one data set since some time before the start; of some it is known how much there is.
type scan struct {
	status string
	ago    time.Duration
	count  *count
}

func begun(ago time.Duration) scan  { return scan{status: "in_progress", ago: ago} }
func synced(ago time.Duration) scan { return scan{status: "synced", ago: ago} }

func (s scan) counting(c count) scan {
	s.count = &c
	return s
}

// resource is Argyle's account object, its members in Argyle's order.
type resource struct {
	ID             string               `json:"id"`
	User           string               `json:"user"`
	Employers      []string             `json:"employers"`
	Item           string               `json:"item"`
	Source         string               `json:"source"`
	CreatedAt      string               `json:"created_at"`
	UpdatedAt      string               `json:"updated_at"`
	ScannedAt      *string              `json:"scanned_at"`
	Connection     connectionObject     `json:"connection"`
	Availability   map[string]*scanned  `json:"availability"`
	OngoingRefresh ongoingRefreshObject `json:"ongoing_refresh"`
}

type connectionObject struct {
	Status       string  `json:"status"`
	ErrorCode    *string `json:"error_code"`
	ErrorMessage *string `json:"error_message"`
	UpdatedAt    string  `json:"updated_at"`
}

type ongoingRefreshObject struct {
	Status string `json:"status"`
}

// scanned is a member of availability.
type scanned struct {
	Status    string `json:"status"`
	UpdatedAt string `json:"updated_at"`
	*scannedCount
}

type scannedCount struct {
	Count int     `json:"available_count"`
	From  *string `json:"available_from"`
	To    *string `json:"available_to"`
}

// updated delivers an accounts.updated with the account object as it was some time before the start.
func (a account) updated(ago time.Duration, now connection, done scans) {
	refresh := map[string]string{"connecting": "idle", "connected": "enabled", "error": "disabled"}[now.status]
	object := resource{
		ID: a.account, User: a.id,
		Employers: []string{"Sample " + a.name}, Item: "item_sample_" + a.name, Source: "sample_payroll",
		CreatedAt: a.clock(a.created), UpdatedAt: a.clock(ago),
		Connection: connectionObject{
			Status: now.status, ErrorCode: now.code, ErrorMessage: now.message, UpdatedAt: a.clock(now.ago),
		},
		Availability:   map[string]*scanned{"paystubs": nil, "identities": nil, "gigs": nil, "deposit_destinations": nil},
		OngoingRefresh: ongoingRefreshObject{Status: refresh},
	}
	newest := time.Duration(-1)
	for name, scan := range done {
		object.Availability[name] = a.scanned(scan)
		if newest < 0 || scan.ago < newest {
			newest = scan.ago
		}
	}
	if newest >= 0 {
		scannedAt := a.clock(newest)
		object.ScannedAt = &scannedAt
	}
	a.deliver(details, "accounts.updated", a.account, false, struct {
		ids
		Resource resource `json:"resource"`
	}{a.ids(), object})
}

func (t *teller) scanned(s scan) *scanned {
	object := &scanned{Status: s.status, UpdatedAt: t.clock(s.ago)}
	if s.count != nil {
		available := t.available(*s.count)
		object.scannedCount = &scannedCount{Count: available.Count, From: available.From, To: available.To}
	}
	return object
}
