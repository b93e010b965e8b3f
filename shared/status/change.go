package status

// Change is what applying evidence to a stored record did.
type Change struct {
	Old, New  Record
	Changed   bool // whether anything was written
	Conflicts int  // how often another writer came first
}
