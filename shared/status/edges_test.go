package status_test

import (
	"testing"
	"time"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
)

// What follows was found missing by infra/mutants.

// A tombstone keeps nothing else even where there is nothing to merge it with.
func TestMergeSettlesWhatMeetsNothing(t *testing.T) {
	key := status.Key{User: "u", Account: "a"}
	full := status.Record{Key: key, RemovedAt: 5, AddedAt: 3, EverConnected: true, Unknown: status.Unknown{"later": "1"}}
	want := status.Record{Key: key, RemovedAt: 5}
	same(t, "settled on the right", status.Merge(status.Record{}, full), want)
	same(t, "settled on the left", status.Merge(full, status.Record{}), want)
}

// A part's own clock decides between snapshots of the same time only.
func TestMergeOrdersSnapshotsByTheirOwnTime(t *testing.T) {
	key := status.Key{User: "u", Account: "a"}
	snapshot := func(asOf, at status.Millis, word string) status.Record {
		return status.Record{
			Key: key, Reported: &status.Reported{AsOf: asOf, At: at, Status: word},
			DataSets: map[string]status.DataSet{"paystubs": {
				Scan: &status.Scan{AsOf: asOf, At: at, Status: word}, ScanCounted: &status.ScanCounted{AsOf: asOf, At: at, Status: word},
			}},
		}
	}
	for name, c := range map[string]struct{ older, newer status.Record }{
		"the newer snapshot has the older part": {snapshot(1, 9, "zz"), snapshot(2, 3, "aa")},
		"of one time the newer part":            {snapshot(2, 3, "zz"), snapshot(2, 4, "aa")},
	} {
		same(t, name, status.Merge(c.older, c.newer), c.newer)
		same(t, name, status.Merge(c.newer, c.older), c.newer)
	}
}

func TestMergeKeepsTheGreatestDays(t *testing.T) {
	days := func(n int64) status.Record {
		return status.Record{Key: status.Key{User: "u", Account: "a"}, DataSets: map[string]status.DataSet{"paystubs": {DaysSynced: &n}}}
	}
	for _, less := range []status.Record{days(0), {Key: days(1).Key}} {
		same(t, "the greatest", status.Merge(less, days(1)), days(1))
		same(t, "the greatest", status.Merge(days(1), less), days(1))
	}
}

// A connection that is being made, or a word of Argyle's that is not known, contradicts neither event.
func TestConnectingContradictsNothing(t *testing.T) {
	for _, name := range []string{"accounts.connected", "accounts.failed"} {
		for _, word := range []string{"connecting", "a_new_word"} {
			event, err := argyle.Parse([]byte(`{"event": "` + name + `", "data": {"account": "a", "user": "u", "resource": {
				"updated_at": "2026-01-02T00:00:00Z", "connection": {"status": "` + word + `", "updated_at": "2026-01-02T00:00:00Z"}}}}`))
			if err != nil {
				t.Fatal(err)
			}
			records, notes, err := status.Evidence(event, time.Date(2026, 1, 2, 0, 1, 0, 0, time.UTC))
			if err != nil || len(records) != 1 || records[0].Signalled != nil || records[0].EverConnected || len(notes) != 0 {
				t.Errorf("%s with %s: %+v %v (%v)", name, word, records, notes, err)
			}
		}
	}
}
