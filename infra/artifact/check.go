package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"argyle-webhooks/infra/template"
)

// functionPackages is where the functions' packages are, as Go's build information names them.
const functionPackages = "argyle-webhooks/functions/"

// Artifact is one function's binary that was found to be right.
type Artifact struct {
	// LogicalID is the function's name in the template, "WebhookFunction".
	LogicalID string
	// Architecture is arm64 or x86_64, as Lambda spells them.
	Architecture string
	// Size is in bytes, unpacked.
	Size int64
	// SHA256 is of the binary, in hex. The build is reproducible: the same sources give the same sum.
	SHA256 string
}

// Check looks at the artifacts that a template written by `sam build` points to, taking architecture for its parameter Architecture (""
// for the parameter's default). For every function there must be a folder with nothing but a bootstrap that is executable (mode
// 755), a static Linux binary for the function's architecture, and built from the function's own package; and there must be no folder
// of another function. The error joins all faults, each naming the file and what to do where that is not plain.
func Check(templatePath, architecture string) ([]Artifact, error) {
	functions, err := functionsOf(templatePath, architecture)
	if err != nil {
		return nil, err
	}
	var (
		artifacts []Artifact
		faults    []error
		known     = map[string]bool{}
	)
	for _, fn := range functions {
		known[fn.folder] = true
		artifact, err := fn.check()
		if err != nil {
			faults = append(faults, err)
			continue
		}
		artifacts = append(artifacts, artifact)
	}
	strangers, err := filepath.Glob(filepath.Join(filepath.Dir(templatePath), "*", "bootstrap"))
	if err != nil {
		return nil, fmt.Errorf("listing artifacts beside %s: %w", templatePath, err)
	}
	for _, path := range strangers {
		if folder := filepath.Dir(path); !known[folder] {
			faults = append(faults, fmt.Errorf("%s: belongs to no function of %s: is it an earlier build's? remove %s and build again",
				path, templatePath, filepath.Dir(folder)))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return artifacts, nil
}

// function is what the template says of one function.
type function struct {
	logicalID    string
	architecture string
	// folder is what SAM packs into the function's zip file.
	folder string
}

// functionsOf reads the functions of a built template.
func functionsOf(templatePath, architecture string) ([]function, error) {
	parsed, err := template.Load(templatePath)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s: run make build", templatePath)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the built template: %w", err)
	}
	params := template.Params{}
	if architecture != "" {
		params["Architecture"] = architecture
	}
	stack, err := parsed.Resolve(params, template.Placeholders{})
	if err != nil {
		return nil, fmt.Errorf("evaluating the built template: %w", err)
	}
	var functions []function
	for _, res := range stack.OfType("AWS::Serverless::Function") {
		architectures, err := res.Properties.Strings("Architectures")
		if err != nil {
			return nil, fmt.Errorf("reading a function's architecture: %w", err)
		}
		if len(architectures) != 1 {
			return nil, fmt.Errorf("%s: has %d architectures, want one", res.LogicalID, len(architectures))
		}
		folder, err := res.Properties.String("CodeUri")
		if err != nil {
			return nil, fmt.Errorf("reading where a function's artifact is: %w", err)
		}
		functions = append(functions, function{
			logicalID:    res.LogicalID,
			architecture: architectures[0],
			folder:       filepath.Join(filepath.Dir(templatePath), folder),
		})
	}
	if len(functions) == 0 {
		return nil, fmt.Errorf("%s: declares no function", templatePath)
	}
	return functions, nil
}

// wantPackage is the package that the function is built from, by the rule that the Makefile follows too: FamilyFunction is in
// functions/family.
func (f function) wantPackage() string {
	return functionPackages + strings.ToLower(strings.TrimSuffix(f.logicalID, "Function"))
}

// check looks at one function's folder and binary.
func (f function) check() (Artifact, error) {
	entries, err := os.ReadDir(f.folder)
	if err != nil {
		return Artifact{}, fmt.Errorf("%s: has no artifact: %w", f.logicalID, err)
	}
	for _, entry := range entries {
		if entry.Name() != "bootstrap" {
			return Artifact{}, fmt.Errorf("%s: would be deployed along with bootstrap: has %s BuildMethod makefile?",
				filepath.Join(f.folder, entry.Name()), f.logicalID)
		}
	}
	path := filepath.Join(f.folder, "bootstrap")
	info, err := readBinary(path)
	if err != nil {
		return Artifact{}, err
	}
	if info.architecture != f.architecture {
		return Artifact{}, fmt.Errorf("%s: is built for %s, but the template says %s: build with make build ARCH=%s",
			path, info.architecture, f.architecture, f.architecture)
	}
	if want := f.wantPackage(); info.mainPackage != want {
		return Artifact{}, fmt.Errorf("%s: is built from %s, want %s", path, info.mainPackage, want)
	}
	return Artifact{LogicalID: f.logicalID, Architecture: info.architecture, Size: info.size, SHA256: info.sha256}, nil
}
