package journeys

// v2Availability and v1Availability are names of data sets in availability, no data set in both.
var (
	v2Availability = []string{"paystubs", "identities", "gigs", "vehicles"}
	v1Availability = []string{"payouts", "profiles", "activities", "vehicles"}
)

// resource draws the resource of an accounts event's data: its own mostly, now and then another's, null or none at all.
func (b body) resource(data object) {
	switch b.IntN(8) {
	case 0, 1, 2:
		return
	case 3:
		data["resource"] = nil
		return
	}
	o := object{
		"id": data["account"], "user": data["user"],
		"updated_at":            b.clock(),
		"direct_deposit_switch": oneOf[any](b.dice, object{"status": "idle", "updated_at": never}, "of no concern", nil),
	}
	switch b.IntN(20) {
	case 15:
		o["updated_at"] = oneOf[any](b.dice, nil, never)
	case 16:
		delete(o, "id")
	case 17:
		delete(o, "user")
	case 18:
		o["id"] = "another account"
	case 19:
		o["user"] = "another user"
	}
	b.about(o)
	if !b.once(5) {
		o["connection"] = b.connection()
	}
	if !b.once(5) {
		o["availability"] = b.availability()
	}
	data["resource"] = o
}

// about draws what a resource says of the account itself; each field may be null or missing.
func (b body) about(o object) {
	values := object{
		"item":            oneOf(b.dice, "item_1", "item_2", ""),
		"source":          oneOf(b.dice, "payroll_1", "payroll_2"),
		"employers":       oneOf(b.dice, []string{"Sample Market"}, []string{"Sample Market", "Sample Couriers"}, []string{}),
		"ongoing_refresh": object{"status": oneOf[any](b.dice, "enabled", "disabled", "paused", nil)},
		"created_at":      b.clockOrNever(),
		"scanned_at":      b.clockOrNever(),
	}
	for _, field := range []string{"item", "source", "employers", "ongoing_refresh", "created_at", "scanned_at"} {
		switch b.IntN(8) {
		case 6:
		case 7:
			o[field] = nil
		default:
			o[field] = values[field]
		}
	}
}

// connection draws a resource's connection.
func (b body) connection() any {
	if b.once(10) {
		return nil
	}
	status := oneOf(b.dice, "connected", "connecting", "error", "dormant")
	o := object{"status": status, "error_code": nil, "error_message": nil, "updated_at": b.clockOrNever()}
	if status == "error" {
		o["error_code"], o["error_message"] = b.failure()
	}
	return o
}

// availability draws a resource's availability, under names of v2 or of v1. Some data sets are missing, some null, and some names mean nothing.
func (b body) availability() any {
	if b.once(10) {
		return nil
	}
	availability := object{}
	if b.once(12) {
		availability["hobbies"] = oneOf[any](b.dice, object{"status": "in_progress", "updated_at": b.clock()}, "many")
	}
	for _, name := range oneOf(b.dice, v2Availability, v1Availability) {
		switch {
		case b.once(4):
		case b.once(6):
			availability[name] = nil
		default:
			o := object{"status": oneOf(b.dice, "synced", "in_progress", "sync_failed", "paused", "queued"), "updated_at": b.clockOrNever()}
			b.count(o)
			availability[name] = o
		}
	}
	return availability
}
