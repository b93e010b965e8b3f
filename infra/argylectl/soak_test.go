package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSoak runs a soak that is far too short for a trial, and so fails: by what it says, and by nothing else.
func TestSoak(t *testing.T) {
	got := argylectl(t, "", "soak", "--accounts", "10", "--duration", "2s", "--seed", "5", "--kill", "0", "--json")
	if got.code != 1 {
		t.Errorf("exit code %d", got.code)
	}
	var figures map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &figures); err != nil || strings.Count(got.stdout, "\n") != 1 {
		t.Fatalf("standard output is not one line of JSON: %v\n%s\n%s", err, got.stdout, got.stderr)
	}
	for _, name := range []string{
		"deliveries", "acked", "refused", "kills", "retries", "redeliveries", "conflicts", "dlq", "wrong", "lost", "per_second", "lag_ms", "seconds", "seed", "accounts",
	} {
		if _, ok := figures[name]; !ok {
			t.Errorf("no %s in %s", name, got.stdout)
		}
	}
	lag, _ := figures["lag_ms"].(map[string]any)
	if lag["p50"] == nil || lag["p99"] == nil {
		t.Errorf("lag_ms is %v", lag)
	}
	if figures["wrong"] != 0.0 || figures["lost"] != 0.0 || figures["acked"] == 0.0 || figures["seed"] != 5.0 {
		t.Errorf("figures %s", got.stdout)
	}
	for _, line := range []string{"FAIL: no trial: 0 kills, want 30 or more\n", "argylectl: the soak has failed (--seed 5)\n"} {
		if !strings.Contains(got.stderr, line) {
			t.Errorf("standard error has no %q:\n%s", line, got.stderr)
		}
	}
}

func TestSoakStopsWhenInterrupted(t *testing.T) {
	cmd := command(t.Context(), "soak", "--accounts", "10")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * time.Second)
	sent := time.Now()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if took := time.Since(sent); took > 6*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if cmd.ProcessState.ExitCode() != 1 || !strings.HasSuffix(stderr.String(), "argylectl: stopped before the end; nothing is left running\n") {
		t.Errorf("exit code %d:\n%s", cmd.ProcessState.ExitCode(), stderr.String())
	}
}

func TestSoakUsage(t *testing.T) {
	for flag, value := range map[string]string{"--accounts": "0", "--duration": "0s", "--kill": "-1s"} {
		t.Run(flag, func(t *testing.T) {
			requireLine(t, argylectl(t, "", "soak", flag, value), 2, flag)
		})
	}
}
