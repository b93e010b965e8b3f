package journey

// count is how many paystubs there are and when the oldest and the newest were paid, in days before the start.
type count struct {
	n        int
	from, to int
}

// available is a count as Argyle writes it.
type available struct {
	From  *string `json:"available_from"`
	To    *string `json:"available_to"`
	Count int     `json:"available_count"`
}

func (t *teller) available(c count) available {
	if c.n == 0 {
		return available{}
	}
	from, to := t.day(c.from), t.day(c.to)
	return available{From: &from, To: &to, Count: c.n}
}

// paystubs delivers an event about all the paystubs there are.
func (a account) paystubs(event string, c count) {
	a.deliver(everything, event, a.account, false, struct {
		ids
		available
	}{a.ids(), a.teller.available(c)})
}

// partiallySynced delivers a paystubs.partially_synced: that many days back are there.
func (a account) partiallySynced(days int, c count) {
	a.deliver(window, "paystubs.partially_synced", a.account, false, struct {
		ids
		available
		DaysSynced int `json:"days_synced"`
	}{a.ids(), a.teller.available(c), days})
}
