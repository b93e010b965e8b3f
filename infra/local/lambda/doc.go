// Package lambda runs a real function binary the way AWS Lambda does: as a process that asks a Lambda Runtime API for its next event.
//
// A [Function] is a pool of instances. Each instance is one process with a Runtime API of its own on a loopback listener, so that a process
// can only ever answer the event it was given. Instances start on demand, are used again while warm, and are replaced after a crash or a
// timeout; an event that a process took and did not answer fails with a [FunctionError], never in silence.
//
// What it leaves out: an idle instance is not frozen, memory and CPU are not limited, there are no extensions and no response streaming,
// and an invocation beyond the pool's size waits where AWS would throttle it.
//
// The interface is version 2018-06-01, as documented at https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
package lambda
