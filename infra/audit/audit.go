// Package audit writes down who revealed or changed what in a stack, and why, before it is done and once it is done.
//
// Each is one line of JSON, on the command's standard error and in the stack's audit log group. A line that cannot be written stops what it is about:
// there is nothing revealed or changed without its line. No line has anything of a secret or of a message in it.
package audit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"argyle-webhooks/infra/deployed"
)

// maxReason is the longest reason, in bytes.
const maxReason = 500

// endTime bounds the second line, which is written even if the command was interrupted.
const endTime = 10 * time.Second

// Log writes the lines of one command.
type Log struct {
	stack  *deployed.Stack
	caller string
	stream string
	stderr io.Writer
	logs   *cloudwatchlogs.Client // nil on the local stack
}

// entry is a line.
type entry struct {
	Time time.Time `json:"time"`
	// Caller is the ARN of who ran the command, as STS knows it.
	Caller  string `json:"caller"`
	Stack   string `json:"stack"`
	Command string `json:"command"`
	Target  string `json:"target"`
	Reason  string `json:"reason"`
	// Outcome is "begins", and in the second line what came of it.
	Outcome string `json:"outcome"`
}

// CheckReason says what is wrong with a reason for a line, in words for a person; nil if nothing is.
func CheckReason(reason string) error {
	switch {
	case strings.TrimSpace(reason) == "":
		return errors.New("say why, for the audit log: --reason \"…\"")
	case len(reason) > maxReason:
		return fmt.Errorf("--reason is %d bytes long: at most %d", len(reason), maxReason)
	case !utf8.ValidString(reason), strings.ContainsFunc(reason, unicode.IsControl):
		return errors.New("--reason has a character that does not belong into a line of text")
	}
	return nil
}

// Open finds out who asks. In AWS it makes a log stream of its own in the stack's audit log group. The error is a line for a person.
func Open(ctx context.Context, cfg aws.Config, stack *deployed.Stack, stderr io.Writer) (*Log, error) {
	l := &Log{stack: stack, stderr: stderr}
	if stack.Local {
		l.caller = deployed.LocalName
		return l, nil
	}
	identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, fmt.Errorf("nothing was done: STS does not say who you are: %w", err)
	}
	l.caller = aws.ToString(identity.Arn)
	// Colons and asterisks are not allowed: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html.
	l.stream = time.Now().UTC().Format("2006-01-02T150405Z-") + rand.Text()
	l.logs = cloudwatchlogs.NewFromConfig(cfg)
	if _, err := l.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &stack.AuditLogGroup, LogStreamName: &l.stream}); err != nil {
		return nil, l.failed(err)
	}
	return l, nil
}

// Begin writes that a command begins on its target, such as a queue. Nothing may be done if it fails. The function that it returns writes what came
// of it and is to be called once.
func (l *Log) Begin(ctx context.Context, command, target, reason string) (end func(outcome string) error, err error) {
	line := entry{Caller: l.caller, Stack: l.stack.Name, Command: command, Target: target, Reason: reason, Outcome: "begins"}
	if err := l.write(ctx, line); err != nil {
		return nil, l.failed(err)
	}
	return func(outcome string) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
		defer cancel()
		line.Outcome = outcome
		if err := l.write(ctx, line); err != nil {
			return fmt.Errorf("the audit line that says what came of it (%s) could not be written to %s: %w", outcome, l.stack.AuditLogGroup, err)
		}
		return nil
	}, nil
}

func (l *Log) failed(err error) error {
	return fmt.Errorf("nothing was done: its line could not be written to the audit log %s (you need logs:CreateLogStream and logs:PutLogEvents on it): %w",
		l.stack.AuditLogGroup, err)
}

func (l *Log) write(ctx context.Context, line entry) error {
	line.Time = time.Now().UTC().Truncate(time.Millisecond)
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("write the line: %w", err)
	}
	if l.logs != nil {
		out, err := l.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
			LogGroupName: &l.stack.AuditLogGroup, LogStreamName: &l.stream,
			LogEvents: []types.InputLogEvent{{Message: aws.String(string(text)), Timestamp: aws.Int64(line.Time.UnixMilli())}},
		})
		if err != nil {
			return err //nolint:wrapcheck // the callers say what for
		}
		if out.RejectedLogEventsInfo != nil {
			return errors.New("CloudWatch Logs rejected it: is this machine's clock right?")
		}
	}
	if _, err := fmt.Fprintf(l.stderr, "audit: %s\n", text); err != nil {
		return err //nolint:wrapcheck // the callers say what for
	}
	return nil
}
