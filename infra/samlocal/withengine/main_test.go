package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nowhere makes DOCKER_HOST name a socket that nothing listens at.
func nowhere(t *testing.T) {
	t.Helper()
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "none"))
}

// script is an engine's script that writes down what it is asked, and then runs the line of shell given.
func script(t *testing.T, line string) (asked func() string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "engine with a space")
	content := fmt.Sprintf("#!/bin/sh\necho \"$1\" >>%q\n%s\n", filepath.Join(dir, "asked"), line)
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv(variable, path)
	return func() string {
		asked, err := os.ReadFile(filepath.Join(dir, "asked"))
		if err != nil {
			return ""
		}
		return strings.Join(strings.Fields(string(asked)), " ")
	}
}

func TestWithoutAnEngine(t *testing.T) {
	for _, c := range []struct {
		name, script, command string
		code                  int
		stdout, stderr        string
		asked                 string
	}{
		{
			name: "no script", command: "echo ran", code: 1, asked: "",
			stderr: "start Docker, or set DOCKER_HOST; Docker is at https://docs.docker.com/get-started/get-docker/, and CONTAINER_ENGINE may name",
		},
		{
			name: "a script", script: `[ "$1" = stop ] || echo "export DOCKER_HOST='unix:///its own' OTHER=2"`, command: `echo "$DOCKER_HOST $OTHER $1"`,
			stdout: "unix:///its own 2 a b\n", asked: "start stop",
		},
		{name: "a command that fails", script: "true", command: "exit 7", code: 7, asked: "start stop"},
		{name: "a start that fails", script: `[ "$1" = stop ]`, command: "echo ran", code: 1, stderr: "starting a container engine by ", asked: "start stop"},
		{name: "a stop that fails", script: `[ "$1" = start ]`, command: "echo ran", code: 1, stdout: "ran\n", stderr: "ending the container engine by ", asked: "start stop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nowhere(t)
			t.Setenv(variable, "")
			asked := func() string { return "" }
			if c.script != "" {
				asked = script(t, c.script)
			}
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), []string{"sh", "-c", c.command, "sh", "a b"}, &stdout, &stderr)
			if code != c.code || stdout.String() != c.stdout || asked() != c.asked {
				t.Errorf("exit code %d, output %q, the script was asked %q; want %d, %q, %q", code, stdout.String(), asked(), c.code, c.stdout, c.asked)
			}
			if lines := strings.Count(stderr.String(), "\n"); !strings.Contains(stderr.String(), c.stderr) || lines > 1 || (c.stderr == "") != (lines == 0) {
				t.Errorf("error %q, want one line with %q", stderr.String(), c.stderr)
			}
		})
	}
}

// TestWithAnEngine requires that an engine that answers is used as it is, and not ended.
func TestWithAnEngine(t *testing.T) {
	dir, err := os.MkdirTemp("", "engine-") //nolint:usetesting // t.TempDir's paths are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"OperatingSystem": "Debian GNU/Linux 12"}`)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(dir, "s"))
	asked := script(t, "true")
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"sh", "-c", `echo "$DOCKER_HOST"; exit 3`}, &stdout, &stderr); code != 3 {
		t.Errorf("exit code %d, want 3: %s", code, stderr.String())
	}
	if want := "unix://" + filepath.Join(dir, "s") + "\n"; stdout.String() != want || asked() != "" {
		t.Errorf("output %q, want %q; the script was asked %q, want nothing", stdout.String(), want, asked())
	}
}

func TestUsage(t *testing.T) {
	var stderr bytes.Buffer
	if code := run(t.Context(), nil, nil, &stderr); code != 2 || !strings.HasPrefix(stderr.String(), "usage: withengine COMMAND") {
		t.Errorf("exit code %d and error %q", code, stderr.String())
	}
}
