// Command gates checks of template.yaml, samconfig.toml and the runbook what no linter sees: that times and counts fit together, that
// everything has its alarm and every alarm its page in the runbook, that metrics exist, and that what must not be lost is kept.
//
//	gates
//
// It resolves the template for every environment of samconfig.toml: as it is, with a KMS key, an alarm topic and a permissions boundary of one's
// own, and with a domain, an e-mail address and reserved executions. It prints what each stack costs in a month without traffic; what is wrong stands on standard
// error, a line each: the rule, the resource, what it says and what it should say. It calls nothing outside this machine. Call it from the
// module's folder.
//
// A rule is a function from a [deployment] to findings; they are listed in rules.go, which is where to start reading. rules_test.go
// breaks each of them by one edit of a file.
package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

func main() {
	os.Exit(run(os.DirFS("."), os.Stdout, os.Stderr))
}

// run is main with its ends in the caller's hand. It returns the exit code: 0 if nothing is wrong, 1 if something is.
func run(files fs.FS, stdout, stderr io.Writer) int {
	p, err := load(files)
	if err != nil {
		fmt.Fprintln(stderr, "gates:", err)
		return 1
	}
	found := p.findings()
	for _, f := range found {
		fmt.Fprintln(stderr, f)
	}
	if err := printCosts(stdout, p); err != nil {
		fmt.Fprintln(stderr, "gates:", err)
		return 1
	}
	if len(found) > 0 {
		return 1
	}
	fmt.Fprintf(stdout, "\ngates: %d rules hold in %d forms of the stack\n", len(stackRules)+len(projectRules), len(p.deployments))
	return 0
}
