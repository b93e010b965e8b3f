package argyle

// Account is Argyle's account object as webhooks and the REST API carry it, as far as it is read.
// Source: https://docs.argyle.com/api-reference/accounts.
type Account struct {
	Item           string
	Source         string
	Employers      []string
	OngoingRefresh string // ongoing_refresh.status
	CreatedAt      Millis
	UpdatedAt      Millis // moves on every scan: it orders snapshots
	ScannedAt      Millis
	Connection     *Connection
	// Availability is keyed by the v2 name of the data set. A data set that was never scanned, or that a webhook leaves out, is missing.
	Availability map[string]Availability
}

// Connection is an account's connection to its payroll platform.
type Connection struct {
	Status       string // connecting, connected, error; others word for word
	ErrorCode    string // an open set
	ErrorMessage string
	UpdatedAt    Millis // stands still while connected
}

// Availability is the state of one data set's scans.
type Availability struct {
	Status    string // in_progress, synced, sync_failed; others word for word
	UpdatedAt Millis
	Available *Available
}

func readAccount(o object) (account *Account, err error) {
	account = &Account{}
	if account.Item, err = o.text("item"); err != nil {
		return nil, err
	}
	if account.Source, err = o.text("source"); err != nil {
		return nil, err
	}
	if account.Employers, err = o.texts("employers"); err != nil {
		return nil, err
	}
	if account.CreatedAt, err = o.clock("created_at"); err != nil {
		return nil, err
	}
	if account.UpdatedAt, err = o.clock("updated_at"); err != nil {
		return nil, err
	}
	if account.ScannedAt, err = o.clock("scanned_at"); err != nil {
		return nil, err
	}
	refresh, err := o.object("ongoing_refresh")
	if err != nil {
		return nil, err
	}
	if account.OngoingRefresh, err = refresh.text("status"); err != nil {
		return nil, at("ongoing_refresh", err)
	}
	connection, err := o.object("connection")
	if err != nil {
		return nil, err
	}
	if account.Connection, err = readConnection(connection); err != nil {
		return nil, at("connection", err)
	}
	availability, err := o.object("availability")
	if err != nil {
		return nil, err
	}
	if account.Availability, err = readAvailability(availability); err != nil {
		return nil, at("availability", err)
	}
	return account, nil
}

// readConnection returns nil for an object that is missing, null, or dated at the epoch: it says nothing.
func readConnection(o object) (*Connection, error) {
	updatedAt, err := o.dated()
	if err != nil || updatedAt < 0 {
		return nil, err
	}
	connection := &Connection{UpdatedAt: updatedAt}
	if connection.Status, err = o.text("status"); err != nil {
		return nil, err
	}
	if connection.ErrorCode, err = o.text("error_code"); err != nil {
		return nil, err
	}
	if connection.ErrorMessage, err = o.text("error_message"); err != nil {
		return nil, err
	}
	return connection, nil
}

// readAvailability passes over data sets that are null, that are dated at the epoch, or that are not known.
func readAvailability(o object) (map[string]Availability, error) {
	var scans map[string]Availability
	for key := range o {
		name, known := dataSets[key]
		if !known {
			continue
		}
		fields, err := o.object(key)
		if err != nil {
			return nil, err
		}
		scan, err := readScan(fields)
		if err != nil {
			return nil, at(key, err)
		}
		if scan == nil {
			continue
		}
		if _, twice := scans[name]; twice && key != name {
			continue // sent under its v1 name as well: the v2 name counts
		}
		if scans == nil {
			scans = map[string]Availability{}
		}
		scans[name] = *scan
	}
	return scans, nil
}

func readScan(o object) (*Availability, error) {
	updatedAt, err := o.dated()
	if err != nil || updatedAt < 0 {
		return nil, err
	}
	scan := &Availability{UpdatedAt: updatedAt}
	if scan.Status, err = o.text("status"); err != nil {
		return nil, err
	}
	scan.Available, err = readAvailable(o)
	return scan, err
}

// dated reads updated_at of an object that may be missing: negative where the object is missing or is dated at the epoch or before, and so is
// no evidence; 0 where a present object's updated_at is null.
func (o object) dated() (Millis, error) {
	if o == nil {
		return -1, nil
	}
	updatedAt, err := o.time("updated_at")
	switch {
	case err != nil:
		return -1, err
	case updatedAt == nil:
		return 0, nil
	case *updatedAt <= 0:
		return -1, nil
	}
	return *updatedAt, nil
}
