package soak

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"argyle-webhooks/infra/local"
)

// processes are a stack's functions and their processes, by name; *local.Stack has them.
type processes interface {
	Functions() []string
	Processes() map[string][]int
}

var _ processes = (*local.Stack)(nil)

// killer kills a process of a function every now and then, until ctx ends: any function with equal chances, and any of its processes, which has
// no say in it. What could not be killed in time, since no process was there or this program did not come to it, is made up for.
//
// A message fails for good after ten receives. Each kill takes one batch at most, a batch that failed comes back two seconds later, and the kills are
// spread over all functions: that one message's batch is hit ten times in a row does not happen by chance.
func killer(ctx context.Context, of processes, every time.Duration, random *rand.Rand, killed func()) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	start := time.Now()
	for kills := 0; ; {
		select {
		case <-ticker.C:
			for due := int(time.Since(start) / every); kills < due && kill(of, random); kills++ {
				killed()
			}
		case <-ctx.Done():
			return
		}
	}
}

// kill kills one process, and reports whether there was one to kill.
func kill(of processes, random *rand.Rand) bool {
	ids := of.Processes()
	functions := slices.DeleteFunc(of.Functions(), func(name string) bool { return len(ids[name]) == 0 })
	if len(functions) == 0 {
		return false
	}
	name := functions[random.IntN(len(functions))]
	process, err := os.FindProcess(ids[name][random.IntN(len(ids[name]))])
	return err == nil && process.Kill() == nil
}
