package backend

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStopStubborn stops a process that heeds neither SIGTERM nor the end of its input.
func TestStopStubborn(t *testing.T) {
	ready := make(chan struct{})
	c, err := start("stubborn", exec.Command("/bin/sh", "-c", "trap '' TERM; echo ready; exec sleep 60"), syscall.SIGKILL, func(string) { close(ready) })
	if err != nil {
		t.Fatal(err)
	}
	<-ready
	began := time.Now()
	if err := c.stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took < grace || took > grace+time.Second {
		t.Errorf("took %s", took)
	}
	if !gone(c.pid(), time.Second) {
		t.Error("still there")
	}
}

// TestStopAsks stops a process that ignores the end of its input: SIGTERM must reach it, long before it would be killed.
func TestStopAsks(t *testing.T) {
	c, err := start("polite", exec.Command("/bin/sh", "-c", "exec sleep 60"), syscall.SIGKILL, nil)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := c.stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > grace/2 {
		t.Errorf("took %s", took)
	}
}

func TestStartNothing(t *testing.T) {
	if _, err := start("nothing", exec.Command("/nowhere/at/all"), syscall.SIGKILL, nil); err == nil || !strings.HasPrefix(err.Error(), "start nothing: ") {
		t.Errorf("got %v", err)
	}
}

// TestRunIsInterrupted checks that an interrupted program ends with what it has started itself.
func TestRunIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	err := run(ctx, "the program failed", "/bin/sh", "-c", "sleep 60; echo")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 900*time.Millisecond {
		t.Errorf("took %s: what it started held the output", took)
	}
}

func TestTail(t *testing.T) {
	for name, test := range map[string]struct {
		writes []string
		want   string
	}{
		"nothing":            {nil, ""},
		"lines in pieces":    {[]string{"a", "b\nc", "\n\n"}, "\n    ab\n    c"},
		"an unfinished line": {[]string{"a\nb"}, "\n    a\n    b"},
		"noise":              {[]string{"SLF4J: x\n", "  indented \r\n"}, "\n      indented"},
		"the last lines":     {[]string{strings.Repeat("old\n", 5), strings.Repeat("new\n", tailLines)}, strings.Repeat("\n    new", tailLines)},
		"no end of line":     {[]string{strings.Repeat("x", maxLine+1)}, "\n    " + strings.Repeat("x", maxLine) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			var out tail
			for _, w := range test.writes {
				if n, err := out.Write([]byte(w)); n != len(w) || err != nil {
					t.Fatal(n, err)
				}
			}
			if got := out.indented(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
