// Package argyle speaks Argyle's webhook language: it verifies a delivery's signature, reads the envelope {event, name, data}, knows
// which events exist and which family each belongs to, and reads an event's data into one typed form for v1 and v2 alike.
//
// It holds what the provider says, not what follows from it: what an event proves is package status. It is pure: no network, no clock,
// no AWS. Start reading at [Event].
//
// No error of this package carries a value from a payload: payroll data is personal. Errors name the field and what is wrong with it.
package argyle
