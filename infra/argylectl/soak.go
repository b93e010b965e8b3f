package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/soak"
)

func newSoak() *cobra.Command {
	var s soakRun
	cmd := &cobra.Command{
		Use:   "soak",
		Short: "Play many random journeys while functions are killed, and compare every status with the model's",
		Long: "Start a local stack, play random journeys of many made-up accounts as fast as it takes them, kill function processes while it\n" +
			"does, let everything settle, and compare every status with the one that the reference model derives from what was delivered.\n\n" +
			"Exits 1 unless nothing is wrong, nothing is lost, no message is in a dead-letter queue, and the run was a trial: 30 kills or\n" +
			"more, and conflicts, refusals and redeliveries at all.",
		Example: "  argylectl soak --accounts 500 --duration 60s --seed 1 --kill 1s\n" +
			"  argylectl soak --duration 20s --kill 500ms --json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&s.options.Accounts, "accounts", 500, "`NUMBER` of accounts")
	flags.DurationVar(&s.options.Duration, "duration", time.Minute, "how long to play, a `DURATION`")
	flags.Uint64Var(&s.options.Seed, "seed", 1, "`NUMBER` that the journeys are made from")
	flags.DurationVar(&s.options.Kill, "kill", time.Second, "`DURATION` between two kills; 0 kills nothing, and is no trial")
	flags.BoolVar(&s.json, "json", false, "print one line of JSON with the figures, and nothing else on standard output")
	flags.StringVar(&s.options.Local.Listen, "listen", "127.0.0.1:0", "loopback `HOST:PORT` of the gateway; port 0 is any free one")
	flags.IntVar(&s.options.Local.DynamoDBPort, "dynamodb-port", 0, "`PORT` of DynamoDB; 0 is any free one")
	flags.IntVar(&s.options.Local.SQSPort, "sqs-port", 0, "`PORT` of SQS; 0 is any free one")
	return cmd
}

// soakRun is one run of the soak.
type soakRun struct {
	options soak.Options
	json    bool
}

func (s *soakRun) run(ctx context.Context, stdout, stderr io.Writer) error {
	switch {
	case s.options.Accounts < 1:
		return usage("--accounts %d: want 1 or more", s.options.Accounts)
	case s.options.Duration <= 0:
		return usage("--duration %s: want more than nothing", s.options.Duration)
	case s.options.Kill < 0:
		return usage("--kill %s: want 0 or more", s.options.Kill)
	}
	s.options.Local.Parameters = map[string]string{"Version": version}
	s.options.Say = func(line string) { fmt.Fprintln(stderr, line) }
	report, err := soak.Run(ctx, s.options)
	switch {
	case ctx.Err() != nil:
		return no(errors.New("stopped before the end; nothing is left running"))
	case err != nil:
		return no(err)
	}
	if err := s.print(report, stdout); err != nil {
		return no(err)
	}
	unmet := report.Unmet()
	for _, difference := range report.Examples() {
		fmt.Fprintln(stderr, difference)
	}
	for _, line := range unmet {
		fmt.Fprintf(stderr, "FAIL: %s\n", line)
	}
	if len(unmet) > 0 {
		return no(fmt.Errorf("the soak has failed (--seed %d)", report.Seed))
	}
	return nil
}

func (s *soakRun) print(report soak.Report, stdout io.Writer) error {
	if !s.json {
		_, err := fmt.Fprint(stdout, report)
		return err //nolint:wrapcheck // standard output is gone
	}
	return json.NewEncoder(stdout).Encode(report) //nolint:wrapcheck // standard output is gone
}
