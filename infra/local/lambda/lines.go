package lambda

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"
	"time"
)

const (
	// maxLine is the length at which a line without an end is passed on all the same: CloudWatch takes 256 KB an event.
	maxLine = 256 << 10
	// tailSize is how much of a process's output is kept for the report of a failed start.
	tailSize = 4 << 10
)

// logLines writes whole lines of all instances to the caller's writer, one Write each.
type logLines struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *logLines) write(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.out.Write(line)
}

// event logs what Lambda itself has to say of a function's process, in the shape of the functions' own lines.
func (l *logLines) event(function string, failed *FunctionError) {
	line, err := json.Marshal(struct {
		Time     time.Time `json:"time"`
		Level    string    `json:"level"`
		Message  string    `json:"msg"`
		Function string    `json:"function"`
		Type     string    `json:"error_type"`
		Error    string    `json:"error"`
	}{time.Now().UTC(), "ERROR", "function failed", function, failed.Type, failed.Message})
	if err != nil {
		return
	}
	l.write(append(line, '\n'))
}

// lineWriter cuts one process's output into lines and remembers its end.
type lineWriter struct {
	lines *logLines

	mu      sync.Mutex
	pending []byte
	last    []byte
}

// Write takes any piece of output; it never fails, for a process must not be stopped by its log.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = append(w.last, p...)
	if over := len(w.last) - tailSize; over > 0 {
		w.last = append(w.last[:0], w.last[over:]...)
	}
	w.pending = append(w.pending, p...)
	for {
		end := bytes.IndexByte(w.pending, '\n')
		if end < 0 && len(w.pending) < maxLine {
			return len(p), nil
		}
		if end < 0 {
			w.lines.write(append(w.pending[:len(w.pending):len(w.pending)], '\n'))
			w.pending = nil
			return len(p), nil
		}
		w.lines.write(w.pending[:end+1])
		w.pending = w.pending[end+1:]
	}
}

// flush passes on a last line that has no end.
func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.pending) > 0 {
		w.lines.write(append(w.pending, '\n'))
		w.pending = nil
	}
}

func (w *lineWriter) tail() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(bytes.TrimSpace(w.last))
}
