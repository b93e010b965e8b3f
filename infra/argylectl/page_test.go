package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTableAlignsColumnsWhateverTheColour(t *testing.T) {
	rows := [][]cell{{{"é", plain}, {"connected", green}, {"x", plain}}, {{"longer", plain}, {"", red}, {"", plain}}}
	for _, c := range []struct {
		name   string
		colour bool
		want   string
	}{
		{"plain", false, " A       B          C\n é       connected  x\n longer\n"},
		{"in colour", true, " \x1b[1mA\x1b[0m       \x1b[1mB\x1b[0m          \x1b[1mC\x1b[0m\n é       \x1b[32mconnected\x1b[0m  x\n longer\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			page{&out, c.colour}.table(" ", []string{"A", "B", "C"}, rows)
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestColoursAreForTerminals(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	if newPage(file).colour || newPage(&bytes.Buffer{}).colour || !newPage(terminal).colour {
		t.Error("colours belong on a terminal and nowhere else")
	}
	t.Setenv("NO_COLOR", "1")
	if newPage(terminal).colour {
		t.Error("colours in spite of NO_COLOR")
	}
}

func TestFunctionLogShowsTrouble(t *testing.T) {
	const (
		info     = `{"level":"INFO","msg":"a"}` + "\n"
		warning  = `{"level":"WARN","msg":"b"}` + "\n"
		failure  = `{"level":"ERROR","msg":"c"}` + "\n"
		panicked = "panic: d\n"
	)
	for _, c := range []struct {
		name       string
		everything bool
		want       string
	}{{"what went wrong", false, warning + failure + panicked}, {"--verbose", true, info + warning + failure + panicked}} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			log := functionLog(&out, c.everything)
			for _, line := range []string{info, warning, failure, panicked} {
				if n, err := log.Write([]byte(line)); err != nil || n != len(line) {
					t.Fatalf("wrote %d, %v", n, err)
				}
			}
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
