package permissions

import (
	"context"
	"errors"
	"maps"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// Recorder records what clients of AWS services call, whether the calls succeed or not. The zero Recorder is ready, and safe for concurrent use.
type Recorder struct {
	mu    sync.Mutex
	used  Set
	sites map[Site]bool
	errs  map[string]error // by their texts: the same call fails each time
}

// Site is a place in this module's code that calls a client.
type Site struct {
	// File is the path below the module: "shared/table/table.go".
	File string
	Line int
}

func (s Site) String() string { return s.File + ":" + strconv.Itoa(s.Line) }

// APIOptions adds the recorder to a client's middleware: append it to the APIOptions of the client's Options. A call is recorded once, however often
// it is tried: IAM decides by the action and the resource, which do not change.
func (r *Recorder) APIOptions(stack *middleware.Stack) error {
	record := middleware.InitializeMiddlewareFunc("RecordPermission",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			r.record(ctx, in.Parameters)
			return next.HandleInitialize(ctx, in)
		})
	// At the end of the step: what names service and operation stands before it.
	return stack.Initialize.Add(record, middleware.After) //nolint:wrapcheck // the client's constructor says what it was about
}

func (r *Recorder) record(ctx context.Context, input any) {
	grant, err := need(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx), input)
	site := caller()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used == nil {
		r.used, r.sites, r.errs = Set{}, map[Site]bool{}, map[string]error{}
	}
	r.sites[site] = true
	if err != nil {
		r.errs[err.Error()] = err
		return
	}
	r.used[grant] = true
}

// Used is what the recorded calls need. It is an error if one of them is not known here.
func (r *Recorder) Used() (Set, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Union(r.used), errors.Join(slices.Collect(maps.Values(r.errs))...)
}

// Called says whether a call from that place was recorded.
func (r *Recorder) Called(site Site) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sites[site]
}

// module begins the name of every function of this module, and this package's.
const (
	module = "argyle-webhooks/"
	own    = module + "infra/permissions."
)

// caller is the innermost place of this module's code on the stack, this package's left out.
func caller() Site {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, module) && !strings.HasPrefix(frame.Function, own) {
			folder, _, _ := strings.Cut(strings.TrimPrefix(frame.Function, module), ".")
			return Site{File: path.Join(folder, path.Base(frame.File)), Line: frame.Line}
		}
		if !more {
			return Site{}
		}
	}
}
