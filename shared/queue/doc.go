// Package queue carries deliveries from the front door to the workers through SQS.
//
// [Message] is a delivery in a queue: the body as it was received, with what the front door knows of it as attributes. [Sender] puts it into
// its family's queue within the time that an answer to Argyle allows. [Worker] is the other end: the Lambda handler of every family, which
// turns a batch into evidence and applies it, record by record, so that one bad message fails alone.
package queue
