package model

import "slices"

// accountStatus answers every question about one account from all events of its user.
func accountStatus(user, account string, all []event, rules Rules) object {
	var events []event
	for _, e := range all {
		if e.account == account {
			events = append(events, e)
		}
	}
	if removed := removedAt(events); removed != nil {
		return removedStatus(user, account, removed)
	}
	status := object{
		"user":           user,
		"account":        account,
		"added_at":       written(addedAt(events)),
		"removed_at":     nil,
		"connection":     connectionStatus(events, rules),
		"ever_connected": everConnected(events),
		"fully_synced":   fullySynced(account, events, all),
		"data_sets":      dataSetStatuses(events),
		"as_of":          nil, "scanned_at": nil, "item": nil, "source": nil, "ongoing_refresh": nil, "employers": nil,
	}
	var abouts []claim
	for _, s := range snapshots(events) {
		abouts = append(abouts, claim{s.asOf, s.about})
	}
	if about, ok := latest(abouts); ok {
		if about.at != 0 {
			status["as_of"] = written(about.at)
		}
		status["scanned_at"] = written(about.value["scanned_at"])
		status["employers"] = list(as[[]string](about.value["employers"]))
		for _, field := range []string{"item", "source", "ongoing_refresh"} {
			status[field] = about.value[field]
		}
	}
	return status
}

// removedStatus is all that is left of a removed account.
func removedStatus(user, account string, removed any) object {
	return object{
		"user": user, "account": account, "removed_at": written(removed), "added_at": nil, "connection": nil,
		"ever_connected": nil, "fully_synced": nil, "data_sets": object{}, "as_of": nil, "scanned_at": nil, "item": nil,
		"source": nil, "ongoing_refresh": nil, "employers": nil,
	}
}

// removedAt is the earliest time at which accounts.removed was received, or nil.
func removedAt(events []event) any {
	var times []int64
	for _, e := range events {
		if e.name == "accounts.removed" {
			times = append(times, e.received)
		}
	}
	return earliest(times)
}

// addedAt is the earliest creation time: of a resource, or, where accounts.added has none, the time at which it was received.
func addedAt(events []event) any {
	var times []int64
	for _, e := range events {
		switch {
		case e.resource != nil && e.resource.createdAt != nil:
			times = append(times, as[int64](e.resource.createdAt))
		case e.name == "accounts.added":
			times = append(times, e.received)
		}
	}
	return earliest(times)
}

// fullySynced reports whether every scanned data set of an account is full and paystubs are among them, or Argyle said so of the user.
func fullySynced(account string, events, all []event) bool {
	scanned, full := map[string]bool{}, true
	for _, s := range scans(events) {
		scanned[s.dataSet] = true
		full = full && syncStage(s.dataSet, events) == "full"
	}
	if full && scanned["paystubs"] {
		return true
	}
	var synced []string
	var times []int64
	for _, e := range all {
		if e.name == "users.fully_synced" {
			synced = append(synced, e.synced...)
			times = append(times, e.received)
		}
	}
	if len(synced) > 0 {
		return slices.Contains(synced, account)
	}
	added := addedAt(events)
	return added != nil && len(times) > 0 && as[int64](added) <= slices.Max(times)
}

// snapshots lists the accounts' own resources.
func snapshots(events []event) []snapshot {
	var result []snapshot
	for _, e := range events {
		if e.resource != nil {
			result = append(result, *e.resource)
		}
	}
	return result
}

// scans lists all scans of all data sets.
func scans(events []event) []scan {
	var result []scan
	for _, s := range snapshots(events) {
		result = append(result, s.scans...)
	}
	return result
}

// earliest is the least of some times, or nil.
func earliest(times []int64) any {
	if len(times) == 0 {
		return nil
	}
	return slices.Min(times)
}
