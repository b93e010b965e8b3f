package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/local"
)

func newLocal() *cobra.Command {
	var l localRun
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Run everything on this machine and play a sample journey",
		Long: "Start the local stack (gateway, functions, queues, table, secret) as template.yaml declares it, play the sample journey,\n" +
			"show the status it ends in, and stay up until Ctrl-C. Nothing reaches AWS, and nothing is kept.\n\n" +
			"The signing secret is " + local.DefaultSecret + " unless " + local.SecretVariable + " says otherwise; set but empty, there is none.",
		Example: "  argylectl local\n" +
			"  argylectl local --no-play --verbose            only the stack, with everything the functions log\n" +
			"  argylectl local --retry-after template         failed messages come back as late as in AWS\n" +
			"  argylectl local --json --listen 127.0.0.1:0 --dynamodb-port 0 --sqs-port 0    for tests: any free ports",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&l.options.Listen, "listen", local.DefaultListen, "loopback `HOST:PORT` of the gateway; port 0 is any free one")
	flags.IntVar(&l.options.DynamoDBPort, "dynamodb-port", local.DefaultDynamoDBPort, "`PORT` of DynamoDB; 0 is any free one")
	flags.IntVar(&l.options.SQSPort, "sqs-port", local.DefaultSQSPort, "`PORT` of SQS; 0 is any free one")
	flags.StringVar(&l.options.DynamoDBURL, "dynamodb-url", "", "use a DynamoDB Local that runs at this `URL`")
	flags.StringVar(&l.options.SQSURL, "sqs-url", "", "use an ElasticMQ that runs at this `URL`")
	flags.StringVar(&l.retryAfter, "retry-after", local.DefaultRetryAfter.String(), "when a failed message comes back: a `DURATION`, or \"template\" for the queue's visibility timeout")
	flags.BoolVar(&l.noPlay, "no-play", false, "do not play the sample journey")
	flags.Uint64Var(&l.seed, "seed", 1, "`NUMBER` that the journey's ids, order and duplicates are made from")
	flags.BoolVar(&l.json, "json", false, "print one line of JSON once everything is up, and nothing else; does not play")
	flags.BoolVar(&l.verbose, "verbose", false, "show everything the functions log, as they log it, on standard error; else only what went wrong")
	return cmd
}

// localRun is one run of the local stack.
type localRun struct {
	options         local.Options
	retryAfter      string
	seed            uint64
	noPlay, json    bool
	verbose         bool
	people, program io.Writer // where lines for people and for programs go
}

func (l *localRun) run(ctx context.Context, stdout, stderr io.Writer) error {
	l.people, l.program = stdout, io.Discard
	if l.json {
		l.people, l.program = stderr, stdout
	}
	var err error
	if l.options.RetryAfter, err = local.ParseRetryAfter(l.retryAfter); err != nil {
		return failure{exitUsage, err}
	}
	secret, err := local.SecretString(local.SigningSecret())
	if err != nil {
		return err
	}
	l.options.Secret = &secret
	l.options.Parameters = map[string]string{"Version": version}
	l.options.Progress = func(line string) { l.say("%s", line) }
	log := &functionLog{out: stderr, everything: l.verbose}
	l.options.Log = log

	if !l.json {
		l.say("starting DynamoDB Local, ElasticMQ and the functions …")
	}
	stack, err := local.Start(ctx, l.options)
	switch {
	case ctx.Err() != nil && err != nil: // Start has ended what it began
		return l.ended("stopped while starting")
	case err != nil:
		return no(err)
	}
	fate := stack.Fate
	log.fate.Store(&fate)
	l.announce(stack)
	if !l.noPlay && !l.json {
		if err := l.play(ctx, stack); err != nil && ctx.Err() == nil {
			l.say("the journey ended early: %v", err)
		}
	}
	if ctx.Err() == nil {
		l.say("\nThe local stack stays up until Ctrl-C.")
	}
	select {
	case <-ctx.Done():
	case <-stack.Done():
	}
	died := stack.Err()
	if err := stack.Close(); err != nil {
		return no(err)
	}
	if died != nil {
		return no(fmt.Errorf("the local stack has ended: %w", died))
	}
	return l.ended("stopped")
}

// ended says that the user's wish to stop was met.
func (l *localRun) ended(how string) error {
	l.say("\n%s; nothing is left running", how)
	return nil
}

func (l *localRun) say(format string, args ...any) { fmt.Fprintf(l.people, format+"\n", args...) }

// address is the line that programs get: where everything is, and what runs for it.
type address struct {
	URL         string           `json:"url"`
	WebhookURL  string           `json:"webhook_url"`
	HealthURL   string           `json:"health_url"`
	DynamoDBURL string           `json:"dynamodb_url"`
	SQSURL      string           `json:"sqs_url"`
	SecretsURL  string           `json:"secrets_url"`
	Table       string           `json:"table"`
	PID         int              `json:"pid"`
	Processes   map[string][]int `json:"processes"`
}

// announce tells people and programs where the stack is.
func (l *localRun) announce(stack *local.Stack) {
	where := address{
		URL: stack.URL(), WebhookURL: stack.WebhookURL(), HealthURL: stack.URL() + local.HealthPath,
		DynamoDBURL: stack.DynamoDBURL(), SQSURL: stack.SQSURL(), SecretsURL: stack.SecretsURL(),
		Table: stack.TableName(), PID: os.Getpid(), Processes: stack.Processes(),
	}
	line, err := json.Marshal(where)
	if err != nil {
		panic(err) // strings and numbers
	}
	fmt.Fprintf(l.program, "%s\n", line)
	l.say("webhooks   POST %s", where.WebhookURL)
	l.say("health     GET  %s", where.HealthURL)
	l.say("DynamoDB   %s   SQS %s", where.DynamoDBURL, where.SQSURL)
}
