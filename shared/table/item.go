package table

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/status"
)

// The form of an item. A write is paid by the kilobyte, so times are milliseconds as numbers, nothing null or empty is stored, and what is the
// same in two places stands in one:
//
//   - as_of of a snapshot stands in about; reported and the scans have their own only where they come from another snapshot;
//   - available_count, _from and _to stand in scan; scan_counted is there only where an older scan was the last with a count;
//   - the same three stand in counted, an event's count, only where they differ from the scan's;
//   - last_synced_at is there only where it is not the time of the scan beside it.
//
// Reading gives back the very record that was written. connection_status alone is derived: a person who looks at the table wants it, and a
// reader ignores it. Attributes that this version does not know are kept at the top and in each data set, and nowhere else: a later
// version must put what is new there, under a name of its own, with its own as_of.

// encode is the reverse of decode.
func encode(item Item) map[string]types.AttributeValue {
	record := item.Record
	top := attributes(keyOf(record.Key))
	top.text("account", record.Account)
	top.count("rev", item.Revision)
	top.moment("updated_at", item.UpdatedAt)
	if record.RemovedAt != 0 {
		top.moment("removed_at", record.RemovedAt)
		top.count("expires_at", record.RemovedAt.Time().Add(status.TombstoneLife).Unix())
		return top
	}
	if record.Account != "" {
		top.text("connection_status", record.ConnectionStatus())
	}
	top.moment("added_at", record.AddedAt)
	if record.EverConnected {
		top["ever_connected"] = &types.AttributeValueMemberBOOL{Value: true}
	}
	asOf := snapshotTime(record.About)
	writeConnection(top, record, asOf)
	writeAbout(top, record.About)
	if len(record.DataSets) > 0 {
		dataSets := attributes{}
		for name, dataSet := range record.DataSets {
			dataSets.object(name, writeDataSet(dataSet, asOf))
		}
		top.object("data_sets", dataSets)
	}
	top.texts("synced", record.Synced)
	top.moment("fully_synced_at", record.FullySyncedAt)
	if profile := record.Profile; profile != nil {
		fields := attributes{}
		fields.text("external_id", profile.ExternalID)
		fields.moment("received_at", profile.ReceivedAt)
		top.object("profile", fields)
	}
	writeUnknown(top, record.Unknown)
	return top
}

func decode(stored map[string]types.AttributeValue) (item Item, err error) {
	top := read(stored, &err)
	key, keyErr := parseKey(top.text(partitionKey), top.text(sortKey))
	if keyErr != nil {
		return Item{}, keyErr
	}
	for _, derived := range []string{"account", "expires_at", "connection_status"} {
		top.take(derived)
	}
	item.Revision = top.count("rev")
	if item.Revision <= 0 {
		top.wrong("rev", "missing, or no positive number")
	}
	item.UpdatedAt = top.moment("updated_at")
	record := status.Record{Key: key, RemovedAt: top.moment("removed_at")}
	if record.RemovedAt == 0 {
		readRecord(top, &record)
	}
	item.Record = record
	if err != nil {
		return Item{}, err
	}
	return item, nil
}

func readRecord(top reader, record *status.Record) {
	record.AddedAt = top.moment("added_at")
	record.EverConnected = top.bool("ever_connected")
	record.About = readAbout(top)
	asOf := snapshotTime(record.About)
	readConnection(top, record, asOf)
	if dataSets, ok := top.object("data_sets"); ok && len(dataSets.left) > 0 { // Merge makes no empty map, and Equal tells it from none
		record.DataSets = map[string]status.DataSet{}
		for name := range dataSets.left {
			if fields, ok := dataSets.object(name); ok {
				record.DataSets[name] = readDataSet(fields, asOf)
			}
		}
	}
	record.Synced = top.texts("synced")
	record.FullySyncedAt = top.moment("fully_synced_at")
	if fields, ok := top.object("profile"); ok {
		record.Profile = &status.Profile{ExternalID: fields.text("external_id"), ReceivedAt: fields.moment("received_at")}
	}
	record.Unknown = unknown(top)
}

// snapshotTime is the as_of that parts of a record have where they name none.
func snapshotTime(about *status.About) status.Millis {
	if about == nil {
		return 0
	}
	return about.AsOf
}

func writeConnection(top attributes, record status.Record, asOf status.Millis) {
	if reported := record.Reported; reported != nil {
		fields := attributes{}
		fields.except("as_of", reported.AsOf, asOf)
		fields.moment("at", reported.At)
		fields.text("status", reported.Status)
		fields.text("error_code", reported.ErrorCode)
		fields.text("error_message", reported.ErrorMessage)
		top.object("reported", fields)
	}
	if signalled := record.Signalled; signalled != nil {
		fields := attributes{}
		fields.moment("received_at", signalled.ReceivedAt)
		fields.text("status", signalled.Status)
		fields.text("error_code", signalled.ErrorCode)
		fields.text("error_message", signalled.ErrorMessage)
		top.object("signalled", fields)
	}
}

func readConnection(top reader, record *status.Record, asOf status.Millis) {
	if fields, ok := top.object("reported"); ok {
		record.Reported = &status.Reported{
			AsOf: fields.except("as_of", asOf), At: fields.moment("at"), Status: fields.text("status"),
			ErrorCode: fields.text("error_code"), ErrorMessage: fields.text("error_message"),
		}
	}
	if fields, ok := top.object("signalled"); ok {
		record.Signalled = &status.Signalled{
			ReceivedAt: fields.moment("received_at"), Status: fields.text("status"),
			ErrorCode: fields.text("error_code"), ErrorMessage: fields.text("error_message"),
		}
	}
}

func writeAbout(top attributes, about *status.About) {
	if about == nil {
		return
	}
	fields := attributes{}
	fields.moment("as_of", about.AsOf)
	fields.texts("employers", about.Employers)
	fields.text("item", about.Item)
	fields.text("ongoing_refresh", about.OngoingRefresh)
	fields.moment("scanned_at", about.ScannedAt)
	fields.text("source", about.Source)
	top.object("about", fields)
}

func readAbout(top reader) *status.About {
	fields, ok := top.object("about")
	if !ok {
		return nil
	}
	return &status.About{
		AsOf: fields.moment("as_of"), Employers: fields.texts("employers"), Item: fields.text("item"),
		OngoingRefresh: fields.text("ongoing_refresh"), ScannedAt: fields.moment("scanned_at"), Source: fields.text("source"),
	}
}
