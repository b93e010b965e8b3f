package compiled

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"argyle-webhooks/infra/local"
)

// root is the repository's root, as an absolute path.
var root string

func TestMain(m *testing.M) {
	var err error
	if root, err = filepath.Abs("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	local.Main(m)
}
