package table

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/status"
)

// counting is a client that counts the calls, and lets a test do something before each write.
type counting struct {
	Client
	loads, writes atomic.Int32
	before        func()
}

func (c *counting) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	c.loads.Add(1)
	return c.Client.GetItem(ctx, in, options...)
}

func (c *counting) PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	c.writes.Add(1)
	if c.before != nil {
		c.before()
	}
	return c.Client.PutItem(ctx, in, options...)
}

var aKey = status.Key{User: "user", Account: "account"}

func signalled(at status.Millis, word string) status.Record {
	return status.Record{Key: aKey, Signalled: &status.Signalled{ReceivedAt: at, Status: word}}
}

func TestApply(t *testing.T) {
	table := newTable(t)
	client := &counting{Client: table.client}
	table.client = client
	table.now = func() time.Time { return time.UnixMilli(1769714840123) }
	first, second := signalled(5, "connected"), signalled(7, "error")
	for _, step := range []struct {
		name          string
		evidence      status.Record
		want          status.Change
		loads, writes int32
		revision      int64
	}{
		{"new", first, status.Change{Old: status.Record{Key: aKey}, New: first, Changed: true}, 1, 1, 1},
		{"redelivered", first, status.Change{Old: first, New: first}, 1, 0, 1},
		{"newer", second, status.Change{Old: first, New: second, Changed: true}, 1, 1, 2},
		{"late", first, status.Change{Old: second, New: second}, 1, 0, 2},
		{"proves nothing", status.Record{Key: aKey}, status.Change{Old: second, New: second}, 1, 0, 2},
	} {
		client.loads.Store(0)
		client.writes.Store(0)
		got, err := table.Apply(t.Context(), step.evidence)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
		if client.loads.Load() != step.loads || client.writes.Load() != step.writes {
			t.Errorf("%s: %d loads and %d writes", step.name, client.loads.Load(), client.writes.Load())
		}
		item, err := table.load(t.Context(), aKey)
		if err != nil || item.Revision != step.revision || item.UpdatedAt != 1769714840123 {
			t.Errorf("%s: %+v (%v)", step.name, item, err)
		}
	}
}

func TestNothingIsStoredOfNothing(t *testing.T) {
	table := newTable(t)
	change, err := table.Apply(t.Context(), status.Record{Key: aKey})
	if err != nil || change.Changed {
		t.Errorf("%+v (%v)", change, err)
	}
	if item, err := table.load(t.Context(), aKey); err != nil || item.Revision != 0 {
		t.Errorf("%+v (%v)", item, err)
	}
}

// DynamoDB itself must give back what was put: its own numbers, sets and empty strings are not Go's.
func TestItemsSurviveDynamoDB(t *testing.T) {
	table := newTable(t)
	rapid.Check(t, func(rt *rapid.T) {
		record := drawRecord(rt)
		want := Item{Record: record, Revision: 1, UpdatedAt: 5}
		if _, err := table.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table.name, Item: encode(want)}); err != nil {
			rt.Fatal(err)
		}
		got, err := table.load(t.Context(), record.Key)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Error(diff)
		}
	})
}

// Writers of one record in any order and number end in the merge of all, and every write is a revision.
func TestConcurrentWriters(t *testing.T) {
	table := newTable(t)
	const writers, events = 8, 10
	var want status.Record
	evidence := make([][]status.Record, writers)
	for w := range writers {
		for e := range events {
			at := status.Millis(1 + w*events + e)
			record := signalled(at, []string{"connected", "error"}[e%2])
			record.AddedAt = at
			record.DataSets = map[string]status.DataSet{"paystubs": {Sync: status.SyncPartial, ChangedAt: at}}
			evidence[w] = append(evidence[w], record)
			want = status.Merge(want, record)
		}
	}
	var changed, conflicts atomic.Int64
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for _, record := range append(evidence[w], evidence[(w+1)%writers]...) {
				change, err := table.Apply(ctx, record)
				if err != nil {
					t.Error(err)
					return
				}
				if change.Changed {
					changed.Add(1)
				}
				conflicts.Add(int64(change.Conflicts))
			}
		})
	}
	running.Wait()
	got, err := table.load(t.Context(), aKey)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Record); diff != "" {
		t.Error(diff)
	}
	if got.Revision != changed.Load() {
		t.Errorf("revision %d after %d writes", got.Revision, changed.Load())
	}
	if conflicts.Load() == 0 {
		t.Error("no conflict: the test has not tested what it is for")
	}
	t.Logf("%d writes, %d conflicts", changed.Load(), conflicts.Load())
}

