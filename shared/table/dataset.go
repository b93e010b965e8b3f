package table

import (
	"argyle-webhooks/shared/status"
)

// The words of an item. A missing sync is none, and a missing stage is the whole.
const (
	scanSynced   = "synced"
	stagePartial = "partial"
)

func writeDataSet(d status.DataSet, asOf status.Millis) attributes {
	fields := attributes{}
	if d.Sync != status.SyncNone {
		fields.text("sync", d.Sync.String())
	}
	if d.DaysSynced != nil {
		fields.count("days_synced", *d.DaysSynced)
	}
	writeScans(fields, d, asOf)
	fields.except("last_synced_at", d.LastSyncedAt, syncedAt(d.Scan))
	if counted := d.Counted; counted != nil {
		count := attributes{}
		if !sameCount(counted, d.ScanCounted) {
			writeCount(count, counted.Count, counted.From, counted.To)
		}
		if counted.Stage == status.StagePartial {
			count.text("stage", stagePartial)
		}
		if counted.DaysSynced != 0 {
			count.count("days_synced", counted.DaysSynced)
		}
		count.moment("received_at", counted.ReceivedAt)
		fields.object("counted", count)
	}
	if latest := d.Latest; latest != nil {
		object := attributes{}
		object.text("id", latest.ID)
		object.moment("received_at", latest.ReceivedAt)
		fields.object("latest", object)
	}
	fields.moment("changed_at", d.ChangedAt)
	writeUnknown(fields, d.Unknown)
	return fields
}

func readDataSet(fields reader, asOf status.Millis) status.DataSet {
	var d status.DataSet
	switch word := fields.text("sync"); word {
	case "":
	case status.SyncPartial.String():
		d.Sync = status.SyncPartial
	case status.SyncFull.String():
		d.Sync = status.SyncFull
	default:
		fields.wrong("sync", "neither partial nor full")
	}
	d.DaysSynced = fields.optional("days_synced")
	readScans(fields, &d, asOf)
	d.LastSyncedAt = fields.except("last_synced_at", syncedAt(d.Scan))
	if count, ok := fields.object("counted"); ok {
		counted := &status.Counted{Stage: status.StageWhole, DaysSynced: count.count("days_synced"), ReceivedAt: count.moment("received_at")}
		if _, own := count.left["available_count"]; own || d.ScanCounted == nil {
			counted.Count, counted.From, counted.To = readCount(count)
		} else {
			counted.Count, counted.From, counted.To = d.ScanCounted.Count, d.ScanCounted.From, d.ScanCounted.To
		}
		switch count.text("stage") {
		case "":
		case stagePartial:
			counted.Stage = status.StagePartial
		default:
			count.wrong("stage", "not partial")
		}
		d.Counted = counted
	}
	if object, ok := fields.object("latest"); ok {
		d.Latest = &status.Latest{ID: object.text("id"), ReceivedAt: object.moment("received_at")}
	}
	d.ChangedAt = fields.moment("changed_at")
	d.Unknown = unknown(fields)
	return d
}

func writeScans(fields attributes, d status.DataSet, asOf status.Millis) {
	counted := d.ScanCounted
	if scan := d.Scan; scan != nil {
		object := attributes{}
		writeScan(object, *scan, asOf)
		if counted != nil && scanOf(counted) == *scan {
			writeCount(object, counted.Count, counted.From, counted.To)
			counted = nil
		}
		fields.object("scan", object)
	}
	if counted != nil {
		object := attributes{}
		writeScan(object, scanOf(counted), asOf)
		writeCount(object, counted.Count, counted.From, counted.To)
		fields.object("scan_counted", object)
	}
}

func readScans(fields reader, d *status.DataSet, asOf status.Millis) {
	for _, name := range []string{"scan", "scan_counted"} {
		object, ok := fields.object(name)
		if !ok {
			continue
		}
		scan := readScan(object, asOf)
		if name == "scan" {
			d.Scan = &scan
		}
		if _, counted := object.left["available_count"]; counted {
			d.ScanCounted = &status.ScanCounted{AsOf: scan.AsOf, At: scan.At, Status: scan.Status}
			d.ScanCounted.Count, d.ScanCounted.From, d.ScanCounted.To = readCount(object)
		}
	}
}

func scanOf(counted *status.ScanCounted) status.Scan {
	return status.Scan{AsOf: counted.AsOf, At: counted.At, Status: counted.Status}
}

// sameCount tells whether an event counted what the scan counted.
func sameCount(counted *status.Counted, scan *status.ScanCounted) bool {
	return scan != nil && counted.Count == scan.Count && sameMoment(counted.From, scan.From) && sameMoment(counted.To, scan.To)
}

func sameMoment(a, b *status.Millis) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// syncedAt is the last_synced_at that a data set has where it names none.
func syncedAt(scan *status.Scan) status.Millis {
	if scan == nil || scan.Status != scanSynced {
		return 0
	}
	return scan.At
}

func writeScan(object attributes, scan status.Scan, asOf status.Millis) {
	object.except("as_of", scan.AsOf, asOf)
	object.moment("at", scan.At)
	object.text("status", scan.Status)
}

func readScan(object reader, asOf status.Millis) status.Scan {
	return status.Scan{AsOf: object.except("as_of", asOf), At: object.moment("at"), Status: object.text("status")}
}

func writeCount(object attributes, count int64, from, to *status.Millis) {
	object.count("available_count", count)
	object.optional("available_from", from)
	object.optional("available_to", to)
}

func readCount(object reader) (count int64, from, to *status.Millis) {
	return object.count("available_count"), object.optionalMoment("available_from"), object.optionalMoment("available_to")
}
