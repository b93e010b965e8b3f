// Command bench measures what the receiver costs: cold starts, the warm front door, size and memory, request units, dollars per million events, lag and
// throughput. Every figure that depends on the machine is printed beside a floor measured in the same run, as a ratio; every goal is printed as met or as MISSED.
// It exits 0 unless it cannot measure.
//
// hello and floor are the programs that cold starts are set beside, rivals the two other designs that the price is set beside.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"argyle-webhooks/infra/local"
)

// bench is one run.
type bench struct {
	*report
	root  string // the repository's
	dir   string // for what is built here
	quick bool

	programs []program // hello, floor, then the functions
	cloud    *cloud
	stack    *local.Stack          // nil until a section needs it
	batchCPU map[int]time.Duration // of a worker, by the size of the batch
	frontLog logged                // what the front door logs, for the price
}

func main() {
	quick := flag.Bool("quick", false, "measure less often: about a minute, and rougher figures")
	only := flag.String("only", "", "the numbers of the sections to run, such as 1,4")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *quick, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, quick bool, only string) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "argyle-bench-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	b := &bench{report: &report{out: os.Stdout}, root: root, dir: dir, quick: quick, batchCPU: map[int]time.Duration{}}
	b.header(ctx)
	if b.cloud, err = startCloud(); err != nil {
		return err
	}
	defer b.cloud.close()
	defer b.endStack()
	if err := b.prepare(ctx); err != nil {
		return err
	}
	sections := []func(context.Context) error{b.coldStarts, b.warm, b.sizes, b.units, b.dollars, b.lag, b.goBenchmarks}
	for i, section := range sections {
		if only != "" && !strings.Contains(","+only+",", fmt.Sprintf(",%d,", i+1)) {
			continue
		}
		if err := section(ctx); err != nil {
			return fmt.Errorf("section %d: %w", i+1, err)
		}
		b.end()
	}
	b.close()
	return nil
}

// times is how often something is measured.
func (b *bench) times(full, quick int) int {
	if b.quick {
		return quick
	}
	return full
}

// findRoot walks up to the repository's root.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for the repository: %w", err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no template.yaml here or in a folder above: run this inside the repository")
		}
	}
}
