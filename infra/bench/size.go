package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
)

// The goals of issue 4, in bytes.
const (
	maxBinary = 8.5e6
	maxZip    = 3.3e6
	maxMemory = 20e6
)

// sizes weighs what is uploaded, and what a process needs.
func (b *bench) sizes(ctx context.Context) error {
	invocations := b.times(1000, 300)
	b.section("3. Size and memory",
		fmt.Sprintf("MB of 1,000,000 bytes. arm64 is what is deployed unless ARCH says otherwise. Memory is the peak resident size (VmHWM) after %d invocations", invocations),
		"on this machine.")
	architectures := []string{"arm64", "amd64"}
	b.row("", "arm64 binary", "zip", "goal", "amd64 binary", "zip", "goal", "memory", "goal")
	for _, p := range b.programs {
		measured := !slices.Contains([]string{"hello", "floor"}, p.name)
		pkg := "./functions/" + p.name
		if !measured {
			pkg = "./infra/bench/" + p.name
		}
		cells := []any{p.name}
		for _, architecture := range architectures {
			path, err := b.build(ctx, pkg, "linux", architecture)
			if err != nil {
				return err
			}
			stat, err := os.Stat(path)
			if err != nil {
				return fmt.Errorf("weighing %s: %w", p.name, err)
			}
			archive, err := zipped(ctx, path)
			if err != nil {
				return err
			}
			verdict := ""
			if measured {
				verdict = b.both(p.name+" for "+architecture, stat.Size(), archive)
			}
			cells = append(cells, mb(stat.Size()), mb(archive), verdict)
		}
		peak, err := b.peak(ctx, p, invocations)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		switch {
		case peak == 0:
			cells = append(cells, "", "not measured on "+runtime.GOOS)
		case measured:
			cells = append(cells, mb(peak), b.atMost("peak memory of "+p.name+", MB", float64(peak)/1e6, maxMemory/1e6, "%.1f"))
		default:
			cells = append(cells, mb(peak), "")
		}
		b.row(cells...)
	}
	return nil
}

// both judges a binary and its zip in one cell.
func (b *bench) both(what string, binary, archive int64) string {
	ok := float64(binary) <= maxBinary && float64(archive) <= maxZip
	return b.judge("size of "+what, ok, fmt.Sprintf("≤ %.1f, %.1f", maxBinary/1e6, maxZip/1e6), mb(binary)+" MB, zip "+mb(archive)+" MB")
}

func (b *bench) peak(ctx context.Context, p program, invocations int) (int64, error) {
	h, err := p.start(ctx)
	if err != nil {
		return 0, err
	}
	defer h.stop()
	if _, _, err := deliver(h, p.event, invocations); err != nil {
		return 0, err
	}
	return peakMemory(h.command.Process.Pid), nil
}
