package status_test

import (
	"testing"

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
