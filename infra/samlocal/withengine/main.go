// Command withengine runs a command that needs a container engine: with the one that answers, or with one that the script named by the environment
// variable CONTAINER_ENGINE starts before and ends after.
//
//	withengine COMMAND [ARGUMENT]...
//
// `$CONTAINER_ENGINE start` prints shell commands that set the environment to use the engine, such as export DOCKER_HOST=…, and
// `$CONTAINER_ENGINE stop` ends it. The exit code is the command's, or 1 with one line on standard error where there is no engine.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"argyle-webhooks/infra/samlocal"
)

// variable names the script.
const variable = "CONTAINER_ENGINE"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main with its ends in the caller's hand. When ctx ends, the command is asked to end, and then the engine is.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: withengine COMMAND [ARGUMENT]...")
		return 2
	}
	none := samlocal.CheckEngine(ctx)
	if none == nil {
		return execute(ctx, args, stdout, stderr)
	}
	script := os.Getenv(variable)
	if script == "" {
		fmt.Fprintf(stderr, "%v; Docker is at https://docs.docker.com/get-started/get-docker/, and %s may name a script that starts another\n", none, variable)
		return 1
	}
	defer func() {
		ended := exec.CommandContext(context.WithoutCancel(ctx), script, "stop") //nolint:gosec // the user's own script
		ended.Stdout, ended.Stderr = stderr, stderr
		if err := ended.Run(); err != nil {
			fmt.Fprintf(stderr, "ending the container engine by %s: %v\n", script, err)
			code = max(code, 1)
		}
	}()
	start := exec.CommandContext(ctx, script, "start") //nolint:gosec // the user's own script
	start.Stderr = stderr
	environment, err := start.Output()
	if err != nil {
		fmt.Fprintf(stderr, "starting a container engine by %s: %v\n", script, err)
		return 1
	}
	return execute(ctx, append([]string{"sh", "-c", `eval "$0"; exec "$@"`, string(environment)}, args...), stdout, stderr)
}

// execute runs a command to its end and returns its exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	command := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // it is what this program is for
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, stdout, stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 20 * time.Second
	err := command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode()
	}
	fmt.Fprintf(stderr, "running %s: %v\n", args[0], err)
	return 1
}
