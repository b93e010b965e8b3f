// Package telemetry writes what operators read: JSON log lines on standard output, and metrics within them.
//
// Metrics use CloudWatch's embedded metric format (EMF): a log line with a member "_aws" that names which of its numbers are metrics. It
// costs no call and no latency, and a metric and the line that explains it cannot disagree. At most one dimension, the function:
// account, user and request ids would make a paid metric each.
//
// Payroll data is personal. Nothing here logs a body, and callers give ids, counts and reasons only. Start reading at [Logger].
package telemetry
