// Command fuzz runs every fuzz target of the module, one after the other, and writes one line for each. A target that finds something ends the
// run with status 1; what it found is then a file of the package's testdata/fuzz, and a test case from that moment on.
//
// Targets are found by their names, so a new one is run without being listed anywhere. Call it from the module's folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	each := flag.Duration("time", 30*time.Second, "how long each target runs")
	workers := flag.Int("parallel", max(1, runtime.NumCPU()-1), "processes a target")
	only := flag.String("run", "", "only targets whose name matches this regular expression")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *each, *workers, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, each time.Duration, workers int, only string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	all, err := find(".")
	if err != nil {
		return err
	}
	var failed []string
	for _, target := range all {
		if !wanted.MatchString(target.name) {
			continue
		}
		line, err := target.fuzz(ctx, each, workers)
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		fmt.Printf("%-20s %-20s %s\n", target.name, target.folder, line)
		if err != nil {
			failed = append(failed, target.name)
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("%s found something", strings.Join(failed, ", "))
	}
	return nil
}

// target is one fuzz target.
type target struct{ folder, name string }

var declaration = regexp.MustCompile(`(?m)^func (Fuzz\w*)\(\w+ \*testing\.F\)`)

// find lists the targets in the test files below root, by folder. Folders that go's own patterns pass over are passed over.
func find(root string) (targets []target, err error) {
	files := os.DirFS(root)
	err = fs.WalkDir(files, ".", func(file string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && file != "." && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(files, file)
		if err != nil {
			return fmt.Errorf("read a test file: %w", err)
		}
		for _, found := range declaration.FindAllSubmatch(source, -1) {
			targets = append(targets, target{path.Dir(file), string(found[1])})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for fuzz targets: %w", err)
	}
	return targets, nil
}

// progress is the last of the lines that go's fuzzing writes every three seconds.
var progress = regexp.MustCompile(`elapsed: [^,]*, execs: (\d+) \([^)]*\)(?:, new interesting: (\d+) \(total: (\d+)\))?`)

// fuzz runs the target and returns what to say of it. If it found something it writes all that go says.
func (t target) fuzz(ctx context.Context, each time.Duration, workers int) (line string, err error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+each.String(), fmt.Sprintf("-parallel=%d", workers), "./"+t.folder)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // go test passes it on, and what was found is kept
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil && ctx.Err() == nil {
		_, _ = os.Stderr.Write(out)
		return "FAILED", fmt.Errorf("fuzz %s: %w", t.name, err)
	}
	all := progress.FindAllSubmatch(out, -1)
	if len(all) == 0 {
		return "ok, and too short for a figure", nil
	}
	last := all[len(all)-1]
	line = fmt.Sprintf("ok in %s: %s runs", each, last[1])
	if len(last[2]) > 0 {
		line += fmt.Sprintf(", %s of %s inputs new", last[2], last[3])
	}
	return line, nil
}
