package local

import (
	"io"
	"strings"
	"sync"
)

// lockedWriter lets several functions log to one writer.
type lockedWriter struct {
	mu  sync.Mutex
	out io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(p)
}

// progressWriter passes each line that is written to it on.
type progressWriter func(string)

func (w progressWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		w(strings.TrimRight(line, "\r\n"))
	}
	return len(p), nil
}
