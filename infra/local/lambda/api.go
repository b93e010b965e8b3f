package lambda

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// maxErrorReport bounds what a function may say of its own failure.
const maxErrorReport = 256 << 10

// current is the invocation that the process may answer now.
type current struct {
	mu    sync.Mutex
	event *invocation
}

func (c *current) set(event *invocation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.event = event
}

// finish ends the invocation with the id given and reports whether there was one to end.
func (c *current) finish(id string, out outcome) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.event == nil || c.event.id != id {
		return false
	}
	c.event.outcome <- out
	c.event = nil
	return true
}

// api is the Runtime API as the process sees it.
func (i *instance) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", i.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", i.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", i.invocationError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", i.initError)
	return mux
}

// next answers with an event once there is one. The process blocks in this call while it is idle.
func (i *instance) next(w http.ResponseWriter, r *http.Request) {
	select {
	case i.resting <- struct{}{}:
	default:
	}
	select {
	case event := <-i.events:
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", event.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(event.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", i.function.config.ARN)
		h.Set("Lambda-Runtime-Trace-Id", traceID(event))
		h.Set("Content-Length", strconv.Itoa(len(event.payload)))
		_, _ = w.Write(event.payload)
	case <-i.exited:
	case <-r.Context().Done():
	}
}

func (i *instance) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxResponse))
	out := outcome{payload: body}
	if err != nil {
		out = outcome{err: &FunctionError{Type: TypeResponseSize, Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", MaxResponse)}}
	}
	switch accepted := i.current.finish(r.PathValue("id"), out); {
	case !accepted:
		refuse(w, http.StatusBadRequest, "InvalidRequestID")
	case err != nil:
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
	default:
		accept(w)
	}
}

func (i *instance) invocationError(w http.ResponseWriter, r *http.Request) {
	if !i.current.finish(r.PathValue("id"), outcome{err: readReport(r)}) {
		refuse(w, http.StatusBadRequest, "InvalidRequestID")
		return
	}
	accept(w)
}

func (i *instance) initError(w http.ResponseWriter, r *http.Request) {
	reported := readReport(r)
	reported.Init = true
	select {
	case i.failed <- reported:
	default:
	}
	accept(w)
}

// readReport reads what a function says of its own failure; the header stands in where the body says nothing.
func readReport(r *http.Request) *FunctionError {
	var report struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxErrorReport))
	_ = json.Unmarshal(body, &report)
	if report.Type == "" {
		report.Type = r.Header.Get("Lambda-Runtime-Function-Error-Type")
	}
	if report.Type == "" {
		report.Type = "Unhandled"
	}
	return &FunctionError{Type: report.Type, Message: report.Message}
}

func accept(w http.ResponseWriter) { writeStatus(w, http.StatusAccepted, `{"status":"OK"}`) }

func refuse(w http.ResponseWriter, status int, kind string) {
	writeStatus(w, status, fmt.Sprintf(`{"errorMessage":%q,"errorType":%q}`, http.StatusText(status), kind))
}

func writeStatus(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body+"\n")
}

// traceID has the form of an X-Ray header that asks for no sampling.
func traceID(event *invocation) string {
	random := event.id[:8] + event.id[9:13] + event.id[14:18] + event.id[19:23] + event.id[24:28]
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", uint32(time.Now().Unix()), random, event.id[:8]+event.id[28:36]) //nolint:gosec // X-Ray's own format has 32 bits for the time.
}
