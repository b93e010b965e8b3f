package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// shared is the one `argylectl local --json` that the tests of this package deliver to.
var shared sharedStack

type sharedStack struct {
	once    sync.Once
	address address
	cmd     *exec.Cmd
	stderr  bytes.Buffer
	rest    chan string // what came on standard output after the first line
	err     error
}

// anyPorts let stacks run side by side.
var anyPorts = []string{"--listen", "127.0.0.1:0", "--dynamodb-port", "0", "--sqs-port", "0"}

// stack starts the shared stack, or returns the running one's address.
func stack(t *testing.T) address {
	t.Helper()
	shared.once.Do(shared.start)
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.address
}

func (s *sharedStack) start() {
	s.cmd = command(context.Background(), append([]string{"local", "--json"}, anyPorts...)...)
	s.cmd.Stderr = &s.stderr
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		s.err = err
		return
	}
	if s.err = s.cmd.Start(); s.err != nil {
		return
	}
	reader := bufio.NewReader(stdout)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		s.err = fmt.Errorf("argylectl local ended before it was up: %w\n%s", s.cmd.Wait(), s.stderr.String())
		return
	}
	s.err = json.Unmarshal(line, &s.address)
	s.rest = make(chan string, 1)
	go func() {
		rest, _ := io.ReadAll(reader)
		s.rest <- string(rest)
	}()
}

// stop ends the stack if a test has started it.
func (s *sharedStack) stop() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if rest := <-s.rest; rest != "" {
		fmt.Fprintf(os.Stderr, "more than one line on standard output: %s", rest)
	}
	_ = s.cmd.Wait()
}

func TestLocalJSONIsTheAddressOfAStackThatIsUp(t *testing.T) {
	at := stack(t)
	response, err := http.Get(at.HealthURL)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("%s answers %d", at.HealthURL, response.StatusCode)
	}
	for _, name := range []string{"dynamodb", "sqs", "webhook", "accounts", "paystubs", "identities", "users"} {
		if len(at.Processes[name]) == 0 {
			t.Errorf("no process of %s in %v", name, at.Processes)
		}
		for _, pid := range at.Processes[name] {
			if err := syscall.Kill(pid, 0); err != nil {
				t.Errorf("process %d of %s: %v", pid, name, err)
			}
		}
	}
	if at.PID != shared.cmd.Process.Pid || at.Table != localTableName {
		t.Errorf("pid %d, table %q", at.PID, at.Table)
	}
	select {
	case rest := <-shared.rest:
		t.Errorf("after the line came %q", rest)
	default:
	}
}

func TestLocalNamesTheFlagOfATakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for flag, value := range map[string]string{"--listen": taken.Addr().String(), "--dynamodb-port": port, "--sqs-port": port} {
		t.Run(flag, func(t *testing.T) {
			requireLine(t, argylectl(t, "", append(append([]string{"local", "--json"}, anyPorts...), flag, value)...), 1, flag)
		})
	}
}

// TestLocalPlaysAndStops is `make run`: the journey, the table, and Ctrl-C.
func TestLocalPlaysAndStops(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := command(ctx, append([]string{"local"}, anyPorts...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "until Ctrl-C") {
			_ = cmd.Process.Signal(os.Interrupt)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v\n%s", err, stderr.String())
	}
	for _, want := range []string{
		"accounts.updated", "202 accepted", "again", "CONNECTION", "Chloe (made up)", "error auth_required", "partial, 37 days: 3",
		"removed", ".bin/argylectl send --url http://127.0.0.1:", ".bin/argylectl status --local --dynamodb-url", "nothing is left running",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the output has no %q", want)
		}
	}
	if strings.Contains(said.String(), "\x1b") {
		t.Error("colours, though this is no terminal")
	}
	if t.Failed() {
		t.Logf("standard output:\n%s\nstandard error:\n%s", said.String(), stderr.String())
	}
}
