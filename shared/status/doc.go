// Package status is the heart of the system: what events prove about an account or a user, how proofs are joined, and what is read from the
// result.
//
// Argyle sends no event id, no sequence number and mostly no time; it promises no order, delivers once per matching subscription, and two
// legitimate events can be the same bytes. So nothing here depends on order, on exactly-once delivery, or on remembering what was seen:
//
//	evidence, notes, err := status.Evidence(event, receivedAt) // what one event proves: a Record that holds only that
//	stored = status.Merge(stored, evidence)                    // commutative, associative, idempotent
//	view := stored.Status(user)                                // what people and programs read
//
// Start reading at [Record]: each field names its lattice. The package is pure: it knows no clock, no network and no AWS.
package status
