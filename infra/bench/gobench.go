package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// goBenchmarks runs the Go benchmarks beside the code that every event passes.
func (b *bench) goBenchmarks(ctx context.Context) error {
	length := "1s"
	if b.quick {
		length = "100ms"
	}
	b.section("7. One event on its way: Go benchmarks", "go test -bench . -benchmem -benchtime "+length+" ./shared/argyle ./shared/status ./shared/table")
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchmem", "-benchtime", length, "./shared/argyle", "./shared/status", "./shared/table")
	command.Dir = b.root
	said, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("go test -bench: %w: %s", err, said)
	}
	b.row("", "ns/op", "B/op", "allocs/op")
	for lines := bufio.NewScanner(bytes.NewReader(said)); lines.Scan(); {
		// BenchmarkVerify/1KB-2   1000   1234 ns/op   56 B/op   7 allocs/op
		fields := strings.Fields(lines.Text())
		if len(fields) < 8 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name, figures := fields[0][len("Benchmark"):], map[string]string{}
		if at := strings.LastIndex(name, "-"); at > 0 {
			name = name[:at]
		}
		for i := 2; i+1 < len(fields); i += 2 {
			figures[fields[i+1]] = fields[i]
		}
		b.row(name, figures["ns/op"], figures["B/op"], figures["allocs/op"])
	}
	return nil
}
