package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/deadletters"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

// lookPatience bounds a look at the queues. A redrive takes as long as it takes.
const lookPatience = time.Minute

func newDeadLetters() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dlq",
		Short: "See why messages failed, and put them back on their way",
		Long: "See what lies in the dead-letter queues, which keep what failed ten times, and in the unrouted queue, which keeps signed events\n" +
			"that no family takes; see why; and put it back on its way. Both keep messages for 14 days.\n\n" +
			"The exit code is 1 if a redrive was refused, or ended before it had moved all that it can, and 2 for trouble on the way. What stays because no\n" +
			"family takes it, or because it is too old, is said and is no failure.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDeadLettersList(), newDeadLettersShow(), newDeadLettersRedrive())
	return cmd
}

func newDeadLettersList() *cobra.Command {
	var on target
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "Show how many messages lie where",
		Long:    "Show how many messages lie in each family's queue and dead-letter queue, and in the unrouted queue. SQS's counts are approximate.",
		Example: "  argylectl dlq list --stack argyle-webhooks-prod\n  argylectl dlq list --local --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), lookPatience)
			defer cancel()
			stack, err := on.open(ctx)
			if err != nil {
				return err
			}
			counts, err := deadletters.New(stack.cfg, stack.Stack).Count(ctx)
			if err != nil {
				return failure{exitUsage, oneLine(err)}
			}
			if asJSON {
				return printJSON(cmd, counts)
			}
			var rows [][]cell
			for _, each := range counts {
				row := []cell{{text: each.Family}, {text: strconv.Itoa(each.Waiting)}, {text: strconv.Itoa(each.InFlight)}, {text: strconv.Itoa(each.Dead)}}
				if each.Dead > 0 {
					row[3].ink = red
				}
				if each.Family == argyle.Unrouted {
					row[1], row[2] = cell{text: "-"}, cell{text: "-"}
				}
				rows = append(rows, row)
			}
			newPage(cmd.OutOrStdout()).table("", []string{"FAMILY", "WAITING", "IN FLIGHT", "DEAD"}, rows)
			return nil
		},
	}
	on.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON for programs")
	return cmd
}

// oneFamily takes the one argument of a command on a family's letters.
func oneFamily(command string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("whose letters? Say `argylectl dlq %s FAMILY`, with one of %v or %s", command, argyle.Families(), argyle.Unrouted)
		}
		if known := append(argyle.Families(), argyle.Unrouted); !slices.Contains(known, args[0]) {
			return usage("there is no family %q: say one of %v", args[0], known)
		}
		return nil
	}
}

func newDeadLettersShow() *cobra.Command {
	var on target
	var limit int
	var reveal bool
	cmd := &cobra.Command{
		Use:   "show FAMILY|unrouted",
		Short: "Show the messages, and why each fails",
		Long: "Show the messages of a family's dead-letter queue, or of the unrouted queue, and why each would fail if a worker took it now.\n" +
			"They stay where they are.\n\n" +
			"Bodies, accounts and users are personal data. They are shown with --reveal only, which wants a --reason and is written into the\n" +
			"stack's audit log.",
		Example: "  argylectl dlq show paystubs --stack argyle-webhooks-prod\n" +
			"  argylectl dlq show unrouted --stack argyle-webhooks-prod --reveal --reason \"case 4711\"",
		Args: oneFamily("show"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), lookPatience)
			defer cancel()
			return showLetters(ctx, cmd, on, args[0], limit, reveal)
		},
	}
	on.flags(cmd)
	on.reasonFlag(cmd, "needed with --reveal")
	cmd.Flags().IntVar(&limit, "max", 20, "how many to show")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show bodies, accounts and users")
	return cmd
}

func showLetters(ctx context.Context, cmd *cobra.Command, on target, family string, limit int, reveal bool) error {
	if limit < 1 {
		return usage("--max %d: say how many to show, 1 or more", limit)
	}
	if reveal {
		if err := on.checkReason(); err != nil {
			return err
		}
	}
	stack, err := on.open(ctx)
	if err != nil {
		return err
	}
	end := func(string) error { return nil }
	if reveal {
		if end, err = on.begin(ctx, stack, cmd.ErrOrStderr(), "dlq show --reveal", family); err != nil {
			return err
		}
	}
	p, shown := newPage(cmd.OutOrStdout()), 0
	err = deadletters.New(stack.cfg, stack.Stack).Look(ctx, family, limit, func(each deadletters.Letter) {
		shown++
		p.showLetter(each, family, reveal)
	})
	if err != nil {
		return errors.Join(failure{exitUsage, oneLine(err)}, end(fmt.Sprintf("%d shown, then it failed", shown)))
	}
	switch shown {
	case 0:
		p.line("Nothing lies there.")
	case limit:
		p.line("No more than %d are shown: `argylectl dlq list %s` says how many lie there, and --max shows more.", limit, on.flag())
	}
	return end(fmt.Sprintf("%d shown", shown))
}

// showLetter prints a message and why it fails. Without reveal there is nothing of a person in it.
func (p page) showLetter(each deadletters.Letter, family string, reveal bool) {
	p.line("message %s", p.paint(cell{each.ID, bold}))
	p.line("  event     %s", printable(cmp.Or(each.Event, "-")))
	if !each.ReceivedAt.IsZero() {
		p.line("  received  %s by the gateway, request %s", each.ReceivedAt.Format(time.RFC3339), printable(cmp.Or(each.RequestID, "-")))
	}
	p.line("  sent      %s, taken %s, %d bytes", each.Sent.Format(time.RFC3339), times(each.Receives), len(each.Body))
	p.line("  why       %s", why(each, family))
	if reveal {
		p.line("  account   %s of user %s", printable(cmp.Or(each.Account, "-")), printable(cmp.Or(each.User, "-")))
		for i, line := range strings.Split(legible(each.Body), "\n") {
			p.line("  %-9s %s", []string{"body", ""}[min(i, 1)], printable(line))
		}
	}
}

// times is how often something was done.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// legible is a body as a person reads it: JSON on as many lines as it takes, whatever else as it is.
func legible(body []byte) string {
	var lines bytes.Buffer
	if json.Indent(&lines, bytes.TrimSpace(body), "", "  ") != nil {
		return string(body)
	}
	return lines.String()
}

// why says what a worker would make of a message now.
func why(each deadletters.Letter, family string) string {
	to, known := each.Family()
	switch {
	case family == argyle.Unrouted && !known:
		return "no family takes this event"
	case errors.Is(each.Err, queue.ErrTooOld):
		return each.Err.Error() + ": a worker drops it, with a log line"
	case each.Err != nil:
		return each.Err.Error()
	case family == argyle.Unrouted:
		return "the " + to + " family takes it now: redrive it"
	}
	return "nothing is wrong with it: it failed on the way to the table; see the function's log, then redrive it"
}
