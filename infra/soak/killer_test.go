package soak

import (
	"context"
	"math/rand/v2"
	"os/exec"
	"testing"
	"time"
)

// sleepers are children of the test that run long, under the names of functions.
type sleepers map[string]*exec.Cmd

func (s sleepers) Functions() []string { return []string{"accounts", "users", "webhook"} }

func (s sleepers) Processes() map[string][]int {
	ids := map[string][]int{"sqs": {1}}
	for name, command := range s {
		ids[name] = []int{command.Process.Pid}
	}
	return ids
}

func TestKillerKillsFunctionsOnly(t *testing.T) {
	children := sleepers{}
	for _, name := range []string{"accounts", "users"} {
		command := exec.CommandContext(t.Context(), "sleep", "60")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		children[name] = command
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	kills := 0
	killer(ctx, children, 5*time.Millisecond, rand.New(rand.NewPCG(1, 2)), func() {
		kills++
		if kills == 40 {
			cancel()
		}
	})
	for name, command := range children {
		if err := command.Wait(); err == nil || err.Error() != "signal: killed" {
			t.Errorf("%s ended with %v", name, err)
		}
	}
}

func TestKillerWithNothingToKill(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	killer(ctx, sleepers{}, time.Millisecond, rand.New(rand.NewPCG(1, 2)), func() { t.Error("a kill") })
}
