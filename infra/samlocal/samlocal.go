// Package samlocal runs `sam local` so that the function in its container works with the local stack of this machine, for `make invoke` and
// `make start-api`.
//
// What stands in the way is that the stack listens on loopback, which a container does not share. [Session] finds what the container has to
// call the machine, has the stack's ports answer there while the session lasts, and gives SAM the settings that the stack gives
// its own functions, with those addresses in them. Nothing is written into the repository and nothing goes on listening afterwards.
package samlocal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
)

// Session is what one run of `sam local` needs. Close it when SAM has ended.
type Session struct {
	sam  string
	dir  string
	args []string
	way  way
}

// Check says whether a local stack's gateway answers at stackURL, without which Open fails. The error is a line for a person.
func Check(ctx context.Context, stackURL string) error {
	_, err := local.Settings(ctx, stackURL)
	return err // a line for a person
}

// Open prepares to run the SAM CLI at path sam against the local stack whose gateway answers at stackURL. The error is a line for a
// person.
func Open(ctx context.Context, sam, stackURL string) (*Session, error) {
	environments, err := local.Settings(ctx, stackURL)
	if err != nil {
		return nil, err // a line for a person
	}
	s := &Session{sam: sam}
	if s.way, err = findWay(ctx); err != nil {
		return nil, err
	}
	for _, environment := range environments {
		for name, value := range environment {
			if environment[name], err = s.way.address(value); err != nil {
				return nil, errors.Join(err, s.Close())
			}
		}
	}
	settings, err := json.Marshal(environments)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("writing the functions' settings: %w", err), s.Close())
	}
	if s.dir, err = os.MkdirTemp("", "argylectl-sam-"); err != nil {
		return nil, errors.Join(fmt.Errorf("making a folder for the functions' settings: %w", err), s.Close())
	}
	path, err := s.File("env.json", settings)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	s.args = append([]string{
		"--env-vars", path,
		"--parameter-overrides", "Architecture=" + architecture,
		"--region", backend.Region,
		// Docker fetches the base image once, if it is missing; without this SAM asks its registry at every run.
		"--skip-pull-image",
	}, s.way.flags()...)
	return s, nil
}

// File writes content into the session's folder and returns its path. It goes when the session is closed.
func (s *Session) File(name string, content []byte) (string, error) {
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", fmt.Errorf("writing %s for SAM: %w", name, err)
	}
	return path, nil
}

// Run runs `sam local` with a subcommand and its own arguments and returns what SAM wrote on standard output, which goes to stdout as well. When
// ctx ends, SAM is asked to end.
func (s *Session) Run(ctx context.Context, stdout, stderr io.Writer, arguments ...string) ([]byte, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, s.sam, append(append([]string{"local"}, arguments...), s.args...)...)
	cmd.Env = environment()
	cmd.Stdout = io.MultiWriter(stdout, &said)
	cmd.Stderr = stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return said.Bytes(), ctx.Err()
	}
	if err != nil {
		return said.Bytes(), fmt.Errorf("running `sam local %s`: %w", arguments[0], err)
	}
	return said.Bytes(), nil
}

// Close stops listening and removes the session's folder.
func (s *Session) Close() error {
	s.way.close()
	if s.dir == "" {
		return nil
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("removing the functions' settings: %w", err)
	}
	return nil
}

// environment is SAM's own: that of this process without the developer's AWS credentials, which SAM would hand to the function.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "AWS_") {
			kept = append(kept, variable)
		}
	}
	return append(kept,
		"AWS_ACCESS_KEY_ID="+backend.AccessKey, "AWS_SECRET_ACCESS_KEY="+backend.SecretKey, "AWS_DEFAULT_REGION="+backend.Region,
		"SAM_CLI_TELEMETRY=0")
}
