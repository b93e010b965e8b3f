package main

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"
)

// A mutant that no longer applies is told at once, and not when somebody runs the mutants next.
func TestMutantsApply(t *testing.T) {
	all := slices.Concat(inArgyle, inStatus, inTable, inQueue, inWebhook)
	seen := map[string]bool{}
	for _, m := range all {
		source, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(m.file)))
		if err != nil {
			t.Error(err)
		}
		if found := bytes.Count(source, []byte(m.old)); found != 1 {
			t.Errorf("%s (%s): %q stands there %d times", m.file, m.why, m.old, found)
		}
		if m.why == "" || seen[m.why] || m.old == m.new {
			t.Errorf("%s: says nothing, what another says, or changes nothing: %q", m.file, m.why)
		}
		seen[m.why] = true
		for _, name := range tests[path.Dir(m.file)] {
			if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(name))); err != nil {
				t.Error(err)
			}
		}
		if len(tests[path.Dir(m.file)]) == 0 {
			t.Errorf("%s: no tests are about it", m.file)
		}
	}
	if len(all) < 25 {
		t.Errorf("%d mutants", len(all))
	}
}

func TestFirstFailure(t *testing.T) {
	for name, c := range map[string]struct{ output, want string }{
		"passed after all": {"ok  \tpackage\t0.1s\n", "the package's TestMain"},
		"a test":           {"--- FAIL: TestA (0.00s)\n    a_test.go:1: wrong\nFAIL\n", "TestA"},
		"a subtest":        {"--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/one (0.00s)\n        a_test.go:1: wrong\n    --- FAIL: TestA/two (0.00s)\nFAIL\n", "TestA/one"},
		"two tests":        {"--- FAIL: TestA (0.00s)\n--- FAIL: TestB (0.00s)\n    --- FAIL: TestB/one (0.00s)\n", "TestA"},
		"a panic":          {"panic: runtime error: index out of range\n\ngoroutine 7 [running]:\n", "runtime error: index out of range"},
		"a hang":           {"panic: test timed out after 2m0s\n\trunning tests:\n\t\tTestA (2m0s)\n", "TestA (hangs)"},
		"not built":        {"# package\nx.go:1:1: undefined: y\nFAIL\tpackage [build failed]\n", notBuilt},
	} {
		if got := firstFailure(c.output); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
