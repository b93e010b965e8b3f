package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// samCLI is SAM CLI for one environment in one region.
type samCLI struct {
	// path is the program's.
	path        string
	environment string
	// region is passed because SAM CLI does not read AWS_REGION, which every other tool of AWS's does.
	region string
}

// located is an error where no region is known.
func (s samCLI) located() error {
	if s.region == "" {
		return errors.New("no AWS region: set AWS_REGION, or AWS_PROFILE to a profile that has one")
	}
	return nil
}

// result is the last line of what `sam deploy --output json` prints: one JSON object a line.
type result struct {
	Type        string `json:"type"`
	Status      string `json:"status"`
	ChangeSetID string `json:"changeset_id"`
	Error       struct {
		Message string `json:"message"`
	} `json:"error"`
}

// createChangeSet uploads what was built and has CloudFormation compute the changes, without making them. It returns the change set's ARN, ""
// if there is nothing to change. All that SAM CLI says is in the file log.
func (s samCLI) createChangeSet(ctx context.Context, log string) (string, error) {
	output, err := s.run(ctx, log, "deploy", "--config-env", s.environment, "--region", s.region,
		"--no-execute-changeset", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--output", "json")
	var last result
	lines := bufio.NewScanner(bytes.NewReader(output))
	lines.Buffer(nil, len(output)+1)
	for lines.Scan() {
		var line result
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Type == "result" {
			last = line
		}
	}
	switch {
	case err == nil && last.Status == "changeset_created" && last.ChangeSetID != "":
		return last.ChangeSetID, nil
	case err == nil && last.Status == "no_changes":
		return "", nil
	case last.Error.Message != "":
		return "", fmt.Errorf("sam deploy: %s%s", strings.Join(strings.Fields(last.Error.Message), " "), hint(last.Error.Message))
	case err != nil:
		return "", fmt.Errorf("sam deploy failed, %s says why: %w", log, err)
	}
	return "", fmt.Errorf("sam deploy made no change set, %s says why", log)
}

// hint is what to do about a message that does not say it.
func hint(message string) string {
	if strings.Contains(message, "ROLLBACK_COMPLETE") && !strings.Contains(message, "UPDATE_ROLLBACK_COMPLETE") {
		return ". Its first deployment failed, so it holds nothing: delete it (aws cloudformation delete-stack) and deploy again"
	}
	return ""
}

// deleteStack deletes the stack and what its deployments left in SAM's bucket, and lets SAM CLI say so to out.
func (s samCLI) deleteStack(ctx context.Context, out, errs io.Writer) error {
	cmd := exec.CommandContext(ctx, s.path, "delete", "--config-env", s.environment, "--region", s.region, "--no-prompts")
	cmd.Stdout, cmd.Stderr = out, errs
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("sam delete failed, see above: %w", err)
	}
	return nil
}

// run runs SAM CLI and returns its standard output. Both of its outputs go to the file log.
func (s samCLI) run(ctx context.Context, log string, args ...string) (stdout []byte, err error) {
	if err := os.MkdirAll(filepath.Dir(log), 0o755); err != nil {
		return nil, fmt.Errorf("making a place for SAM's log: %w", err)
	}
	file, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("opening SAM's log: %w", err)
	}
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, s.path, args...)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&output, file), file
	err = cmd.Run()
	return output.Bytes(), errors.Join(err, file.Close())
}
