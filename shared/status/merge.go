package status

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
)

// Merge joins two records of the same key. It is commutative, associative and idempotent, so that any order and any number of deliveries of
// the same evidence end in the same record; the zero Record is its identity. It shares memory with its arguments and changes neither.
// Merging records of different keys is a bug and panics.
//
// "Last writer by k" keeps the composite with the greater k whole: a null in it is a value and is never filled from the other side. Ties fall
// to the greater canonical encoding (see canonical.go), for scans after the status and the count.
func Merge(a, b Record) Record {
	switch {
	case a.isZero():
		return b.settled()
	case b.isZero():
		return a.settled()
	case a.Key != b.Key:
		panic("status: merging records of different keys")
	case a.RemovedAt != 0 || b.RemovedAt != 0:
		return Record{Key: a.Key, RemovedAt: earliest(a.RemovedAt, b.RemovedAt)}
	}
	return Record{
		Key:           a.Key,
		Reported:      last(a.Reported, b.Reported, (*Reported).compare),
		Signalled:     last(a.Signalled, b.Signalled, (*Signalled).compare),
		EverConnected: a.EverConnected || b.EverConnected,
		AddedAt:       earliest(a.AddedAt, b.AddedAt),
		About:         last(a.About, b.About, (*About).compare),
		DataSets:      union(a.DataSets, b.DataSets, mergeDataSets),
		Synced:        unionOfIDs(a.Synced, b.Synced),
		FullySyncedAt: max(a.FullySyncedAt, b.FullySyncedAt),
		Profile:       last(a.Profile, b.Profile, (*Profile).compare),
		Unknown:       mergeUnknown(a.Unknown, b.Unknown),
	}
}

func mergeDataSets(a, b DataSet) DataSet {
	return DataSet{
		Sync:         max(a.Sync, b.Sync),
		DaysSynced:   greatest(a.DaysSynced, b.DaysSynced),
		Scan:         last(a.Scan, b.Scan, (*Scan).compare),
		ScanCounted:  last(a.ScanCounted, b.ScanCounted, (*ScanCounted).compare),
		LastSyncedAt: max(a.LastSyncedAt, b.LastSyncedAt),
		Counted:      last(a.Counted, b.Counted, (*Counted).compare),
		Latest:       last(a.Latest, b.Latest, (*Latest).compare),
		ChangedAt:    max(a.ChangedAt, b.ChangedAt),
		Unknown:      mergeUnknown(a.Unknown, b.Unknown),
	}
}

func mergeUnknown(a, b Unknown) Unknown {
	return union(a, b, func(a, b string) string { return max(a, b) })
}

// Equal tells whether two records hold the same, so that writing the one over the other would change nothing.
func Equal(a, b Record) bool { return reflect.DeepEqual(a, b) }

func (r *Record) isZero() bool { return Equal(*r, Record{}) }

// settled is the record, or what a removal leaves of it.
func (r *Record) settled() Record {
	if r.RemovedAt != 0 {
		return Record{Key: r.Key, RemovedAt: r.RemovedAt}
	}
	return *r
}

// The orders. Each compares two composites by the key of its lattice, before ties.

func (a *Reported) compare(b *Reported) int {
	return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.At, b.At))
}

func (a *Signalled) compare(b *Signalled) int { return cmp.Compare(a.ReceivedAt, b.ReceivedAt) }

func (a *About) compare(b *About) int { return cmp.Compare(a.AsOf, b.AsOf) }

func (a *Profile) compare(b *Profile) int { return cmp.Compare(a.ReceivedAt, b.ReceivedAt) }

func (a *Latest) compare(b *Latest) int { return cmp.Compare(a.ReceivedAt, b.ReceivedAt) }

func (a *Scan) compare(b *Scan) int {
	return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.At, b.At), cmp.Compare(scanRank(a.Status), scanRank(b.Status)))
}

func (a *ScanCounted) compare(b *ScanCounted) int {
	return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.At, b.At), cmp.Compare(scanRank(a.Status), scanRank(b.Status)),
		cmp.Compare(a.Count, b.Count))
}

// The count of the whole is no part of its order: paystubs can become fewer, so there the newest event counts.
func (a *Counted) compare(b *Counted) int {
	if a.Stage == StageWhole && b.Stage == StageWhole {
		return cmp.Compare(a.ReceivedAt, b.ReceivedAt)
	}
	return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.DaysSynced, b.DaysSynced), cmp.Compare(a.Count, b.Count),
		cmp.Compare(a.ReceivedAt, b.ReceivedAt))
}

// scanRank orders the statuses of two scans of the same time: the further one counts, and one that is not known least.
func scanRank(status string) int {
	switch status {
	case scanSynced:
		return 3
	case scanSyncFailed:
		return 2
	case scanInProgress:
		return 1
	}
	return 0
}

// last returns the greater by compare, and of two equal ones the one with the greater canonical encoding; nil is less than all.
func last[T any](a, b *T, compare func(a, b *T) int) *T {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	order := compare(a, b)
	if order == 0 && !reflect.DeepEqual(a, b) {
		order = cmp.Compare(canonical(a), canonical(b))
	}
	if order < 0 {
		return b
	}
	return a
}

// earliest returns the lesser of two moments; never (0) is no moment.
func earliest(a, b Millis) Millis {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// greatest returns the greater number; nil is less than all.
func greatest(a, b *int64) *int64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// union joins two maps, their common keys by merge. An empty result is nil.
func union[M ~map[string]V, V any](a, b M, merge func(a, b V) V) M {
	switch {
	case len(a) == 0 && len(b) == 0:
		return nil
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	joined := maps.Clone(a)
	for key, value := range b {
		if other, both := a[key]; both {
			value = merge(other, value)
		}
		joined[key] = value
	}
	return joined
}

// unionOfIDs returns the ids of both lists, each once, sorted; nil for none.
func unionOfIDs(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}
