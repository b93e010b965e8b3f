package model

import "cmp"

// connectionStatus answers whether the account is connected: the latest event that only signals it, if it was received after the
// latest snapshot that reports it, else that snapshot.
func connectionStatus(events []event, rules Rules) object {
	signal, signalled := latest(signals(events))
	report, reported := lastReport(events)
	switch {
	case signalled && (!reported || signal.at > report.asOf):
		return connection(signal.value, signal.at, "signalled", rules)
	case reported:
		return connection(report.connection, report.connection["updated_at"], "reported", rules)
	}
	if added := addedAt(events); added != nil {
		return connection(object{"status": "connecting"}, added, nil, rules)
	}
	return connection(object{"status": "unknown"}, nil, nil, rules)
}

// connection puts a connection into the status's form.
func connection(value object, at, source any, rules Rules) object {
	action := "none"
	if code := value["error_code"]; code != nil {
		action = rules.Action(as[string](code))
	}
	return object{
		"status": value["status"], "error_code": value["error_code"], "error_message": value["error_message"],
		"at": written(at), "source": source, "action": action,
	}
}

// signals lists what accounts.connected and accounts.failed say by themselves: when they have no resource that tells of the connection,
// or one that says the opposite.
func signals(events []event) []claim {
	var claims []claim
	for _, e := range events {
		var told any
		if e.resource != nil && e.resource.connection != nil {
			told = e.resource.connection["status"]
		}
		switch {
		case e.name == "accounts.connected" && (told == nil || told == "error"):
			claims = append(claims, claim{e.received, object{"status": "connected", "error_code": nil, "error_message": nil}})
		case e.name == "accounts.failed" && (told == nil || told == "connected"):
			claims = append(claims, claim{e.received, object{
				"status": "error", "error_code": e.failure["error_code"],
				"error_message": e.failure["error_message"],
			}})
		}
	}
	return claims
}

// lastReport finds the newest snapshot with a connection: by as_of, then by the connection's own time, then by its encoding.
func lastReport(events []event) (snapshot, bool) {
	var reports []snapshot
	for _, s := range snapshots(events) {
		if s.connection != nil {
			reports = append(reports, s)
		}
	}
	return last(reports, func(a, b snapshot) int {
		return cmp.Or(
			cmp.Compare(a.asOf, b.asOf),
			cmp.Compare(as[int64](a.connection["updated_at"]), as[int64](b.connection["updated_at"])),
			compareEncodings(a.connection, b.connection),
		)
	})
}

// everConnected reports whether any snapshot or signal said connected.
func everConnected(events []event) bool {
	for _, signal := range signals(events) {
		if signal.value["status"] == "connected" {
			return true
		}
	}
	for _, s := range snapshots(events) {
		if s.connection != nil && s.connection["status"] == "connected" {
			return true
		}
	}
	return false
}
