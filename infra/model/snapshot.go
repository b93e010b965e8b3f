package model

import (
	"maps"
	"slices"
)

// A snapshot is the resource of an event: the account as Argyle knew it at asOf.
type snapshot struct {
	asOf       int64  // 0 where the resource has no time: it orders before all others.
	createdAt  any    // int64 or nil.
	about      object // item, source, employers, ongoing_refresh and scanned_at.
	connection object // status, error_code, error_message and updated_at; nil without one.
	scans      []scan // One for each data set that availability tells of.
}

// A scan is one entry of a resource's availability.
type scan struct {
	asOf    int64
	dataSet string // In v2 words.
	status  string
	at      any    // updated_at: int64 or nil.
	count   object // available_count, _from and _to; nil without a count.
}

// readSnapshot reads the resource of an account's event: nil when there is none or it is another's.
func readSnapshot(data object, e event) (*snapshot, error) {
	resource, err := inner(data, "resource")
	if err != nil || resource == nil {
		return nil, err
	}
	owners, err := readTexts(resource, "id", "user")
	if err != nil || differs(owners["id"], e.account) || differs(owners["user"], e.user) {
		return nil, err
	}
	s := &snapshot{}
	asOf, err := clock(resource, "updated_at", e.received)
	if err != nil {
		return nil, err
	}
	s.asOf = as[int64](asOf)
	if s.createdAt, err = clock(resource, "created_at", e.received); err != nil {
		return nil, err
	}
	if s.about, err = readAbout(resource, e.received); err != nil {
		return nil, err
	}
	if s.connection, err = readConnection(resource, e.received); err != nil {
		return nil, err
	}
	s.scans, err = readScans(resource, s.asOf, e.received)
	return s, err
}

// readAbout reads what a resource says of the account itself.
func readAbout(resource object, received int64) (object, error) {
	about, err := readTexts(resource, "item", "source")
	if err != nil {
		return nil, err
	}
	if about["employers"], err = texts(resource, "employers"); err != nil {
		return nil, err
	}
	refresh, err := inner(resource, "ongoing_refresh")
	if err != nil {
		return nil, err
	}
	if about["ongoing_refresh"], err = text(refresh, "status"); err != nil {
		return nil, err
	}
	about["scanned_at"], err = clock(resource, "scanned_at", received)
	return about, err
}

// readConnection reads a resource's connection: nil when it is missing, null or of 1970.
func readConnection(resource object, received int64) (object, error) {
	o, err := inner(resource, "connection")
	if err != nil || o == nil {
		return nil, err
	}
	connection, err := readTexts(o, "status", "error_code", "error_message")
	if err != nil {
		return nil, err
	}
	if connection["updated_at"], err = clock(o, "updated_at", received); err != nil {
		return nil, err
	}
	if connection["status"] == nil || never(o, "updated_at") {
		return nil, nil
	}
	return connection, nil
}

// readScans reads a resource's availability. Entries that are missing, null or of 1970 say nothing; names that are no data sets' are
// left alone.
func readScans(resource object, asOf, received int64) ([]scan, error) {
	availability, err := inner(resource, "availability")
	if err != nil {
		return nil, err
	}
	var scans []scan
	for _, name := range slices.Sorted(maps.Keys(availability)) {
		if !slices.Contains(dataSets, v2Word(name)) {
			continue
		}
		o, err := inner(availability, name)
		if err != nil {
			return nil, err
		}
		status, err := text(o, "status")
		if err != nil {
			return nil, err
		}
		at, err := clock(o, "updated_at", received)
		if err != nil {
			return nil, err
		}
		count, err := readCount(o)
		if err != nil {
			return nil, err
		}
		if o == nil || status == nil || never(o, "updated_at") {
			continue
		}
		scans = append(scans, scan{asOf: asOf, dataSet: v2Word(name), status: as[string](status), at: at, count: count})
	}
	return scans, nil
}

// never reports whether a time is there and is 1970, by which Argyle says that the object around it has never been anything.
func never(o object, field string) bool {
	t, err := date(o, field)
	return err == nil && t == int64(0)
}
