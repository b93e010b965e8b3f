package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"os"
)

// binary is what a bootstrap says of itself.
type binary struct {
	// architecture is arm64 or x86_64, as Lambda spells them.
	architecture string
	// mainPackage is the path of the package that it was built from.
	mainPackage string
	size        int64
	// sha256 is of the whole file, in hex.
	sha256 string
}

// readBinary reads a bootstrap. The error names the file and says why Lambda could not run it: it is missing, empty, not executable, no
// ELF file (an `ar` archive is what go build makes of a package that is not main), needs a dynamic linker, is for a processor that
// Lambda does not have, or is not Go's.
func readBinary(path string) (binary, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return binary{}, fmt.Errorf("the function has no binary: %w", err)
	}
	if stat.Size() == 0 {
		return binary{}, fmt.Errorf("%s: is empty", path)
	}
	if mode := stat.Mode(); mode != 0o755 {
		return binary{}, fmt.Errorf("%s: has mode %v, want -rwxr-xr-x: Lambda could not run it", path, mode)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return binary{}, fmt.Errorf("reading the function's binary: %w", err)
	}
	architecture, err := elfArchitecture(content)
	if err != nil {
		return binary{}, fmt.Errorf("%s: %w", path, err)
	}
	built, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		return binary{}, fmt.Errorf("%s: reading Go's build information: %w", path, err)
	}
	sum := sha256.Sum256(content)
	return binary{
		architecture: architecture,
		mainPackage:  built.Path,
		size:         stat.Size(),
		sha256:       hex.EncodeToString(sum[:]),
	}, nil
}

// elfArchitecture gives the architecture of a static executable in Lambda's words.
func elfArchitecture(content []byte) (string, error) {
	if bytes.HasPrefix(content, []byte("!<arch>\n")) {
		return "", fmt.Errorf("is an archive, no executable: is the package called main?")
	}
	file, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		return "", fmt.Errorf("is no ELF file: %w", err)
	}
	if file.Type != elf.ET_EXEC && file.Type != elf.ET_DYN {
		return "", fmt.Errorf("is no executable (%v)", file.Type)
	}
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return "", fmt.Errorf("needs a dynamic linker: build it with CGO_ENABLED=0")
		}
	}
	switch {
	case file.Machine == elf.EM_AARCH64 && file.Class == elf.ELFCLASS64:
		return "arm64", nil
	case file.Machine == elf.EM_X86_64 && file.Class == elf.ELFCLASS64:
		return "x86_64", nil
	}
	return "", fmt.Errorf("is for %v (%v), which Lambda does not have", file.Machine, file.Class)
}
