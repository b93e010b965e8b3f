package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// release sums up what a deployment is made of: the template, the bootstraps beside it and the parameters. Whatever changes one byte of it
// changes the sum, and with it the front door's version; the same build with the same settings gives the same sum. In hex.
func release(templatePath string, parameters map[string]string) (string, error) {
	folder := filepath.Dir(templatePath)
	binaries, err := filepath.Glob(filepath.Join(folder, "*", "bootstrap")) // sorted
	if err != nil {
		return "", fmt.Errorf("listing the built functions: %w", err)
	}
	if len(binaries) == 0 {
		return "", fmt.Errorf("no function is built in %s: run make build", folder)
	}
	sum := sha256.New()
	for _, path := range append([]string{templatePath}, binaries...) {
		content, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("reading what was built: %w", err)
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return "", fmt.Errorf("naming what was built: %w", err)
		}
		add(sum, filepath.ToSlash(name), content)
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		add(sum, name, []byte(parameters[name]))
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// add adds a named part with its length, so that no two lists of parts run together alike.
func add(sum io.Writer, name string, content []byte) {
	fmt.Fprintf(sum, "%q %d\n", name, len(content))
	_, _ = sum.Write(content) // a hash takes everything
}