// A conflict costs one more write, and no load: the failed condition returns what stands there.
func TestConflict(t *testing.T) {
	table := newTable(t)
	other := New(table.client, table.name)
	for name, c := range map[string]struct {
		stored    []status.Record
		meanwhile func(t *testing.T)
		conflicts int
		writes    int32
	}{
		"created meanwhile": {nil, func(t *testing.T) { apply(t, other, signalled(5, "connected")) }, 1, 2},
		"changed meanwhile": {
			[]status.Record{signalled(5, "connected")},
			func(t *testing.T) { apply(t, other, status.Record{Key: aKey, AddedAt: 3}) }, 1, 2,
		},
		"said meanwhile": {nil, func(t *testing.T) { apply(t, other, signalled(9, "error")) }, 1, 1},
		"gone meanwhile": {
			[]status.Record{signalled(5, "connected")},
			func(t *testing.T) { remove(t, other) }, 1, 2,
		},
		"removed meanwhile": {
			[]status.Record{signalled(5, "connected")},
			func(t *testing.T) { apply(t, other, status.Record{Key: aKey, RemovedAt: 4}) }, 1, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			remove(t, other)
			for _, record := range c.stored {
				apply(t, other, record)
			}
			client := &counting{Client: table.client}
			client.before = func() {
				if client.writes.Load() == 1 {
					c.meanwhile(t)
				}
			}
			change, err := New(client, table.name).Apply(t.Context(), signalled(9, "error"))
			if err != nil || change.Conflicts != c.conflicts || client.loads.Load() != 1 || client.writes.Load() != c.writes {
				t.Errorf("%d conflicts, %d loads, %d writes (%v)", change.Conflicts, client.loads.Load(), client.writes.Load(), err)
			}
			got, err := other.load(t.Context(), aKey)
			if err != nil || !status.Equal(got.Record, change.New) {
				t.Error(cmp.Diff(change.New, got.Record))
			}
		})
	}
}

func apply(t *testing.T, table *Table, record status.Record) {
	t.Helper()
	if _, err := table.Apply(t.Context(), record); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, table *Table) {
	t.Helper()
	client, ok := table.client.(*dynamodb.Client)
	if !ok {
		t.Fatal("not DynamoDB's own client")
	}
	if _, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table.name, Key: keyOf(aKey)}); err != nil {
		t.Fatal(err)
	}
}

// contended is a table where another writer always comes first.
type contended struct{ revision int64 }

func (c *contended) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{}, nil
}

func (c *contended) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	time.Sleep(5 * time.Millisecond)
	c.revision++
	return nil, &types.ConditionalCheckFailedException{Item: encode(Item{Record: signalled(1, "error"), Revision: c.revision})}
}

func (c *contended) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	panic("not asked")
}

