package backend

import (
	"bytes"
	"strings"
	"sync"
)

const (
	// tailLines is how much of a child's output is kept to explain its end.
	tailLines = 12
	// maxLine cuts lines without an end, in bytes.
	maxLine = 1000
)

// tail is a writer that keeps the last lines written to it and can look at each one. The zero tail is ready.
type tail struct {
	// onLine, if set, sees each complete line. It must not block.
	onLine func(string)

	mu      sync.Mutex
	lines   []string
	partial []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.partial = append(t.partial, p...)
	for {
		line, rest, found := bytes.Cut(t.partial, []byte("\n"))
		if !found {
			break
		}
		t.add(string(line))
		t.partial = rest
	}
	if len(t.partial) > maxLine {
		t.add(string(t.partial))
		t.partial = nil
	}
	return len(p), nil
}

func (t *tail) add(line string) {
	line = strings.TrimRight(line, " \r\t")
	// SLF4J tells at every start that it has nowhere to log to, which is as it should be: no log, no message bodies in it.
	if line == "" || strings.HasPrefix(line, "SLF4J:") {
		return
	}
	if len(line) > maxLine {
		line = line[:maxLine] + "…"
	}
	if t.onLine != nil {
		t.onLine(line)
	}
	t.lines = append(t.lines, line)
	if len(t.lines) > tailLines {
		t.lines = t.lines[1:]
	}
}

// indented gives the lines for the end of an error's text: each on a line of its own, indented; "" if there are none.
func (t *tail) indented() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.lines
	if len(t.partial) > 0 {
		lines = append(lines[:len(lines):len(lines)], string(t.partial))
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString("\n    " + line)
	}
	return b.String()
}
