package lambda

import (
	"errors"
	"fmt"
)

// The error types that Lambda itself gives an invocation; any other type comes from the function.
const (
	// TypeTimeout is an invocation that reached its deadline; its process was killed.
	TypeTimeout = "Sandbox.Timedout"
	// TypeExit is a process that ended while it started or while it held an event.
	TypeExit = "Runtime.ExitError"
	// TypeResponseSize is an answer of more than [MaxResponse] bytes.
	TypeResponseSize = "Function.ResponseSizeTooLarge"
)

// ErrClosed is the error of an invocation of a function that has been closed.
var ErrClosed = errors.New("the function has been closed")

// ErrPayloadTooLarge is the error of an invocation whose payload is over [MaxPayload]; no process sees it.
var ErrPayloadTooLarge = fmt.Errorf("payload of more than %d bytes", MaxPayload)

// FunctionError is what Lambda reports with X-Amz-Function-Error: the function was invoked and failed.
type FunctionError struct {
	// Type is one of the constants above or what the function reported.
	Type string
	// Message is what the function reported, or Lambda's own words.
	Message string
	// Init says that the function failed before it asked for its first event.
	Init bool
	// Output is the end of what the process printed; set only when Init is.
	Output string
}

// Error names the type and the message, and for a failed start what the process printed.
func (e *FunctionError) Error() string {
	text := e.Type
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Output != "" {
		text += "; it printed: " + e.Output
	}
	return text
}
