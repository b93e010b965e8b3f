package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const builtTemplate = `AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Architecture:
    Type: String
    Default: arm64
    AllowedValues: [arm64, x86_64]
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    Architectures:
    - Ref: Architecture
Resources:
  WebhookFunction:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: makefile
    Properties:
      CodeUri: WebhookFunction
  UsersFunction:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: makefile
    Properties:
      CodeUri: UsersFunction
`

// sources is a module like this one with the least in it, so that the tests build in a moment.
var sources = map[string]string{
	"go.mod":                    "module argyle-webhooks\n\ngo 1.26.0\n",
	"functions/webhook/main.go": "package main\n\nfunc main() {}\n",
	"functions/users/main.go":   "package main\n\nfunc main() {}\n",
	"functions/notmain/code.go": "package notmain\n",
}

// module is a folder with sources in it.
type module string

func newModule(t *testing.T) module {
	t.Helper()
	dir := t.TempDir()
	for name, content := range sources {
		write(t, filepath.Join(dir, name), content, 0o644)
	}
	return module(dir)
}

// build compiles a function for GOARCH and returns the binary.
func (m module) build(t *testing.T, function, goarch string, flags ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "bootstrap")
	args := append([]string{"build", "-buildvcs=false", "-trimpath", "-o", out}, flags...)
	cmd := exec.Command("go", append(args, "./functions/"+function)...)
	cmd.Dir = string(m)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+goarch, "GOFLAGS=", "GOWORK=off")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s for %s: %v\n%s", function, goarch, err, output)
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	m := newModule(t)
	var (
		webhookARM = m.build(t, "webhook", "arm64")
		usersARM   = m.build(t, "users", "arm64")
		usersAMD   = m.build(t, "users", "amd64")
	)

	tests := map[string]struct {
		architecture string
		// spoil changes a good build for arm64 in dir.
		spoil func(t *testing.T, dir string)
		// want are parts of the error; none for a good build.
		want []string
	}{
		"a good build": {},
		"a good build, the architecture given": {
			architecture: "arm64",
		},
		"an empty binary": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), "", 0o755)
			},
			want: []string{"UsersFunction/bootstrap: is empty"},
		},
		"no binary": {
			spoil: func(t *testing.T, dir string) {
				remove(t, filepath.Join(dir, "UsersFunction/bootstrap"))
			},
			want: []string{"the function has no binary", "UsersFunction/bootstrap"},
		},
		"no folder": {
			spoil: func(t *testing.T, dir string) {
				remove(t, filepath.Join(dir, "UsersFunction"))
			},
			want: []string{"UsersFunction: has no artifact"},
		},
		"one binary for the other processor": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), usersAMD, 0o755)
			},
			want: []string{"UsersFunction/bootstrap: is built for x86_64, but the template says arm64", "make build ARCH=arm64"},
		},
		"the template for the other processor": {
			architecture: "x86_64",
			want: []string{
				"WebhookFunction/bootstrap: is built for arm64, but the template says x86_64",
				"UsersFunction/bootstrap: is built for arm64, but the template says x86_64",
			},
		},
		"a processor that Lambda does not have": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), m.build(t, "users", "386"), 0o755)
			},
			want: []string{"UsersFunction/bootstrap: is for EM_386 (ELFCLASS32), which Lambda does not have"},
		},
		"an architecture that the template does not allow": {
			architecture: "riscv64",
			want:         []string{"parameter Architecture", "arm64, x86_64"},
		},
		"two functions' binaries swapped": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), webhookARM, 0o755)
				write(t, filepath.Join(dir, "WebhookFunction/bootstrap"), usersARM, 0o755)
			},
			want: []string{
				"WebhookFunction/bootstrap: is built from argyle-webhooks/functions/users, want argyle-webhooks/functions/webhook",
				"UsersFunction/bootstrap: is built from argyle-webhooks/functions/webhook, want argyle-webhooks/functions/users",
			},
		},
		"not executable": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), usersARM, 0o644)
			},
			want: []string{"UsersFunction/bootstrap: has mode -rw-r--r--, want -rwxr-xr-x"},
		},
		"an archive": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), m.build(t, "notmain", "arm64"), 0o755)
			},
			want: []string{"UsersFunction/bootstrap: is an archive, no executable"},
		},
		"a script": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), "#!/bin/sh\necho hello\n", 0o755)
			},
			want: []string{"UsersFunction/bootstrap: is no ELF file"},
		},
		"a binary cut short": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), usersARM[:4096], 0o755)
			},
			want: []string{"UsersFunction/bootstrap: "},
		},
		"a dynamic binary": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/bootstrap"), m.build(t, "users", "arm64", "-buildmode=pie"), 0o755)
			},
			want: []string{"UsersFunction/bootstrap: needs a dynamic linker"},
		},
		"something beside the binary": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "UsersFunction/go.mod"), "module x\n", 0o644)
			},
			want: []string{"UsersFunction/go.mod: would be deployed along with bootstrap"},
		},
		"a function that the template does not have": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "GigsFunction/bootstrap"), usersARM, 0o755)
			},
			want: []string{"GigsFunction/bootstrap: belongs to no function of"},
		},
		"no build": {
			spoil: func(t *testing.T, dir string) {
				remove(t, filepath.Join(dir, "template.yaml"))
			},
			want: []string{"there is no ", "run make build"},
		},
		"a template without functions": {
			spoil: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "template.yaml"), "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n", 0o644)
			},
			want: []string{"declares no function"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "template.yaml"), builtTemplate, 0o644)
			write(t, filepath.Join(dir, "WebhookFunction/bootstrap"), webhookARM, 0o755)
			write(t, filepath.Join(dir, "UsersFunction/bootstrap"), usersARM, 0o755)
			if tt.spoil != nil {
				tt.spoil(t, dir)
			}

			artifacts, err := Check(filepath.Join(dir, "template.yaml"), tt.architecture)
			if len(tt.want) == 0 {
				if err != nil {
					t.Fatalf("Check: %v", err)
				}
				if len(artifacts) != 2 || artifacts[0].LogicalID != "WebhookFunction" || artifacts[1].LogicalID != "UsersFunction" {
					t.Errorf("Check = %+v, want WebhookFunction and UsersFunction", artifacts)
				}
				return
			}
			if err == nil {
				t.Fatalf("Check found nothing wrong, want an error with %q", tt.want)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("Check: %v\nwant %q in it", err, part)
				}
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	m := newModule(t)
	dir := t.TempDir()
	built := filepath.Join(dir, "template.yaml")
	write(t, built, builtTemplate, 0o644)
	write(t, filepath.Join(dir, "WebhookFunction/bootstrap"), m.build(t, "webhook", "amd64"), 0o755)
	write(t, filepath.Join(dir, "UsersFunction/bootstrap"), m.build(t, "users", "amd64"), 0o755)

	tests := map[string]struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		"good":          {[]string{"-arch", "x86_64", built}, 0, "WebhookFunction  x86_64", ""},
		"faulty":        {[]string{built}, 1, "", "is built for x86_64, but the template says arm64"},
		"no template":   {nil, 2, "", "usage: artifact"},
		"unknown flags": {[]string{"-fast", built}, 2, "", "usage: artifact"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := run(tt.args, &stdout, &stderr); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if !strings.Contains(stdout.String(), tt.stdout) || (tt.stdout == "") != (stdout.Len() == 0) {
				t.Errorf("standard output %q, want %q in it", stdout.String(), tt.stdout)
			}
			if !strings.Contains(stderr.String(), tt.stderr) || (tt.stderr == "") != (stderr.Len() == 0) {
				t.Errorf("standard error %q, want %q in it", stderr.String(), tt.stderr)
			}
		})
	}
}
