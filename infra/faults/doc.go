// Package faults proves that the worker's path loses nothing, whatever goes wrong on it, and whenever.
//
// Its tests run the real worker (queue.Worker) and the real table (table.Table) between two parts that can be made to fail at any call: a
// [Store], which behaves as DynamoDB does towards package table, and a [Queue], which behaves as SQS does. That the Store does is shown by
// a conformance test that DynamoDB Local passes too. Time is virtual (testing/synctest), so that a timeout costs nothing.
//
// TestEveryFault puts one fault, or two, at every call of a journey; TestSchedules lets several workers run interleaved in any order and fail
// at any call. Both ask the same: is every event that was acknowledged in the table, in the queue, or in the dead-letter queue at every moment,
// and does redelivery end in the status that all events together prove?
//
// The package is for tests. Start reading at [Store].
package faults
