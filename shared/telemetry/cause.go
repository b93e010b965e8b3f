package telemetry

import (
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"

	"github.com/aws/smithy-go"
)

// Cause is what an operator needs of err on one short line. An AWS error's own text starts with a long chain that is the same for every
// failure (operation, status code, request id), so that a cut line would lose the part that matters: of such an error Cause gives the
// innermost reason. Other errors are given as they are; nil is "".
func Cause(err error) string {
	if err == nil {
		return ""
	}
	var operation *smithy.OperationError
	if !errors.As(err, &operation) {
		return err.Error()
	}
	if api := smithy.APIError(nil); errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	if sent := (*url.Error)(nil); errors.As(err, &sent) { // its text repeats the URL
		return sent.Err.Error()
	}
	return operation.Err.Error()
}

// Panicked describes a recovered panic by kind and place. The value itself may hold anything, personal data included, and is shown only
// if the runtime made it. Call it in the deferred function that recovered.
func Panicked(value any) error {
	what := fmt.Sprintf("panic with a %T", value)
	if fault := runtime.Error(nil); asRuntimeError(value, &fault) {
		what = "panic: " + fault.Error()
	}
	if place := panicPlace(); place != "" {
		what += " at " + place
	}
	return errors.New(what)
}

func asRuntimeError(value any, fault *runtime.Error) bool {
	err, isError := value.(error)
	return isError && errors.As(err, fault)
}

// module begins the name of every function of this module.
const module = "argyle-webhooks/"

// panicPlace is the function and line of this module's code that panicked: its first frame below the runtime's.
func panicPlace() string {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic" || strings.HasPrefix(frame.Function, "runtime.panic"):
			panicking = true
		case panicking && strings.HasPrefix(frame.Function, module):
			return fmt.Sprintf("%s:%d", strings.TrimPrefix(frame.Function, module), frame.Line)
		}
		if !more {
			return ""
		}
	}
}
