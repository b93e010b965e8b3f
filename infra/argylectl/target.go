package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"argyle-webhooks/infra/audit"
	"argyle-webhooks/infra/deployed"
	"argyle-webhooks/infra/local"
)

// target is the stack that a command works on, as its flags name it.
type target struct {
	stack    string
	local    bool
	localURL string
	reason   string
}

// flags adds --stack, --local and --local-url to a command.
func (t *target) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&t.stack, "stack", "", "the name of a stack in AWS, such as argyle-webhooks-dev")
	flags.BoolVar(&t.local, "local", false, "the local stack")
	flags.StringVar(&t.localURL, "local-url", "", "where the local stack's gateway answers (default http://"+local.DefaultListen+"); implies --local")
}

// reasonFlag adds --reason to a command.
func (t *target) reasonFlag(cmd *cobra.Command, when string) {
	cmd.Flags().StringVar(&t.reason, "reason", "", "why, for the audit log; "+when)
}

// opened is a stack that was found, and the configuration for clients of its services.
type opened struct {
	*deployed.Stack

	cfg aws.Config
}

// open finds the stack.
func (t *target) open(ctx context.Context) (opened, error) {
	onMachine := t.local || t.localURL != ""
	switch {
	case onMachine && t.stack != "":
		return opened{}, usage("--stack %s or --local: one of the two, not both", t.stack)
	case onMachine:
		stack, cfg, err := deployed.FindLocal(ctx, strings.TrimSuffix(t.localURL, "/"))
		if err != nil {
			return opened{}, failure{exitUsage, oneLine(err)}
		}
		return opened{stack, cfg}, nil
	case t.stack == "":
		return opened{}, usage("which stack? Say --stack NAME, such as argyle-webhooks-dev, or --local")
	}
	cfg, err := awsConfig(ctx)
	if err != nil {
		return opened{}, err
	}
	stack, err := deployed.Find(ctx, cloudformation.NewFromConfig(cfg), t.stack)
	if err != nil {
		return opened{}, failure{exitUsage, oneLine(err)}
	}
	return opened{stack, cfg}, nil
}

// begin writes the audit line of a command that reveals or changes something; end writes what came of it. Without a reason, or if the line cannot be
// written, there is an error and nothing may be done.
func (t *target) begin(ctx context.Context, stack opened, stderr io.Writer, command, what string) (end func(outcome string) error, err error) {
	if err := t.checkReason(); err != nil {
		return nil, err
	}
	log, err := audit.Open(ctx, stack.cfg, stack.Stack, stderr)
	if err != nil {
		return nil, failure{exitUsage, oneLine(err)}
	}
	written, err := log.Begin(ctx, command, what, t.reason)
	if err != nil {
		return nil, failure{exitUsage, oneLine(err)}
	}
	return func(outcome string) error {
		if err := written(outcome); err != nil {
			return failure{exitUsage, oneLine(err)}
		}
		return nil
	}, nil
}

func (t *target) checkReason() error {
	if err := audit.CheckReason(t.reason); err != nil {
		return failure{exitUsage, err}
	}
	return nil
}

// awsConfig is the user's own configuration.
func awsConfig(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{})) // its warnings come before an error that says more
	if err != nil {
		return cfg, failure{exitUsage, fmt.Errorf("reading the AWS configuration: %w", err)}
	}
	if cfg.Region == "" {
		return cfg, failure{exitUsage, errors.New("no AWS region: set AWS_REGION, or AWS_PROFILE to a profile that has one; or say --local")}
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return cfg, failure{exitUsage, fmt.Errorf("no AWS credentials: set AWS_PROFILE (see `aws sso login`) or AWS_ACCESS_KEY_ID, or say --local: %w", oneLine(err))}
	}
	return cfg, nil
}

// oneLine is an error in one line; the SDK's have several at times.
func oneLine(err error) error { return &flattened{err} }

type flattened struct{ err error }

func (f *flattened) Error() string { return strings.Join(strings.Fields(f.err.Error()), " ") }
func (f *flattened) Unwrap() error { return f.err }
