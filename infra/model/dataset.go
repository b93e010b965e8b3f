package model

import (
	"cmp"
	"maps"
	"slices"
)

// dataSetStatuses answers for every data set of which an event or a scan tells.
func dataSetStatuses(events []event) object {
	statuses := object{}
	for _, name := range dataSets {
		about := slices.DeleteFunc(slices.Clone(events), func(e event) bool { return e.subject != name })
		scanned := slices.DeleteFunc(scans(events), func(s scan) bool { return s.dataSet != name })
		if len(about)+len(scanned) > 0 {
			statuses[name] = dataSetStatus(name, about, scanned, events)
		}
	}
	return statuses
}

// dataSetStatus answers every question about one data set from its own events and its scans.
func dataSetStatus(name string, about []event, scanned []scan, events []event) object {
	status := object{
		"sync": syncStage(name, events), "days_synced": nil, "scan": nil, "scan_at": nil, "last_synced_at": nil,
		"available_count": nil, "available_from": nil, "available_to": nil, "latest": nil, "changed_at": nil,
	}
	var days, synced, changed []int64
	var objects []claim
	for _, e := range about {
		if e.days != nil {
			days = append(days, as[int64](e.days))
		}
		if slices.Contains([]string{"added", "updated", "removed"}, e.verb) {
			changed = append(changed, e.received)
		}
		if e.object != nil {
			objects = append(objects, claim{e.received, object{"id": e.object}})
		}
	}
	for _, s := range scanned {
		if s.status == "synced" && s.at != nil {
			synced = append(synced, as[int64](s.at))
		}
	}
	status["days_synced"] = number(greatest(days))
	status["changed_at"] = written(greatest(changed))
	status["last_synced_at"] = written(greatest(synced))
	if object, ok := latest(objects); ok {
		status["latest"] = object.value["id"]
	}
	if newest, ok := last(scanned, compareScans); ok {
		status["scan"], status["scan_at"] = newest.status, written(newest.at)
	}
	if count := available(about, scanned, status["sync"] == "full"); count != nil {
		status["available_count"] = number(count["available_count"])
		status["available_from"] = written(count["available_from"])
		status["available_to"] = written(count["available_to"])
	}
	return status
}

// syncStage is how far a data set was ever proven to be synced: none, partial or full.
func syncStage(name string, events []event) string {
	for _, s := range scans(events) {
		if s.dataSet == name && s.status == "synced" {
			return "full"
		}
	}
	stage := "none"
	for _, e := range events {
		switch {
		case e.subject != name:
		case e.verb == "fully_synced":
			return "full"
		case slices.Contains([]string{"added", "updated", "partially_synced"}, e.verb):
			stage = "partial"
		}
	}
	return stage
}

// available is the count that holds, of those that events and scans gave: nil without any.
func available(about []event, scanned []scan, full bool) object {
	counted := slices.DeleteFunc(slices.Clone(about), func(e event) bool { return e.count == nil })
	counting := slices.DeleteFunc(slices.Clone(scanned), func(s scan) bool { return s.count == nil })
	event, byEvent := last(counted, compareCounted)
	scan, byScan := last(counting, compareScanCounts)
	switch {
	case !byEvent && !byScan:
		return nil
	case !byScan:
		return event.count
	case !byEvent:
		return scan.count
	case stage(event) == 1 && event.received > scan.asOf:
		return event.count
	case stage(event) == 0 && !full && countOf(event.count) > countOf(scan.count):
		return event.count
	}
	return scan.count
}

// compareCounted orders the events that have a count: partially_synced by days, count and receive time, every other after those and by
// receive time alone.
func compareCounted(a, b event) int {
	if c := cmp.Compare(stage(a), stage(b)); c != 0 {
		return c
	}
	if stage(a) == 0 {
		if c := cmp.Or(cmp.Compare(as[int64](a.days), as[int64](b.days)), cmp.Compare(countOf(a.count), countOf(b.count))); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(a.received, b.received), compareEncodings(a.count, b.count))
}

// compareScans orders the scans of one data set: by as_of, by their own time, synced after sync_failed after in_progress (and any other
// word before those), then by the word.
func compareScans(a, b scan) int {
	return cmp.Or(compareScanRanks(a, b), cmp.Compare(a.status, b.status))
}

// compareScanCounts orders the counts of scans likewise, but by count before the encoding of all.
func compareScanCounts(a, b scan) int {
	whole := func(s scan) object {
		composite := maps.Clone(s.count)
		composite["status"] = s.status
		return composite
	}
	return cmp.Or(compareScanRanks(a, b), cmp.Compare(countOf(a.count), countOf(b.count)), compareEncodings(whole(a), whole(b)))
}

func compareScanRanks(a, b scan) int {
	rank := func(s scan) int { return slices.Index([]string{"in_progress", "sync_failed", "synced"}, s.status) }
	return cmp.Or(cmp.Compare(a.asOf, b.asOf), cmp.Compare(as[int64](a.at), as[int64](b.at)), cmp.Compare(rank(a), rank(b)))
}

// stage tells the counts of the initial retrieval's first part (0) from all others (1).
func stage(e event) int {
	if e.verb == "partially_synced" {
		return 0
	}
	return 1
}

// countOf is a count's number.
func countOf(count object) int64 { return as[int64](count["available_count"]) }

// greatest is the greatest of some numbers or times, or nil.
func greatest(numbers []int64) any {
	if len(numbers) == 0 {
		return nil
	}
	return slices.Max(numbers)
}
