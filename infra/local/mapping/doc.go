// Package mapping is an event source mapping from an SQS queue to a Lambda function: it takes batches from the queue, invokes the function and
// deletes what succeeded.
//
// [Start] is where to begin. The rules are AWS's: batch size and window, the concurrency cap, what an answer with batchItemFailures means
// (see verdict), and that a failed message stays in the queue until it is visible again or its receive count sends it to the dead-letter queue,
// which is the queue's own doing. One thing differs by choice: a failed message can be made visible after Config.RetryAfter rather than after
// the queue's visibility timeout, so that a fault heals while one watches.
//
// The sources: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and services-sqs-errorhandling.html beside it.
package mapping
