package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// header says when, where and of what the figures are.
func (b *bench) header(ctx context.Context) {
	mode := "make bench"
	if b.quick {
		mode = "-quick: rougher figures"
	}
	fmt.Fprintf(b.out, "argyle-webhooks, figures of %s (%s)\n", time.Now().UTC().Format("2006-01-02 15:04 UTC"), mode)
	fmt.Fprintf(b.out, "machine: %s, %d cores, %s/%s\n", processor(ctx), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(b.out, "built:   %s, commit %s\n", runtime.Version(), b.commit(ctx))
}

// commit is the revision that is measured, marked if the tree has changes.
func (b *bench) commit(ctx context.Context) string {
	command := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--exclude=*")
	command.Dir = b.root
	said, err := command.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(said))
}

// processor is the processor's name as the system tells it.
func processor(ctx context.Context) string {
	if content, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range bytes.Lines(content) {
			if key, value, ok := bytes.Cut(line, []byte(":")); ok && string(bytes.TrimSpace(key)) == "model name" {
				return string(bytes.TrimSpace(value))
			}
		}
	}
	if said, err := exec.CommandContext(ctx, "sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
		return strings.TrimSpace(string(said))
	}
	return "unknown processor"
}
