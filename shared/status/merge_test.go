package status_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"argyle-webhooks/shared/status"
)

// The values are few and near each other, so that equal keys, and so ties, are common.

var (
	drawClock  = rapid.Map(rapid.Int64Range(0, 3), func(n int64) status.Millis { return status.Millis(n) })
	drawMoment = rapid.Map(rapid.Int64Range(1, 3), func(n int64) status.Millis { return status.Millis(n) })
	drawWord   = rapid.SampledFrom([]string{"", "connected", "error", "synced", "sync_failed", "in_progress", "other"})
	drawCount  = rapid.SampledFrom([]int64{0, 1, 9, 10})
	drawDate   = rapid.Ptr(drawClock, true)
)

func optional[T any](draw func(*rapid.T) T) *rapid.Generator[*T] {
	return rapid.Ptr(rapid.Custom(draw), true)
}

var drawUnknown = rapid.Custom(func(t *rapid.T) status.Unknown {
	m := rapid.MapOfN(rapid.SampledFrom([]string{"later", "newer"}), rapid.SampledFrom([]string{`{"N":"1"}`, `{"N":"2"}`}), 0, 2).Draw(t, "unknown")
	if len(m) == 0 {
		return nil
	}
	return m
})

var drawDataSet = rapid.Custom(func(t *rapid.T) status.DataSet {
	return status.DataSet{
		Sync:       rapid.SampledFrom([]status.Sync{status.SyncNone, status.SyncPartial, status.SyncFull}).Draw(t, "sync"),
		DaysSynced: rapid.Ptr(drawCount, true).Draw(t, "days"),
		Scan: optional(func(t *rapid.T) status.Scan {
			return status.Scan{AsOf: drawClock.Draw(t, "as_of"), At: drawClock.Draw(t, "at"), Status: drawWord.Draw(t, "status")}
		}).Draw(t, "scan"),
		ScanCounted: optional(func(t *rapid.T) status.ScanCounted {
			return status.ScanCounted{
				AsOf: drawClock.Draw(t, "as_of"), At: drawClock.Draw(t, "at"), Status: drawWord.Draw(t, "status"),
				Count: drawCount.Draw(t, "count"), From: drawDate.Draw(t, "from"), To: drawDate.Draw(t, "to"),
			}
		}).Draw(t, "scan counted"),
		LastSyncedAt: drawClock.Draw(t, "last synced"),
		Counted: optional(func(t *rapid.T) status.Counted {
			counted := status.Counted{
				Stage: rapid.SampledFrom([]status.Stage{status.StagePartial, status.StageWhole}).Draw(t, "stage"), ReceivedAt: drawMoment.Draw(t, "received"),
				Count: drawCount.Draw(t, "count"), From: drawDate.Draw(t, "from"), To: drawDate.Draw(t, "to"),
			}
			if counted.Stage == status.StagePartial {
				counted.DaysSynced = drawCount.Draw(t, "days")
			}
			return counted
		}).Draw(t, "counted"),
		Latest: optional(func(t *rapid.T) status.Latest {
			return status.Latest{ID: rapid.SampledFrom([]string{"i", "j"}).Draw(t, "id"), ReceivedAt: drawMoment.Draw(t, "received")}
		}).Draw(t, "latest"),
		ChangedAt: drawClock.Draw(t, "changed"),
		Unknown:   drawUnknown.Draw(t, "unknown"),
	}
})

// drawRecord draws records of one key, a tenth of them tombstones and some of them zero.
var drawRecord = rapid.Custom(func(t *rapid.T) status.Record {
	key := status.Key{User: "u", Account: "a"}
	switch rapid.IntRange(0, 19).Draw(t, "kind") {
	case 0:
		return status.Record{}
	case 1, 2:
		return status.Record{Key: key, RemovedAt: drawMoment.Draw(t, "removed")}
	}
	record := status.Record{
		Key: key,
		Reported: optional(func(t *rapid.T) status.Reported {
			return status.Reported{AsOf: drawClock.Draw(t, "as_of"), At: drawClock.Draw(t, "at"), Status: drawWord.Draw(t, "status"), ErrorCode: drawWord.Draw(t, "code")}
		}).Draw(t, "reported"),
		Signalled: optional(func(t *rapid.T) status.Signalled {
			return status.Signalled{ReceivedAt: drawMoment.Draw(t, "received"), Status: drawWord.Draw(t, "status"), ErrorCode: drawWord.Draw(t, "code")}
		}).Draw(t, "signalled"),
		EverConnected: rapid.Bool().Draw(t, "ever"),
		AddedAt:       drawClock.Draw(t, "added"),
		About: optional(func(t *rapid.T) status.About {
			about := status.About{AsOf: drawClock.Draw(t, "as_of"), Item: drawWord.Draw(t, "item"), ScannedAt: drawClock.Draw(t, "scanned")}
			if employer := drawWord.Draw(t, "employer"); employer != "" {
				about.Employers = []string{employer}
			}
			return about
		}).Draw(t, "about"),
		FullySyncedAt: drawClock.Draw(t, "fully synced"),
		Profile: optional(func(t *rapid.T) status.Profile {
			return status.Profile{ExternalID: drawWord.Draw(t, "external"), ReceivedAt: drawMoment.Draw(t, "received")}
		}).Draw(t, "profile"),
		Unknown: drawUnknown.Draw(t, "unknown"),
	}
	if sets := rapid.MapOfN(rapid.SampledFrom([]string{"paystubs", "gigs"}), drawDataSet, 0, 2).Draw(t, "data sets"); len(sets) > 0 {
		record.DataSets = sets
	}
	for _, id := range []string{"a", "b"} {
		if rapid.Bool().Draw(t, "synced "+id) {
			record.Synced = append(record.Synced, id)
		}
	}
	return record
})

func TestMergeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawRecord.Draw(t, "a"), drawRecord.Draw(t, "b"), drawRecord.Draw(t, "c")
		before := cmp.Diff(a, b)

		same := func(law string, x, y status.Record) {
			if diff := cmp.Diff(x, y); diff != "" || !status.Equal(x, y) {
				t.Fatalf("%s:\n%s", law, diff)
			}
		}
		same("idempotent", status.Merge(a, a), a)
		same("identity, left", status.Merge(status.Record{}, a), a)
		same("identity, right", status.Merge(a, status.Record{}), a)
		same("commutative", status.Merge(a, b), status.Merge(b, a))
		same("associative", status.Merge(a, status.Merge(b, c)), status.Merge(status.Merge(a, b), c))
		same("absorbs what it has", status.Merge(status.Merge(a, b), b), status.Merge(a, b))
		if before != cmp.Diff(a, b) {
			t.Fatal("Merge changed its arguments")
		}
	})
}

func TestMergeKeepsWhatItDoesNotKnow(t *testing.T) {
	key := status.Key{User: "u", Account: "a"}
	newer := status.Record{
		Key: key, Unknown: status.Unknown{"score": `{"N":"7"}`, "both": `{"N":"1"}`},
		DataSets: map[string]status.DataSet{"paystubs": {Unknown: status.Unknown{"depth": `{"N":"3"}`}}},
	}
	older := status.Record{
		Key: key, AddedAt: 5, Unknown: status.Unknown{"both": `{"N":"2"}`},
		DataSets: map[string]status.DataSet{"paystubs": {Sync: status.SyncFull}},
	}
	want := status.Record{
		Key: key, AddedAt: 5, Unknown: status.Unknown{"score": `{"N":"7"}`, "both": `{"N":"2"}`},
		DataSets: map[string]status.DataSet{"paystubs": {Sync: status.SyncFull, Unknown: status.Unknown{"depth": `{"N":"3"}`}}},
	}
	if diff := cmp.Diff(want, status.Merge(newer, older)); diff != "" {
		t.Error(diff)
	}
	gone := status.Record{Key: key, RemovedAt: 9}
	if diff := cmp.Diff(gone, status.Merge(newer, gone)); diff != "" {
		t.Errorf("a tombstone leaves the key and the time: %s", diff)
	}
}

func TestMergeSettlesTies(t *testing.T) {
	record := func(d status.DataSet) status.Record {
		return status.Record{Key: status.Key{User: "u", Account: "a"}, DataSets: map[string]status.DataSet{"paystubs": d}}
	}
	scan := func(word string) status.DataSet {
		return status.DataSet{Scan: &status.Scan{AsOf: 1, At: 1, Status: word}}
	}
	counted := func(word string, n int64) status.DataSet {
		return status.DataSet{ScanCounted: &status.ScanCounted{AsOf: 1, At: 1, Status: word, Count: n}}
	}
	from := status.Millis(7)
	cases := []struct {
		name         string
		less, greats status.DataSet
	}{
		{"synced over sync_failed", scan("sync_failed"), scan("synced")},
		{"sync_failed over in_progress", scan("in_progress"), scan("sync_failed")},
		{"in_progress over a word that is not known", scan("zzz"), scan("in_progress")},
		{"of two words that are not known the greater", scan("aaa"), scan("bbb")},
		{"the status before the count", counted("in_progress", 9), counted("synced", 1)},
		{"the larger count, by value", counted("synced", 9), counted("synced", 10)},
		{
			"null over a date, by the encoding",
			status.DataSet{ScanCounted: &status.ScanCounted{AsOf: 1, From: &from}},
			status.DataSet{ScanCounted: &status.ScanCounted{AsOf: 1}},
		},
		{
			"of the whole the newer, though less",
			status.DataSet{Counted: &status.Counted{Stage: status.StageWhole, Count: 9, ReceivedAt: 1}},
			status.DataSet{Counted: &status.Counted{Stage: status.StageWhole, Count: 2, ReceivedAt: 2}},
		},
		{
			"the whole over any window",
			status.DataSet{Counted: &status.Counted{Stage: status.StagePartial, DaysSynced: 900, Count: 9, ReceivedAt: 8}},
			status.DataSet{Counted: &status.Counted{Stage: status.StageWhole, Count: 2, ReceivedAt: 2}},
		},
		{
			"the longer window, though received before",
			status.DataSet{Counted: &status.Counted{Stage: status.StagePartial, DaysSynced: 30, Count: 9, ReceivedAt: 8}},
			status.DataSet{Counted: &status.Counted{Stage: status.StagePartial, DaysSynced: 111, Count: 3, ReceivedAt: 2}},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(record(c.greats), status.Merge(record(c.less), record(c.greats))); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(record(c.greats), status.Merge(record(c.greats), record(c.less))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMergeOfDifferentKeysPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Merge returned")
		}
	}()
	status.Merge(
		status.Record{Key: status.Key{User: "u", Account: "a"}, AddedAt: 1},
		status.Record{Key: status.Key{User: "v", Account: "a"}, AddedAt: 1},
	)
}
