package backend

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ErrNothingToRunOn says that this machine can run neither Java with Maven nor Docker. The error's text says what to install.
var ErrNothingToRunOn = errors.New("DynamoDB Local and ElasticMQ need a JDK (17 or later) and Maven, or a running Docker: install one of the two")

// engine starts servers: onJava or onDocker.
type engine interface {
	run(ctx context.Context, s server, port int) (*running, error)
}

// choose picks the engine: Java, fetching the jars if need be, else Docker.
func choose(ctx context.Context, opts Options, scratch string, client *http.Client) (engine, error) {
	log := discard(opts.Log)
	jars := jarsIn(opts.BuildDir)
	java := findJava()
	var reasons []string
	switch {
	case java == "":
		reasons = append(reasons, "no java in PATH")
	case jars.ready():
		return onJava{java: java, jars: jars, scratch: scratch}, nil
	default:
		mvn, err := exec.LookPath("mvn")
		if err != nil {
			reasons = append(reasons, "no mvn in PATH")
			break
		}
		if err := checkJava(ctx, java); err != nil {
			reasons = append(reasons, err.Error())
			break
		}
		if err := jars.fetch(ctx, java, mvn, log); err != nil {
			return nil, err
		}
		return onJava{java: java, jars: jars, scratch: scratch}, nil
	}
	if docker := findDocker(ctx); docker != "" {
		fmt.Fprintf(log, "using Docker for DynamoDB and SQS (%s)\n", strings.Join(reasons, "; "))
		return onDocker{docker: docker, scratch: scratch, http: client, log: log}, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	reasons = append(reasons, "no docker that answers")
	return nil, fmt.Errorf("%w (%s)", ErrNothingToRunOn, strings.Join(reasons, "; "))
}

// scratchPrefix and our process id begin the name of each run's own folder.
const scratchPrefix = "run-"

// makeScratch makes a folder for one run, and removes those of runs that were killed.
func makeScratch(buildDir string) (string, error) {
	if err := os.MkdirAll(buildDir, 0o755); err != nil {
		return "", fmt.Errorf("make the folder for the servers: %w", err)
	}
	left, _ := filepath.Glob(filepath.Join(buildDir, scratchPrefix+"*"))
	for _, dir := range left {
		id, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), scratchPrefix), "-")
		if pid, err := strconv.Atoi(id); err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp(buildDir, scratchPrefix+strconv.Itoa(os.Getpid())+"-*")
	if err != nil {
		return "", fmt.Errorf("make a folder for the servers: %w", err)
	}
	return dir, nil
}
