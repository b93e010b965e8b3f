// Command mutants breaks the core on purpose, one small change at a time, and shows that a test notices each.
//
// A [mutant] is data: a file, a text in it that stands there exactly once, what to put in its place, and what that does to a user. Each is applied
// to a copy of the tree, has to compile, and is given to the tests that are about it, the fast ones first. The table says which test caught it.
// A mutant that survives, one whose text is not there any more, and one that does not compile end the run with status 1: the first is a test
// that is missing, the others prove nothing until somebody has looked at them.
//
// The comparison of signatures in constant time has no mutant: no test can tell. Call it from the module's folder; `make mutants` does.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"time"
)

// mutant is one change that a test must notice.
type mutant struct {
	file string // below the module's folder, with slashes
	why  string // what is wrong with the program then
	// old stands in the file exactly once, and new is put in its place.
	old, new string
}

// tests are the packages whose tests are about the files of a folder, in the order in which they are asked.
var tests = map[string][]string{
	"shared/argyle":     {"shared/argyle", "shared/status", "infra/model", "functions/webhook"},
	"shared/status":     {"shared/status", "infra/model", "infra/faults"},
	"shared/table":      {"shared/table", "infra/faults"},
	"shared/queue":      {"shared/queue", "functions/webhook", "infra/faults"},
	"shared/secret":     {"shared/secret", "functions/webhook"},
	"shared/lambdaenv":  {"shared/lambdaenv", "shared/queue"},
	"functions/webhook": {"functions/webhook"},
}

// workFolder holds the copies of the tree. It is in a folder that git ignores.
const workFolder = ".build/mutants"

func main() {
	jobs := flag.Int("jobs", 2, "mutants at once, each with a copy of the tree")
	only := flag.String("run", "", "only mutants whose file or description matches this regular expression")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *jobs, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, jobs int, only string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	all := slices.DeleteFunc(slices.Concat(inArgyle, inStatus, inTable, inQueue, inWebhook), func(m mutant) bool {
		return !wanted.MatchString(m.file) && !wanted.MatchString(m.why)
	})
	copies := make([]*tree, jobs)
	for i := range copies {
		if copies[i], err = copyTree(".", fmt.Sprintf("%s/%d", workFolder, i+1)); err != nil {
			return err
		}
	}
	defer os.RemoveAll(workFolder)
	began := time.Now()
	if err := unbroken(ctx, copies[0], all); err != nil {
		return err
	}
	results := make([]result, len(all))
	finished := make([]chan struct{}, len(all))
	next := make(chan int)
	var working sync.WaitGroup
	for i := range finished {
		finished[i] = make(chan struct{})
	}
	for _, copied := range copies {
		working.Go(func() {
			for i := range next {
				results[i] = copied.try(ctx, all[i])
				close(finished[i])
			}
		})
	}
	working.Go(func() {
		for i := range all {
			next <- i
		}
		close(next)
	})
	escaped := 0
	for i, m := range all {
		<-finished[i]
		if ctx.Err() != nil {
			continue // let those that are under way come to their end
		}
		if !results[i].caught {
			escaped++
		}
		fmt.Printf("%-20s %-84s %s\n", path.Base(path.Dir(m.file))+"/"+shortName(m.file), m.why, results[i].verdict)
	}
	working.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case escaped > 0:
		return fmt.Errorf("%d of %d mutants were not caught", escaped, len(all))
	}
	fmt.Printf("all %d mutants were caught, in %s\n", len(all), time.Since(began).Round(time.Second))
	return nil
}

// shortName is the file's name without its extension.
func shortName(file string) string {
	return regexp.MustCompile(`\.go$`).ReplaceAllString(path.Base(file), "")
}

// unbroken runs the tests that the mutants need on the tree as it is: if one of them fails, none of them proves anything.
func unbroken(ctx context.Context, copied *tree, all []mutant) error {
	var packages []string
	for _, m := range all {
		packages = append(packages, tests[path.Dir(m.file)]...)
	}
	slices.Sort(packages)
	for _, name := range slices.Compact(packages) {
		if caught, output := copied.test(ctx, name); caught != "" {
			return fmt.Errorf("without a mutant %s fails %s\n%s", name, caught, output)
		}
	}
	return nil
}
