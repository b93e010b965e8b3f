package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestLocalEndsWithEverythingItStarted interrupts `argylectl local` at different moments of its life. Whatever it leaves behind becomes a
// child of this process, which asks the kernel for that.
func TestLocalEndsWithEverythingItStarted(t *testing.T) {
	const setChildSubreaper = 36 // PR_SET_CHILD_SUBREAPER
	if _, _, errno := syscall.Syscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0); errno != 0 {
		t.Fatal(errno)
	}
	before := children(t)
	for _, c := range []struct {
		after  time.Duration
		signal syscall.Signal
	}{
		{0, syscall.SIGINT},
		{50 * time.Millisecond, syscall.SIGTERM},
		{300 * time.Millisecond, syscall.SIGINT},
		{time.Second, syscall.SIGTERM},
		{2 * time.Second, syscall.SIGINT},
		{3500 * time.Millisecond, syscall.SIGTERM},
		{6 * time.Second, syscall.SIGINT},
	} {
		t.Run(fmt.Sprintf("%s after %s", c.signal, c.after), func(t *testing.T) {
			cmd := command(context.Background(), append([]string{"local"}, anyPorts...)...)
			var output bytes.Buffer
			cmd.Stdout, cmd.Stderr = &output, &output
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(c.after)
			sent := time.Now()
			if err := cmd.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			err := cmd.Wait()
			if took := time.Since(sent); took > 5*time.Second {
				t.Errorf("it took %s to end", took)
			}
			// Before the program can catch a signal, the signal itself ends it; it has said and started nothing by then.
			if err != nil && output.Len() > 0 {
				t.Errorf("it ended with %v", err)
			}
			if err == nil && !strings.Contains(output.String(), "nothing is left running") {
				t.Error("it did not say that it has stopped")
			}
			for pid, name := range children(t) {
				if _, known := before[pid]; !known {
					t.Errorf("it left process %d behind (%s)", pid, name)
				}
			}
			if t.Failed() {
				t.Logf("it said:\n%s", output.String())
			}
		})
	}
}

// children are this process's children that have not ended, by id, with their command lines. Those that have ended are reaped.
func children(t *testing.T) map[int]string {
	t.Helper()
	found := map[int]string{}
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		ids, err := os.ReadFile(task)
		if err != nil {
			continue // a thread that has ended
		}
		for _, id := range strings.Fields(string(ids)) {
			pid, err := strconv.Atoi(id)
			if err != nil {
				t.Fatal(err)
			}
			line, err := os.ReadFile(filepath.Join("/proc", id, "cmdline"))
			if err != nil || len(line) == 0 {
				continue // it has ended
			}
			found[pid] = strings.ReplaceAll(string(line), "\x00", " ")
		}
	}
	return found
}
