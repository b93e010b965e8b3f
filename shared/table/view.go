package table

import (
	"cmp"
	"context"
	"slices"

	"argyle-webhooks/shared/status"
)

// UserStatus is the status of a user and all accounts, with revisions and write times. It returns [ErrNotFound] if the table knows nothing of
// the user.
func (t *Table) UserStatus(ctx context.Context, user string) (status.UserStatus, error) {
	found, err := t.User(ctx, user)
	if err != nil {
		return status.UserStatus{}, err
	}
	records := make([]status.Record, len(found.Accounts))
	items := make(map[string]Item, len(found.Accounts))
	for i, item := range found.Accounts {
		records[i] = item.Record
		items[item.Record.Account] = item
	}
	view := status.OfUser(found.Item.Record, records)
	for i := range view.Accounts {
		items[view.Accounts[i].Account].stamp(&view.Accounts[i])
	}
	return view, nil
}

// AccountStatus is the status of one account, with its revision and write time. Of an id seen under several users it is the live account, and of
// several such the one added last. It returns [ErrNotFound] if the table does not know the account.
func (t *Table) AccountStatus(ctx context.Context, account string) (status.AccountStatus, error) {
	items, err := t.Account(ctx, account)
	if err != nil {
		return status.AccountStatus{}, err
	}
	item := slices.MaxFunc(items, byLife)
	user, err := t.load(ctx, status.Key{User: item.Record.User})
	if err != nil {
		return status.AccountStatus{}, err
	}
	view := item.Record.Status(user.Record)
	item.stamp(&view)
	return view, nil
}

// byLife orders items of one account id: live ones last, then by when they were added, then by user so that the choice is always the same.
func byLife(a, b Item) int {
	return cmp.Or(
		cmp.Compare(liveness(a.Record), liveness(b.Record)),
		cmp.Compare(a.Record.AddedAt, b.Record.AddedAt),
		cmp.Compare(a.Record.RemovedAt, b.Record.RemovedAt),
		cmp.Compare(a.Record.User, b.Record.User),
	)
}

func liveness(record status.Record) int {
	if record.RemovedAt != 0 {
		return 0
	}
	return 1
}

// stamp sets what a view has from the store.
func (i Item) stamp(view *status.AccountStatus) {
	view.Revision = i.Revision
	if i.Record.RemovedAt == 0 { // of a removed account nothing is shown but its ids, removed_at and revision
		view.UpdatedAt = status.InstantOf(i.UpdatedAt)
	}
}
