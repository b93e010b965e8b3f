package table

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"argyle-webhooks/shared/status"
)

// The generators draw any record that the types allow, likely or not: few different times and words, so that equal ones meet.
var (
	moments  = rapid.SampledFrom([]status.Millis{0, 1, 1769714840123, 1769714840124, 1769714850000, -86400000})
	words    = rapid.OneOf(rapid.SampledFrom([]string{"", "synced", "in_progress", "connected", "error", "Acme & Söhne <1>"}), rapid.String())
	numbers  = rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64())
	ids      = rapid.StringMatching(`[a-z0-9#-]{1,40}`)
	dataSets = rapid.SampledFrom([]string{"paystubs", "identities", "gigs", "payroll_documents", "later_data_set"})
)

// maybe draws nil now and then.
func maybe[T any](t *rapid.T, name string, draw func() T) *T {
	if !rapid.Bool().Draw(t, "has "+name) {
		return nil
	}
	value := draw()
	return &value
}

func list(t *rapid.T, name string) []string {
	if drawn := rapid.SliceOfN(words, 0, 3).Draw(t, name); len(drawn) > 0 {
		return drawn
	}
	return nil // an empty list is the provider's null
}

func drawRecord(t *rapid.T) status.Record {
	record := status.Record{Key: status.Key{User: ids.Draw(t, "user")}}
	if rapid.Bool().Draw(t, "is an account") {
		record.Account = ids.Draw(t, "account")
	}
	if rapid.Bool().Draw(t, "removed") {
		record.RemovedAt = status.Millis(rapid.Int64Range(1, 1<<42).Draw(t, "removed at"))
		return record
	}
	record.Reported = maybe(t, "reported", func() status.Reported {
		return status.Reported{
			AsOf: moments.Draw(t, "as of"), At: moments.Draw(t, "at"), Status: words.Draw(t, "status"),
			ErrorCode: words.Draw(t, "code"), ErrorMessage: words.Draw(t, "message"),
		}
	})
	record.Signalled = maybe(t, "signalled", func() status.Signalled {
		return status.Signalled{
			ReceivedAt: moments.Draw(t, "received"), Status: words.Draw(t, "status"),
			ErrorCode: words.Draw(t, "code"), ErrorMessage: words.Draw(t, "message"),
		}
	})
	record.EverConnected = rapid.Bool().Draw(t, "ever connected")
	record.AddedAt = moments.Draw(t, "added")
	record.About = maybe(t, "about", func() status.About {
		return status.About{
			AsOf: moments.Draw(t, "as of"), Employers: list(t, "employers"), Item: words.Draw(t, "item"),
			OngoingRefresh: words.Draw(t, "refresh"), ScannedAt: moments.Draw(t, "scanned"), Source: words.Draw(t, "source"),
		}
	})
	if names := rapid.SliceOfDistinct(dataSets, rapid.ID).Draw(t, "data sets"); len(names) > 0 {
		record.DataSets = map[string]status.DataSet{}
		for _, name := range names {
			record.DataSets[name] = drawDataSet(t)
		}
	}
	record.Synced = list(t, "synced")
	slices.Sort(record.Synced)
	record.FullySyncedAt = moments.Draw(t, "fully synced")
	record.Profile = maybe(t, "profile", func() status.Profile {
		return status.Profile{ExternalID: words.Draw(t, "external id"), ReceivedAt: moments.Draw(t, "received")}
	})
	record.Unknown = drawUnknown(t)
	return record
}

