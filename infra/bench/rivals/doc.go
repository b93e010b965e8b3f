// Package rivals holds two other designs of a worker, small but working, for the benchmark to set the price of ours beside. Both remember each
// delivery by the hash of its body and take a second one with the same bytes for a redelivery. Beyond what they cost they share a flaw that
// ours has not: two legitimate events of Argyle's can have identical bytes.
//
// Both keep the very records that ours keeps and merge them alike, so that nothing differs but the design. [Idempotent] marks a delivery before and
// after its work, as idempotency libraries do; [Transactional] writes mark and record in one transaction.
package rivals
