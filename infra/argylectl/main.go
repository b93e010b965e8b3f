// Command argylectl runs argyle-webhooks on one machine, delivers signed webhooks to it and shows the status it keeps, here or in AWS.
//
// `argylectl help` lists the commands; each is a file here, named for it, and newRoot puts them together. What the commands do is done by
// other packages: infra/local is the local stack, infra/journey the sample journey, infra/samples the sample events, shared/table the status.
//
// Exit codes: 0 done, 1 the answer is no (a delivery refused, an account unknown, a stack that cannot start), 2 wrong usage, and for
// `status` trouble on the way to the answer. An error is one line on standard error that says what to do.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "dev"

const (
	exitNo    = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run runs one command line and returns its exit code. ctx ends when the user wants the command to end.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var failed failure
	if errors.As(err, &failed) {
		fmt.Fprintf(stderr, "argylectl: %v\n", err)
		return failed.code
	}
	// Only cobra makes other errors: of flags, arguments and unknown commands. Below the first line it guesses what was meant.
	what, _, _ := strings.Cut(err.Error(), "\n")
	if before, parser, found := strings.Cut(what, ": strconv."); found {
		want := "a whole number"
		if strings.HasPrefix(parser, "ParseBool") {
			want = "true or false"
		}
		what = before + ": want " + want
	}
	fmt.Fprintf(stderr, "argylectl: %s; see %s\n", what, "`argylectl help`")
	return exitUsage
}

// failure is an error with its exit code. Every command's own errors are failures.
type failure struct {
	code int
	err  error
}

func (f failure) Error() string { return f.err.Error() }
func (f failure) Unwrap() error { return f.err }

// no says that a command could not do what it was asked.
func no(err error) error { return failure{exitNo, err} }

// usage says that a command was asked for something that makes no sense.
func usage(format string, args ...any) error { return failure{exitUsage, fmt.Errorf(format, args...)} }
