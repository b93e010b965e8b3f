package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// functions are the folders under functions/, the front door first.
var functions = []string{"webhook", "accounts", "paystubs", "identities", "users"}

// build compiles a package of the repository with the flags of the deployed build (Makefile, build-%Function) and returns the binary's path.
func (b *bench) build(ctx context.Context, pkg, goos, goarch string) (string, error) {
	path := filepath.Join(b.dir, goos+"-"+goarch, filepath.Base(pkg), "bootstrap")
	command := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-tags", "lambda.norpc,nethttpomithttp2", "-ldflags=-s -w -buildid=", "-o", path, pkg)
	command.Dir = b.root
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	if said, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w: %s", pkg, err, strings.TrimSpace(string(said)))
	}
	return path, nil
}

// zipFrame is what a zip with the one file "bootstrap" has around the deflated bytes, less what gzip has: the headers of the file and of the archive.
const zipFrame = (30 + 9 + 16) + (46 + 9) + 22 - 18

// zipped is the size of a zip that holds the file alone: what is uploaded to Lambda. It is deflated by gzip, whose level 6 is that of the zlib that SAM
// packages with; archive/zip's own deflate leaves 2 % more.
func zipped(ctx context.Context, path string) (int64, error) {
	command := exec.CommandContext(ctx, "gzip", "-6", "-n", "-c", path)
	size := counter(zipFrame)
	command.Stdout = &size
	if err := command.Run(); err != nil {
		return 0, fmt.Errorf("zipping: %w", err)
	}
	return int64(size), nil
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
