package table

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/status"
)

func TestUser(t *testing.T) {
	table := newTable(t)
	table.now = func() time.Time { return time.UnixMilli(50) }
	record := func(account string, added status.Millis) status.Record {
		return status.Record{Key: status.Key{User: "u", Account: account}, AddedAt: added}
	}
	apply(t, table, record("b", 2))
	apply(t, table, record("a", 1))
	apply(t, table, record("a", 3)) // later: changes nothing
	apply(t, table, status.Record{Key: status.Key{User: "u2", Account: "c"}, AddedAt: 1})

	got, err := table.User(t.Context(), "u")
	want := User{
		Item:     Item{Record: status.Record{Key: status.Key{User: "u"}}},
		Accounts: []Item{{Record: record("a", 1), Revision: 1, UpdatedAt: 50}, {Record: record("b", 2), Revision: 1, UpdatedAt: 50}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}

	own := status.Record{Key: status.Key{User: "u"}, FullySyncedAt: 9, Synced: []string{"a", "b"}}
	apply(t, table, own)
	got, err = table.User(t.Context(), "u")
	want.Item = Item{Record: own, Revision: 1, UpdatedAt: 50}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestUserOfManyPages(t *testing.T) {
	table := newTable(t)
	const accounts = 30
	for i := range accounts { // 30 × 50 KB is more than a page's 1 MB
		apply(t, table, status.Record{
			Key:      status.Key{User: "u", Account: fmt.Sprintf("account-%02d", i)},
			Reported: &status.Reported{AsOf: 1, Status: "error", ErrorMessage: strings.Repeat("m", 50_000)},
		})
	}
	got, err := table.User(t.Context(), "u")
	if err != nil || len(got.Accounts) != accounts {
		t.Errorf("%d accounts (%v)", len(got.Accounts), err)
	}
}

func TestNotFound(t *testing.T) {
	table := newTable(t)
	apply(t, table, status.Record{Key: status.Key{User: "u", Account: "a"}, AddedAt: 1})
	for _, id := range []string{"", "x", "USER", strings.Repeat("x", 3000)} {
		if _, err := table.User(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("user of %d bytes: %v", len(id), err)
		}
		if _, err := table.Account(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("account of %d bytes: %v", len(id), err)
		}
		if _, err := table.UserStatus(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("user of %d bytes: %v", len(id), err)
		}
		if _, err := table.AccountStatus(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("account of %d bytes: %v", len(id), err)
		}
	}
}

func TestAccountOfSeveralUsers(t *testing.T) {
	type life struct {
		user           string
		added, removed status.Millis
	}
	for name, c := range map[string]struct {
		lives []life
		want  string
	}{
		"one":             {[]life{{"u1", 1, 0}}, "u1"},
		"one removed":     {[]life{{"u1", 1, 5}}, "u1"},
		"the live one":    {[]life{{"u1", 1, 0}, {"u2", 0, 9}, {"u3", 0, 3}}, "u1"},
		"live, not dated": {[]life{{"u1", 0, 0}, {"u2", 0, 9}}, "u1"},
		"the later added": {[]life{{"u1", 7, 0}, {"u2", 2, 0}, {"u3", 0, 0}}, "u1"},
		"all removed":     {[]life{{"u1", 0, 9}, {"u2", 0, 3}}, "u1"},
	} {
		t.Run(name, func(t *testing.T) {
			table := newTable(t)
			for _, life := range c.lives {
				apply(t, table, status.Record{
					Key: status.Key{User: life.user, Account: "a"}, AddedAt: life.added, RemovedAt: life.removed,
					Signalled: &status.Signalled{ReceivedAt: 1, Status: "connected"},
				})
			}
			items, err := table.Account(t.Context(), "a")
			if err != nil || len(items) != len(c.lives) {
				t.Errorf("%d items (%v)", len(items), err)
			}
			got, err := table.AccountStatus(t.Context(), "a")
			if err != nil || got.User != c.want || got.Account != "a" || got.Revision != 1 || (got.UpdatedAt == nil) != (got.RemovedAt != nil) {
				t.Errorf("%+v (%v)", got, err)
			}
		})
	}
}

// The user's own record decides whether an account is fully synced, whichever way it is asked for.
func TestStatusKnowsTheUser(t *testing.T) {
	table := newTable(t)
	key := status.Key{User: "u", Account: "a"}
	apply(t, table, status.Record{Key: key, AddedAt: 1, EverConnected: true, Signalled: &status.Signalled{ReceivedAt: 1, Status: "connected"}})
	for _, want := range []bool{false, true} {
		account, err := table.AccountStatus(t.Context(), "a")
		if err != nil || *account.FullySynced != want {
			t.Errorf("account: %v, want %v (%v)", *account.FullySynced, want, err)
		}
		user, err := table.UserStatus(t.Context(), "u")
		if err != nil || user.User != "u" || user.FullySynced != want || len(user.Accounts) != 1 {
			t.Fatalf("user: %+v, want %v (%v)", user, want, err)
		}
		if diff := cmp.Diff(account, user.Accounts[0]); diff != "" {
			t.Errorf("the two ways differ: %s", diff)
		}
		if account.Revision != 1 || account.UpdatedAt == nil {
			t.Errorf("revision %d, updated at %v", account.Revision, account.UpdatedAt)
		}
		apply(t, table, status.Record{Key: status.Key{User: "u"}, FullySyncedAt: 5, Synced: []string{"a"}})
	}
}

// Of a removed account nothing is shown but its ids, when it was removed and how often it was written.
func TestStatusOfARemovedAccount(t *testing.T) {
	table := newTable(t)
	key := status.Key{User: "u", Account: "a"}
	apply(t, table, status.Record{Key: key, AddedAt: 1})
	apply(t, table, status.Record{Key: key, RemovedAt: 9})
	want := status.Record{Key: key, RemovedAt: 9}.Status(status.Record{})
	want.Revision = 2
	got, err := table.AccountStatus(t.Context(), "a")
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}
