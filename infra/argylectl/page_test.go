package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/shared/status"
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
			page{out: &out, colour: c.colour}.table(" ", []string{"A", "B", "C"}, rows)
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

func TestTheCastFitsANarrowTerminal(t *testing.T) {
	yes, code := true, "service_unavailable"
	account := status.AccountStatus{
		User: "u", Account: "01959a90-dd64-814a-9d4f-bf8e084c34e2", FullySynced: &yes,
		Connection: &status.ConnectionStatus{Status: "error", ErrorCode: &code, Action: status.ActionWait},
	}
	play := journey.Journey{Cast: []journey.Character{{Label: "Farid" + journey.MadeUp, User: "u"}}}
	for _, c := range []struct {
		name  string
		width int
		want  string
	}{
		{"no terminal", 0, "  Farid (made up)  01959a90-dd64-814a-9d4f-bf8e084c34e2  error service_unavailable  wait    yes     -         -"},
		{"wide", 200, "  Farid (made up)  01959a90-dd64-814a-9d4f-bf8e084c34e2  error service_unavailable  wait    yes     -         -"},
		{"narrow", 80, "  Farid  …084c34e2  service_unavailable  wait    yes     -         -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			page{out: &out, width: c.width}.showCast(play, map[string]status.UserStatus{"u": {Accounts: []status.AccountStatus{account}}})
			_, row, _ := strings.Cut(strings.TrimSuffix(out.String(), "\n"), "\n")
			if diff := cmp.Diff(c.want, row); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