func drawDataSet(t *rapid.T) status.DataSet {
	moment := func() status.Millis { return moments.Draw(t, "moment") }
	d := status.DataSet{
		Sync:         rapid.SampledFrom([]status.Sync{status.SyncNone, status.SyncPartial, status.SyncFull}).Draw(t, "sync"),
		DaysSynced:   maybe(t, "days", func() int64 { return numbers.Draw(t, "days") }),
		LastSyncedAt: moment(),
		ChangedAt:    moment(),
		Unknown:      drawUnknown(t),
	}
	d.Scan = maybe(t, "scan", func() status.Scan {
		return status.Scan{AsOf: moment(), At: moment(), Status: words.Draw(t, "status")}
	})
	d.ScanCounted = maybe(t, "counted scan", func() status.ScanCounted {
		counted := status.ScanCounted{Count: numbers.Draw(t, "count"), From: maybe(t, "from", moment), To: maybe(t, "to", moment)}
		if d.Scan != nil && rapid.Bool().Draw(t, "is the scan") {
			counted.AsOf, counted.At, counted.Status = d.Scan.AsOf, d.Scan.At, d.Scan.Status
		} else {
			counted.AsOf, counted.At, counted.Status = moment(), moment(), words.Draw(t, "status")
		}
		return counted
	})
	d.Counted = maybe(t, "counted", func() status.Counted {
		counted := status.Counted{
			Count: numbers.Draw(t, "count"), From: maybe(t, "from", moment), To: maybe(t, "to", moment),
			DaysSynced: numbers.Draw(t, "days"), ReceivedAt: moment(),
			Stage: rapid.SampledFrom([]status.Stage{status.StagePartial, status.StageWhole}).Draw(t, "stage"),
		}
		if d.ScanCounted != nil && rapid.Bool().Draw(t, "counts as the scan") {
			counted.Count, counted.From, counted.To = d.ScanCounted.Count, d.ScanCounted.From, d.ScanCounted.To
		}
		return counted
	})
	d.Latest = maybe(t, "latest", func() status.Latest {
		return status.Latest{ID: words.Draw(t, "id"), ReceivedAt: moment()}
	})
	return d
}

func drawUnknown(t *rapid.T) status.Unknown {
	unknown := status.Unknown{}
	for range rapid.IntRange(0, 2).Draw(t, "unknown attributes") {
		encoded, err := canonical(drawValue(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		unknown["later_"+ids.Draw(t, "attribute")] = encoded
	}
	if len(unknown) == 0 {
		return nil
	}
	return unknown
}

// drawValue draws a DynamoDB attribute value of any type, nested up to depth.
func drawValue(t *rapid.T, depth int) types.AttributeValue {
	kinds := []string{"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS"}
	if depth > 0 {
		kinds = append(kinds, "L", "M")
	}
	digits := rapid.StringMatching(`-?[1-9][0-9]{0,20}(\.[0-9]{0,10}[1-9])?`)
	binary := rapid.SliceOfN(rapid.Byte(), 1, 5)
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "S":
		return &types.AttributeValueMemberS{Value: words.Draw(t, "S")}
	case "N":
		return &types.AttributeValueMemberN{Value: digits.Draw(t, "N")}
	case "B":
		return &types.AttributeValueMemberB{Value: binary.Draw(t, "B")}
	case "BOOL":
		return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(t, "BOOL")}
	case "SS":
		return &types.AttributeValueMemberSS{Value: rapid.SliceOfNDistinct(ids, 1, 3, rapid.ID).Draw(t, "SS")}
	case "NS":
		return &types.AttributeValueMemberNS{Value: rapid.SliceOfNDistinct(digits, 1, 3, rapid.ID).Draw(t, "NS")}
	case "BS":
		return &types.AttributeValueMemberBS{Value: rapid.SliceOfNDistinct(binary, 1, 3, func(b []byte) string { return string(b) }).Draw(t, "BS")}
	case "L":
		items := []types.AttributeValue{}
		for range rapid.IntRange(0, 3).Draw(t, "L") {
			items = append(items, drawValue(t, depth-1))
		}
		return &types.AttributeValueMemberL{Value: items}
	case "M":
		fields := map[string]types.AttributeValue{}
		for range rapid.IntRange(0, 3).Draw(t, "M") {
			fields[ids.Draw(t, "name")] = drawValue(t, depth-1)
		}
		return &types.AttributeValueMemberM{Value: fields}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}
