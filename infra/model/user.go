package model

// userStatus answers every question about one user from all events of the user and the user's accounts.
func userStatus(user string, events []event, rules Rules) object {
	var times []int64
	var abouts []claim
	for _, e := range events {
		if e.name != "users.fully_synced" {
			continue
		}
		times = append(times, e.received)
		if e.about != nil {
			abouts = append(abouts, claim{e.received, e.about})
		}
	}
	status := object{"user": user, "external_id": nil, "fully_synced_at": written(greatest(times))}
	if about, ok := latest(abouts); ok {
		status["external_id"] = about.value["external_id"]
	}
	accounts, pending, connected := []any{}, []any{}, 0
	for _, id := range accountIDs(events) {
		account := accountStatus(user, id, events, rules)
		accounts = append(accounts, account)
		if account["removed_at"] != nil || account["ever_connected"] != true {
			continue
		}
		connected++
		if account["fully_synced"] != true {
			pending = append(pending, id)
		}
	}
	status["accounts"], status["pending"] = accounts, pending
	status["fully_synced"] = connected > 0 && len(pending) == 0
	return status
}
