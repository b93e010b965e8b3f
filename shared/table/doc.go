// Package table keeps records in the status table on DynamoDB: one item for each account and one for each user.
//
// Writing is compare-and-swap: load, merge, and put on the condition that nobody has written since. Merging is commutative and idempotent
// (package status), so a conflict costs a retry and never an answer, and there are no locks, transactions or lists of seen events.
// [Table.Apply] is the one way to write; start reading there. The form of an item is in item.go.
//
// Reading is by user, which is exact, or by account, which asks an index that lags a moment behind.
package table
