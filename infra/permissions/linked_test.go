package permissions_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/permissions"
)

var (
	// operation is a method of a client of an AWS service, and record one of the status table's, in a program's table of symbols.
	operation = regexp.MustCompile(`aws-sdk-go-v2/service/(\w+)\.\(\*Client\)\.([A-Z]\w+)$`)
	record    = regexp.MustCompile(`shared/table\.\(\*Table\)\.([A-Z]\w+)$`)
)

// uncalled are operations that are in a worker's binary and that it cannot call.
var uncalled = []string{
	// The SDK calls it for clients whose EnableEndpointDiscovery is set, which it is for none.
	"dynamodb:DescribeEndpoints",
	// The linker keeps some methods of a type for their name alone. Apply, the one method of the table that a worker may have, does not query.
	"dynamodb:Query",
}

// TestBinariesHoldNothingElse looks into the functions' binaries. The linker leaves out what a program cannot call, so the operations of AWS
// services that are left are all that a function can ever call, whatever branch a test may have missed: they must be the ones that its role allows
// it beside the platform's.
func TestBinariesHoldNothingElse(t *testing.T) {
	deployment, err := permissions.Deploy(text(t), permissions.Options{})
	if err != nil {
		t.Fatal(err)
	}
	root, err := permissions.Root()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	build := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-tags", "lambda.norpc", "-o", dir+string(filepath.Separator), "./functions/...")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for _, function := range deployment.OfType("AWS::Serverless::Function") {
		name := strings.TrimSuffix(function.LogicalID, "Function")
		t.Run(name, func(t *testing.T) {
			granted, err := deployment.Granted(name + "Role")
			if err != nil {
				t.Fatal(err)
			}
			platform, err := deployment.Platform(function.LogicalID)
			if err != nil {
				t.Fatal(err)
			}
			actions := map[string]bool{}
			for grant := range granted {
				if !platform[grant] {
					actions[grant.Action] = true
				}
			}
			linked := operations(t, filepath.Join(dir, strings.ToLower(name)))
			if diff := cmp.Diff(actions, linked); diff != "" {
				t.Errorf("the role's actions and the binary's operations (-role +binary):\n%s", diff)
			}
		})
	}
}

// operations are the operations in a binary, as IAM spells actions.
func operations(t *testing.T, binary string) map[string]bool {
	t.Helper()
	symbols, err := exec.Command("go", "tool", "nm", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]bool{}
	for line := range strings.Lines(string(symbols)) {
		line = strings.TrimSpace(line)
		if match := operation.FindStringSubmatch(line); match != nil {
			linked[match[1]+":"+match[2]] = true
		}
		if match := record.FindStringSubmatch(line); len(match) > 1 && match[1] != "Apply" {
			t.Errorf("the binary has Table.%s, which may query", match[1])
		}
	}
	for action := range linked {
		if slices.Contains(uncalled, action) {
			delete(linked, action)
		}
	}
	return linked
}
