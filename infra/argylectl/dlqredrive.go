package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"argyle-webhooks/infra/deadletters"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

// previewed is how many messages a dry run looks at.
const previewed = 200

func newDeadLettersRedrive() *cobra.Command {
	var on target
	var dry, dropLate bool
	cmd := &cobra.Command{
		Use:   "redrive FAMILY|unrouted",
		Short: "Put messages back on their way",
		Long: "Move a family's dead letters back to its queue, or send what lies in the unrouted queue to the families that take it by now.\n" +
			"Late and repeated deliveries do no harm, so it can be repeated at any time. What fails again is back after ten attempts.\n\n" +
			"--dry-run looks at the messages, says what would become of them and changes nothing.",
		Example: "  argylectl dlq redrive paystubs --stack argyle-webhooks-prod --dry-run\n" +
			"  argylectl dlq redrive paystubs --stack argyle-webhooks-prod --reason \"mended in v1.2.3\"",
		Args: oneFamily("redrive"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dry {
				ctx, cancel := context.WithTimeout(cmd.Context(), lookPatience)
				defer cancel()
				return previewRedrive(ctx, cmd, on, args[0])
			}
			return redrive(cmd.Context(), cmd, on, args[0], dropLate)
		},
	}
	on.flags(cmd)
	on.reasonFlag(cmd, "needed without --dry-run")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be done, and do nothing")
	cmd.Flags().BoolVar(&dropLate, "drop-late", false, "although some are so old that the worker will drop them")
	return cmd
}

// preview is what a redrive of the messages that were looked at would do.
type preview struct {
	family string
	total  int
	// stay are the unrouted queue's messages that no family takes.
	stay int
	// fails are those that would fail again, late those whose evidence is so old that a worker drops it.
	fails, late int
}

// look looks at a family's letters, at no more than previewed.
func look(ctx context.Context, stack opened, family string) (preview, error) {
	seen := preview{family: family}
	err := deadletters.New(stack.cfg, stack.Stack).Look(ctx, family, previewed, func(each deadletters.Letter) {
		seen.total++
		_, known := each.Family()
		switch {
		case family == argyle.Unrouted && !known:
			seen.stay++
		case errors.Is(each.Err, queue.ErrTooOld):
			seen.late++
		case each.Err != nil:
			seen.fails++
		}
	})
	if err != nil {
		return preview{}, failure{exitUsage, oneLine(err)}
	}
	return seen, nil
}

// moved is how many would be: SQS moves a family's as they are, while old ones of the unrouted queue stay.
func (v preview) moved() int {
	if v.family == argyle.Unrouted {
		return v.total - v.stay - v.late
	}
	return v.total
}

// previewRedrive says what a redrive would do.
func previewRedrive(ctx context.Context, cmd *cobra.Command, on target, family string) error {
	stack, err := on.open(ctx)
	if err != nil {
		return err
	}
	would, err := look(ctx, stack, family)
	if err != nil {
		return err
	}
	p := newPage(cmd.OutOrStdout())
	more := ""
	if would.total == previewed {
		more = " at least"
	}
	p.line("%s%s would be moved, and nothing has been.", messages(would.moved()), more)
	if would.stay > 0 {
		p.line("%d would stay: no family takes their events.", would.stay)
	}
	if would.fails > 0 {
		p.line("%d of them would fail again: `argylectl dlq show %s %s` says why.", would.fails, family, on.flag())
	}
	switch {
	case would.late > 0 && family == argyle.Unrouted:
		p.line("%d would stay: %v, so that a worker would drop them.", would.late, queue.ErrTooOld)
	case would.late > 0:
		p.line("%d of them would be dropped by the worker: %v. Without --drop-late nothing is moved then.", would.late, queue.ErrTooOld)
	}
	return nil
}

func redrive(ctx context.Context, cmd *cobra.Command, on target, family string, dropLate bool) error {
	if err := on.checkReason(); err != nil {
		return err
	}
	stack, err := on.open(ctx)
	if err != nil {
		return err
	}
	if family != argyle.Unrouted && !dropLate {
		if err := refuseLate(ctx, stack, family); err != nil {
			return err
		}
	}
	end, err := on.begin(ctx, stack, cmd.ErrOrStderr(), "dlq redrive", family)
	if err != nil {
		return err
	}
	show, done := progress(cmd.ErrOrStderr())
	did, err := deadletters.New(stack.cfg, stack.Stack).Redrive(ctx, family, show)
	done()
	p := newPage(cmd.OutOrStdout())
	p.line("%s moved.", messages(did.Moved))
	if did.Left > 0 {
		p.line("%d stay: no family takes their events. `argylectl dlq show %s %s` says which they are.", did.Left, family, on.flag())
	}
	if did.Late > 0 {
		p.line("%d stay: %v, so that a worker would drop them.", did.Late, queue.ErrTooOld)
	}
	if err != nil {
		return errors.Join(no(fmt.Errorf("not all were moved; it is safe to say it again: %w", oneLine(err))), end(fmt.Sprintf("%d moved, then it failed", did.Moved)))
	}
	return end(fmt.Sprintf("%d moved, %d left", did.Moved, did.Left+did.Late))
}

// refuseLate refuses to redrive a family's dead letters if some of them would be lost by it, since SQS moves them all and the worker drops the oldest.
func refuseLate(ctx context.Context, stack opened, family string) error {
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	seen, err := look(ctx, stack, family)
	if err != nil {
		return err
	}
	if seen.late > 0 {
		return no(fmt.Errorf("nothing was moved: %s %w, and the worker will drop what is; with --drop-late all are moved", messages(seen.late), queue.ErrTooOld))
	}
	return nil
}

// messages is a number of them.
func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}

// progress shows how far a redrive is: a bar on a terminal, nothing elsewhere, where the last line says all.
func progress(stderr io.Writer) (show deadletters.Progress, done func()) {
	if newPage(stderr).width == 0 {
		return func(int, int) {}, func() {}
	}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(stderr), progressbar.OptionSetDescription("moving"), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
	return func(moved, total int) {
		if total > 0 {
			bar.ChangeMax(total)
		}
		_ = bar.Set(min(moved, total))
	}, func() { _ = bar.Finish() }
}
