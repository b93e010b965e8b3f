package table

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"argyle-webhooks/shared/status"
)

const (
	// firstPause and longestPause bound the random pause after a conflict; its bound doubles from one to the other.
	firstPause   = 10 * time.Millisecond
	longestPause = 250 * time.Millisecond
	// leastTime is what a further attempt needs: with less left before the deadline it is not begun.
	leastTime = 100 * time.Millisecond
)

// Apply merges evidence about one account or user into its stored record. It loads the record strongly consistently and writes it once, or
// not at all if the evidence changes nothing. When another writer comes first it merges into what that one wrote, after a pause, as long
// as ctx's deadline allows.
//
// Errors: one wrapping [status.ErrUnusable] if the ids can be no key; [ErrContended]; [ErrCorrupt]; else DynamoDB's. After an error
// the record may have been written, which does no harm: applying the evidence again then changes nothing.
func (t *Table) Apply(ctx context.Context, evidence status.Record) (status.Change, error) {
	if err := checkKey(evidence.Key); err != nil {
		return status.Change{}, err
	}
	stored, err := t.load(ctx, evidence.Key)
	if err != nil {
		return status.Change{}, err
	}
	for conflicts := 0; ; conflicts++ {
		if conflicts > 0 {
			if err := pause(ctx, conflicts); err != nil {
				return status.Change{Conflicts: conflicts}, err
			}
		}
		change := status.Change{Old: stored.Record, New: status.Merge(stored.Record, evidence), Conflicts: conflicts}
		if status.Equal(change.Old, change.New) {
			return change, nil
		}
		next := Item{Record: change.New, Revision: stored.Revision + 1, UpdatedAt: status.Millis(t.now().UnixMilli())}
		found, swapped, err := t.swap(ctx, next, stored.Revision)
		if err != nil {
			return status.Change{Conflicts: conflicts}, err
		}
		if swapped {
			change.Changed = true
			return change, nil
		}
		stored = found
	}
}

// pause waits a random time before the attempt after the given number of conflicts, so that writers in step fall out of it.
func pause(ctx context.Context, conflicts int) error {
	wait := rand.N(min(firstPause<<min(conflicts, 10), longestPause)) //nolint:gosec // spreads writers; nothing secret
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait+leastTime {
		return fmt.Errorf("%w (%d conflicts)", ErrContended, conflicts)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w (%d conflicts): %w", ErrContended, conflicts, ctx.Err())
	}
}
