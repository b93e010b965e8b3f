package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/rotation"
)

// secretPatience bounds a command on the secret.
const secretPatience = 30 * time.Second

// oneWeek is the longer of the two times over which `secret list` counts deliveries: a subscription may send nothing for days.
const oneWeek = 7 * 24 * time.Hour

func newSecret() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secret",
		Short: "Change the signing secret without losing a delivery",
		Long: "Change the secret that Argyle signs with, without losing a delivery: rotate puts a new one before the one in use, and both\n" +
			"are taken; the subscriptions at Argyle are replaced; retire takes the old one away. No command ever prints a secret.\n\n" +
			"The exit code is 1 if a change was refused, and 2 for trouble on the way.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSecretRotate(), newSecretList(), newSecretRetire())
	return cmd
}

func newSecretList() *cobra.Command {
	var on target
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show how many secrets are live, and whether an older one is in use",
		Long: "Show how many signing secrets are live, since when, and how many of the deliveries of the last day and week an older one\n" +
			"signed. Secrets themselves are not shown.",
		Example: "  argylectl secret list --stack argyle-webhooks-prod\n  argylectl secret list --local --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), secretPatience)
			defer cancel()
			_, secrets, live, err := openSecrets(ctx, on)
			if err != nil {
				return err
			}
			now := time.Now()
			day, notKnown := secrets.Use(ctx, now, rotation.Quiet)
			var week rotation.Use
			if notKnown == nil {
				week, notKnown = secrets.Use(ctx, now, oneWeek)
			}
			if asJSON {
				return printJSON(cmd, secretsJSON(live, day, week, notKnown))
			}
			describeSecrets(cmd.OutOrStdout(), live)
			switch {
			case live.Count() == 0:
				fmt.Fprintf(cmd.OutOrStdout(), "Make the first: argylectl secret rotate %s --reason \"first secret\" --out secret.txt\n", on.flag())
			case notKnown != nil:
				fmt.Fprintf(cmd.OutOrStdout(), "Which of them deliveries are signed with: %v\n", oneLine(notKnown))
			default:
				fmt.Fprintf(cmd.OutOrStdout(), "In the last day %d deliveries were accepted, %d of them signed with an older secret.\n", day.Accepted, day.Older)
				fmt.Fprintf(cmd.OutOrStdout(), "In the last week %d deliveries were accepted, %d of them signed with an older secret.\n", week.Accepted, week.Older)
			}
			return nil
		},
	}
	on.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for programs")
	return cmd
}

// openSecrets finds the stack and the secrets that are live in it.
func openSecrets(ctx context.Context, on target) (opened, *rotation.Rotation, rotation.Live, error) {
	stack, err := on.open(ctx)
	if err != nil {
		return opened{}, nil, rotation.Live{}, err
	}
	secrets := rotation.New(stack.cfg, stack.Stack)
	live, err := secrets.Live(ctx)
	if err != nil {
		return opened{}, nil, rotation.Live{}, failure{exitUsage, oneLine(err)}
	}
	return stack, secrets, live, nil
}

// listedSecrets is what `secret list --json` prints. The counts of deliveries are null where they are not known.
type listedSecrets struct {
	Live         int        `json:"live"`
	Version      *string    `json:"version"`
	Since        *time.Time `json:"since"`
	Accepted     *int       `json:"accepted_last_day"`
	Older        *int       `json:"signed_with_older_last_day"`
	AcceptedWeek *int       `json:"accepted_last_week"`
	OlderWeek    *int       `json:"signed_with_older_last_week"`
}

func secretsJSON(live rotation.Live, day, week rotation.Use, notKnown error) listedSecrets {
	listed := listedSecrets{Live: live.Count()}
	if live.Count() > 0 {
		since := live.Since.UTC()
		listed.Version, listed.Since = &live.Version, &since
	}
	if notKnown == nil {
		listed.Accepted, listed.Older = &day.Accepted, &day.Older
		listed.AcceptedWeek, listed.OlderWeek = &week.Accepted, &week.Older
	}
	return listed
}

// describeSecrets says how many secrets are live.
func describeSecrets(out io.Writer, live rotation.Live) {
	switch live.Count() {
	case 0:
		fmt.Fprintln(out, "No secret is stored: every delivery is answered 503.")
	case 1:
		fmt.Fprintf(out, "One secret is live, since %s (version %s).\n", live.Since.UTC().Format(time.RFC3339), live.Version)
	default:
		fmt.Fprintf(out, "%d secrets are live, the newest and %d older, since %s (version %s).\n",
			live.Count(), live.Count()-1, live.Since.UTC().Format(time.RFC3339), live.Version)
	}
}

func newSecretRetire() *cobra.Command {
	var on target
	var force bool
	cmd := &cobra.Command{
		Use:   "retire",
		Short: "Take the older secret away, once nothing is signed with it",
		Long: "Take all but the newest secret away. It is refused while the last day's deliveries do not show that the newest is in use and no\n" +
			"older one is: a delivery that an older one signs is answered 401 from then on.",
		Example: "  argylectl secret retire --stack argyle-webhooks-prod --reason \"yearly rotation\"",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), secretPatience)
			defer cancel()
			return retire(ctx, cmd, on, force)
		},
	}
	on.flags(cmd)
	on.reasonFlag(cmd, "needed")
	cmd.Flags().BoolVar(&force, "force", false, "retire it although it may be in use")
	return cmd
}

func retire(ctx context.Context, cmd *cobra.Command, on target, force bool) error {
	if err := on.checkReason(); err != nil {
		return err
	}
	stack, secrets, live, err := openSecrets(ctx, on)
	switch {
	case err != nil:
		return err
	case live.Count() < 2:
		return no(rotation.ErrOneLive)
	}
	use, err := secrets.Use(ctx, time.Now(), rotation.Quiet)
	switch {
	case errors.Is(err, rotation.ErrNotMeasured):
		err = nil
	case err == nil:
		err = use.Unsafe(live, time.Now())
	}
	if err != nil && !force {
		return no(fmt.Errorf("not retired: %w (--force retires it nevertheless)", oneLine(err)))
	}
	end, err := on.begin(ctx, stack, cmd.ErrOrStderr(), "secret retire", stack.SecretARN)
	if err != nil {
		return err
	}
	if _, err := secrets.Retire(ctx, live); err != nil {
		return errors.Join(secretTrouble(err), end("not retired"))
	}
	fmt.Fprintln(cmd.OutOrStdout(), "One secret is live. What an older one signs is answered 401, within five minutes everywhere.")
	return end("retired, one is live")
}

// secretTrouble gives an error of a change its exit code: a refusal is an answer, anything else trouble.
func secretTrouble(err error) error {
	for _, refusal := range []error{rotation.ErrTwoLive, rotation.ErrKnown, rotation.ErrOneLive, rotation.ErrChanged} {
		if errors.Is(err, refusal) {
			return no(oneLine(err))
		}
	}
	return failure{exitUsage, oneLine(err)}
}

// flag is the target as it stands on a command line.
func (t *target) flag() string {
	if t.stack != "" {
		return "--stack " + t.stack
	}
	if t.localURL != "" {
		return "--local-url " + t.localURL
	}
	return "--local"
}
