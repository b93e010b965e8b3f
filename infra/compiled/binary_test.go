//go:build emulated || samlocal

package compiled

import (
	"debug/buildinfo"
	"debug/elf"
	"path/filepath"
	"testing"

	"argyle-webhooks/infra/samples"
)

// The processors that the functions are built for, as the Makefile's ARCH spells them.
var architectures = map[elf.Machine]string{elf.EM_AARCH64: "arm64", elf.EM_X86_64: "x86_64"}

// built is the binary that `make build` left for the function with the folder name given. It must be the function's own and for the processor given, so
// that no other is run by mistake.
func built(t *testing.T, name string, machine elf.Machine) (path string) {
	t.Helper()
	path = filepath.Join(root, ".aws-sam", "build", samples.LogicalID(name, "Function"), "bootstrap")
	program, err := elf.Open(path)
	if err != nil {
		t.Fatalf("no binary to run: say first: make build ARCH=%s (%v)", architectures[machine], err)
	}
	is := program.Machine
	_ = program.Close()
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if is != machine || info.Path != "argyle-webhooks/functions/"+name {
		t.Fatalf("%s is %s for %v: say first: make build ARCH=%s", path, info.Path, is, architectures[machine])
	}
	return path
}
