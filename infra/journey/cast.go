package journey

import "time"

// The subscriptions that the play's deliveries come from. "*" sends everything without resources, so a receiver has several.
const (
	everything = "everything"      // "*"
	details    = "account-details" // accounts.updated with include_resource
	window     = "paystubs-window" // paystubs.partially_synced with days_synced
	legacy     = "v1-profiles"     // API v1
)

var (
	wrongCode     = loginError{"invalid_mfa", "This user did not provide the correct multi-factor authentication response."}
	wrongPassword = loginError{"invalid_credentials", "The username or password is incorrect."}
	platformDown  = loginError{"service_unavailable", "The payroll platform is not available."}
	cutOff        = loginError{"auth_required", "The user must log in again to continue the connection."}
)

// tell writes every character's deliveries in the order in which Argyle would have meant them.
//
// What has no clock of Argyle's own counts by its receive time. The play ends the same way in any order because such evidence does not
// contradict itself: the counts of an account's events agree, and the account that is cut off was linked before the receiver was there, so
// that no bare accounts.connected of it arrives after the resource that tells of the end.
func tell(start time.Time, seed uint64) *teller {
	t := &teller{start: start, seed: seed}
	t.ada()
	t.ben()
	t.chloe()
	t.dev()
	t.elif()
	t.farid()
	return t
}

// Ada's account takes the usual course, from login to everything synced.
func (t *teller) ada() {
	const linked = 26 * time.Hour
	user := t.character("Ada", "the usual course: connected, partly synced, fully synced")
	market := user.account("market", linked)

	market.bare("accounts.added")
	market.updated(linked, connecting(linked), nil)
	market.connected()
	market.updated(linked-2*time.Minute, connected(linked-time.Minute), scans{
		"paystubs":   begun(linked - 2*time.Minute),
		"identities": begun(linked - 2*time.Minute),
	})
	market.identity("identities.added", t.newID("identity of Ada"))
	market.partiallySynced(111, count{9, 125, 14})
	market.updated(linked-time.Hour, connected(linked-time.Minute), scans{
		"paystubs":             synced(linked - 58*time.Minute).counting(count{26, 365, 14}),
		"identities":           synced(linked - 3*time.Minute),
		"deposit_destinations": synced(linked - 4*time.Minute),
	})
	market.paystubs("paystubs.fully_synced", count{26, 365, 14})
	user.fullySynced("sample-applicant-1", market)
}

// Ben mistypes his one-time code, then gets in. The first paystubs are there and the rest is on its way.
func (t *teller) ben() {
	user := t.character("Ben", "a failed login, then connected; paystubs partly synced")
	couriers := user.account("couriers", 11*time.Minute)

	couriers.bare("accounts.added")
	couriers.failed(wrongCode)
	couriers.updated(10*time.Minute, failing(10*time.Minute, wrongCode), nil)
	couriers.connected()
	couriers.updated(8*time.Minute, connected(9*time.Minute), scans{
		"paystubs":   begun(8 * time.Minute).counting(count{}),
		"identities": begun(8 * time.Minute),
	})
	couriers.identity("identities.added", t.newID("identity of Ben"))
	couriers.identity("identities.updated", t.newID("identity of Ben"))
	couriers.partiallySynced(37, count{3, 45, 7})
}

// Chloe linked two accounts before the receiver was there, so nothing tells of her logins. One of the two is cut off later: Argyle sends no
// event of its own for that, only an accounts.updated whose resource says so.
func (t *teller) chloe() {
	user := t.character("Chloe", "two old accounts; one is cut off, its data stays readable")

	bakery := user.account("bakery", 30*24*time.Hour)
	bakery.bare("accounts.updated")
	bakery.updated(20*time.Hour, connected(30*24*time.Hour), scans{
		"paystubs":   synced(20 * time.Hour).counting(count{27, 379, 3}),
		"identities": synced(20 * time.Hour),
	})
	bakery.paystubs("paystubs.added", count{27, 379, 3})
	bakery.paystubs("paystubs.updated", count{27, 379, 3})

	hotel := user.account("hotel", 40*24*time.Hour)
	read := scans{
		"paystubs":   synced(22 * time.Hour).counting(count{12, 370, 31}),
		"identities": synced(22 * time.Hour),
	}
	hotel.updated(22*time.Hour, connected(40*24*time.Hour), read)
	hotel.bare("accounts.updated")
	hotel.updated(5*time.Minute, failing(5*time.Minute, cutOff), read)
}

// Dev gets into neither of two accounts: one password is wrong, the other platform is down.
func (t *teller) dev() {
	user := t.character("Dev", "two failed logins: a wrong password, a platform that is down")

	garage := user.account("garage", 31*time.Minute)
	garage.bare("accounts.added")
	garage.failed(wrongPassword)
	garage.updated(30*time.Minute, failing(30*time.Minute, wrongPassword), nil)

	cinema := user.account("cinema", 29*time.Minute)
	cinema.bare("accounts.added")
	cinema.failed(platformDown)
}

// Elif has everything synced and then takes back her consent: nothing is left but the account's ids and the time.
func (t *teller) elif() {
	user := t.character("Elif", "fully synced, then removed by the user")
	clinic := user.account("clinic", 4*time.Hour)

	clinic.bare("accounts.added")
	clinic.connected()
	clinic.updated(3*time.Hour, connected(4*time.Hour), scans{
		"paystubs":   synced(3 * time.Hour).counting(count{2, 40, 10}),
		"identities": synced(3 * time.Hour),
	})
	clinic.identity("identities.added", t.newID("identity of Elif"))
	clinic.paystubs("paystubs.fully_synced", count{2, 40, 10})
	user.fullySynced("sample-applicant-5", clinic)
	clinic.bare("accounts.removed")
}

// Farid's account is seen through API v1: a profile whose id is no UUID, and a users.fully_synced that lists no accounts.
func (t *teller) farid() {
	const profile = "5518q2e-d307-81ccf6-a219-40736"
	user := t.character("Farid", "an account of API v1: a profile, and fully synced")
	school := user.account("school", 6*time.Hour)

	school.addedLegacy()
	school.connected()
	school.profile("profiles.added", profile)
	school.profile("profiles.updated", profile)
	user.fullySyncedLegacy("Sample school")
}
