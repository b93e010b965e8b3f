// Command artifact checks what `sam build` made, since SAM itself does not: it reports success for an empty artifact, for a binary of
// the wrong processor and for one function's binary in another's place, all of which fail only in AWS, at the first invocation.
//
//	artifact [-arch arm64|x86_64] .aws-sam/build/template.yaml
//
// It prints a line for each function, or says on standard error what is wrong, each fault on its own line, and exits with 1.
// [Check] is where to start reading.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its ends in the caller's hand. It returns the exit code: 0 for good artifacts, 1 for faults, 2 for wrong usage.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("artifact", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: artifact [-arch arm64|x86_64] .aws-sam/build/template.yaml")
		flags.PrintDefaults()
	}
	arch := flags.String("arch", "", "value of the template's parameter Architecture (default: the template's own)")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return 2
	}

	artifacts, err := Check(flags.Arg(0), *arch)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, a := range artifacts {
		fmt.Fprintf(table, "%s\t%s\t%.1f MB\tsha256 %.12s\n", a.LogicalID, a.Architecture, float64(a.Size)/1e6, a.SHA256)
	}
	if err := table.Flush(); err != nil {
		fmt.Fprintf(stderr, "writing the list of artifacts: %v\n", err)
		return 1
	}
	return 0
}
