// Package soak plays seeded random journeys of many made-up accounts to a local stack while it kills the stack's functions at random, and then
// compares what the stack says of every account with what the reference model says.
//
// [Run] is where to begin. It starts a stack of its own, plays (script.go writes the journeys, player.go posts them, killer.go kills), waits until
// the queues are empty (settle.go) and compares (compare.go). The ledger remembers what was acknowledged, what the event source mappings took from the
// queues, and when a worker was done with it: a delivery that was acknowledged and never taken is lost, and a status that differs from the one the
// model derives from what was taken is wrong.
//
// A seed decides the journeys and in which order they are drawn, not how fast the stack takes them nor which process is killed when. Argyle's clocks in
// them are set relative to the start of the play.
package soak