func TestContention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		change, err := New(&contended{}, "t").Apply(ctx, signalled(9, "connected"))
		took := time.Since(began)
		if !errors.Is(err, ErrContended) || ctx.Err() != nil || took < 4*time.Second || took > 5*time.Second-leastTime+5*time.Millisecond { // an attempt takes 5 ms
			t.Errorf("gave up after %v: %v", took, err)
		}
		if change.Conflicts < 20 || change.Conflicts > 200 {
			t.Errorf("%d conflicts in %v", change.Conflicts, took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := New(&contended{}, "t").Apply(ctx, signalled(9, "connected")); !errors.Is(err, ErrContended) || !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

func TestTombstone(t *testing.T) {
	table := newTable(t)
	apply(t, table, signalled(5, "connected"))
	apply(t, table, status.Record{Key: aKey, RemovedAt: 1769714840123})
	apply(t, table, signalled(1769714840999, "error"))
	out, err := table.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table.name, Key: keyOf(aKey)})
	if err != nil {
		t.Fatal(err)
	}
	expires := number(1769714840 + int64(status.TombstoneLife.Seconds()))
	if got, ok := out.Item["expires_at"].(*types.AttributeValueMemberN); !ok || got.Value != expires.Value {
		t.Errorf("expires at %v, want %s", out.Item["expires_at"], expires.Value)
	}
	for name := range out.Item {
		if !slices.Contains([]string{"pk", "sk", "account", "rev", "updated_at", "removed_at", "expires_at"}, name) {
			t.Errorf("a tombstone keeps %s", name)
		}
	}
	if got := out.Item["rev"].(*types.AttributeValueMemberN).Value; got != "2" {
		t.Errorf("revision %s", got)
	}
}

// An older function must not erase what a newer one wrote.
func TestUnknownAttributesStay(t *testing.T) {
	table := newTable(t)
	stored := encode(Item{Record: status.Record{Key: aKey, DataSets: map[string]status.DataSet{"gigs": {Sync: status.SyncPartial}}}, Revision: 4})
	later := &types.AttributeValueMemberSS{Value: []string{"x", "y"}}
	stored["later"] = later
	gigs := stored["data_sets"].(*types.AttributeValueMemberM).Value["gigs"].(*types.AttributeValueMemberM)
	gigs.Value["later"] = later
	if _, err := table.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table.name, Item: stored}); err != nil {
		t.Fatal(err)
	}
	apply(t, table, status.Record{Key: aKey, AddedAt: 3, DataSets: map[string]status.DataSet{"gigs": {Sync: status.SyncFull}}})
	got, err := table.load(t.Context(), aKey)
	if err != nil {
		t.Fatal(err)
	}
	kept := status.Unknown{"later": `{"SS":["x","y"]}`}
	want := Item{Revision: 5, UpdatedAt: got.UpdatedAt, Record: status.Record{
		Key: aKey, AddedAt: 3, Unknown: kept, DataSets: map[string]status.DataSet{"gigs": {Sync: status.SyncFull, Unknown: kept}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestKeysThatDynamoDBRefuses(t *testing.T) {
	table := newTable(t)
	id := func(bytes int) string { return strings.Repeat("é", bytes/2) }
	for name, c := range map[string]struct {
		key status.Key
		ok  bool
	}{
		"longest":           {status.Key{User: id(2042) + "x", Account: id(1016)}, true},
		"user too long":     {status.Key{User: id(2044), Account: "a"}, false},
		"account too long":  {status.Key{User: "u", Account: id(1016) + "x"}, false},
		"no user":           {status.Key{Account: "a"}, false},
		"user's own record": {status.Key{User: id(2042)}, true},
	} {
		_, err := table.Apply(t.Context(), status.Record{Key: c.key, AddedAt: 1})
		if c.ok != (err == nil) || !c.ok && !errors.Is(err, status.ErrUnusable) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "é") {
			t.Errorf("%s: the error shows an id", name)
		}
	}
}

func TestTroubleIsTold(t *testing.T) {
	local := backend.ForTest(t)
	table := New(local.DynamoDB(), "no-such-table")
	_, err := table.Apply(t.Context(), signalled(1, "connected"))
	var notFound *types.ResourceNotFoundException
	if !errors.As(err, &notFound) || !strings.HasPrefix(err.Error(), "table: load a record: ") {
		t.Errorf("%v", err)
	}
}
