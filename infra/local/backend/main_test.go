package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary plays other programs too, named by this variable: a docker that records what it is asked, and a parent that is killed.
const roleVariable = "BACKEND_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "docker":
		playDocker(os.Args[1:])
	case "parent":
		playParent(os.Args[1])
	default:
		Main(m, func() error { return goleak.Find() })
	}
}

// playDocker records its arguments, one JSON list a line, in the file named by DOCKER_RECORD. Asked to run an image it serves HTTP on the
// published address until it is told to end.
func playDocker(args []string) {
	record, err := os.OpenFile(os.Getenv("DOCKER_RECORD"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	if err := json.NewEncoder(record).Encode(args); err != nil {
		panic(err)
	}
	switch args[0] {
	case "image":
		os.Exit(1) // Not here yet.
	case "run":
		if os.Getenv("DOCKER_FAILS") != "" {
			fmt.Fprintln(os.Stderr, "docker: no space left on device.")
			os.Exit(125)
		}
		published := args[slices.Index(args, "--publish")+1]
		stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer cancel()
		listener, err := net.Listen("tcp", published[:strings.LastIndex(published, ":")])
		if err != nil {
			panic(err)
		}
		go func() { _ = http.Serve(listener, http.NotFoundHandler()) }() // until the process ends
		<-stop.Done()
	}
}

// playParent starts a backend, says its processes, and waits to be killed.
func playParent(buildDir string) {
	b, err := Start(context.Background(), Options{BuildDir: buildDir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(b.Processes()); err != nil {
		panic(err)
	}
	select {}
}

// buildDir is the work tree's own, with the jars in it.
func buildDir(t *testing.T) string {
	t.Helper()
	ForTest(t) // Fetches the jars if need be.
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, ".build")
}

// startFor starts a backend that ends with the test.
func startFor(t *testing.T, opts Options) *Backend {
	t.Helper()
	b, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// gone waits until no process has the id.
func gone(pid int, within time.Duration) bool {
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
	}
	return false
}

// script writes a program into a folder and returns the folder, to be put into PATH.
func script(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}
