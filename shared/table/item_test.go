package table

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
)

// Reading gives back the very record that was written: status.Equal tells nil from empty, and an inequality costs a write for each redelivery.
func TestItemsGiveBackTheRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Item{Record: drawRecord(t), Revision: rapid.Int64Range(1, 1<<40).Draw(t, "revision"), UpdatedAt: moments.Draw(t, "updated")}
		stored := encode(want)
		got, err := decode(stored)
		if err != nil {
			t.Fatal(err)
		}
		if !status.Equal(got.Record, want.Record) || got.Revision != want.Revision || got.UpdatedAt != want.UpdatedAt {
			t.Error(cmp.Diff(want, got))
		}
		for name, value := range stored {
			if !strings.HasPrefix(name, "later_") && empty(value) {
				t.Errorf("%s is stored although it is empty", name)
			}
		}
	})
}

// empty tells of a null, an empty string or an empty list at any depth but within what is unknown. An empty map says that something is there.
func empty(value types.AttributeValue) bool {
	switch value := value.(type) {
	case *types.AttributeValueMemberS:
		return value.Value == ""
	case *types.AttributeValueMemberL:
		return len(value.Value) == 0
	case *types.AttributeValueMemberM:
		for name, field := range value.Value {
			if !strings.HasPrefix(name, "later_") && empty(field) {
				return true
			}
		}
	}
	return false
}

func TestUnknownValuesAreCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawValue(t, 3)
		encoded, err := canonical(value)
		if err != nil {
			t.Fatal(err)
		}
		back, err := parse(encoded)
		if err != nil {
			t.Fatal(err)
		}
		again, err := canonical(back)
		if err != nil || again != encoded {
			t.Errorf("%s became %s (%v)", encoded, again, err)
		}
	})
	sets := func(ss ...string) string {
		encoded, err := canonical(&types.AttributeValueMemberSS{Value: ss})
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	if sets("a", "b") != sets("b", "a") {
		t.Error("a set's encoding depends on its order")
	}
}

// Every sample's evidence must come back as it is, or its redelivery would be written again.
func TestSampleEvidence(t *testing.T) {
	samples, err := filepath.Glob("../argyle/testdata/*.json")
	if err != nil || len(samples) == 0 {
		t.Fatalf("no samples (%v)", err)
	}
	at := time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC)
	for _, sample := range samples {
		for _, want := range evidence(t, sample, at) {
			got, err := decode(encode(Item{Record: want, Revision: 1}))
			if err != nil || !status.Equal(got.Record, want) {
				t.Errorf("%s: %v %s", sample, err, cmp.Diff(want, got.Record))
			}
		}
	}
}

func evidence(t testing.TB, sample string, at time.Time) []status.Record {
	t.Helper()
	body, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	event, err := argyle.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	records, _, err := status.Evidence(event, at)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// full is an account as it usually ends: connected, four data sets scanned and counted, the paystubs also by events.
func full() Item {
	const asOf, scanned = 1769714840123, 1769714600123
	from, to := status.Millis(1700000000000), status.Millis(1769000000000)
	record := status.Record{
		Key:           status.Key{User: "0195b3c0-51d7-83a2-6c1e-0f4b7a92d310", Account: "0195b3c1-7e02-8c44-91b6-5d20c83f7ae4"},
		Reported:      &status.Reported{AsOf: asOf, At: 1769714000123, Status: "connected"},
		EverConnected: true,
		AddedAt:       1769713000123,
		About: &status.About{
			AsOf: asOf, Employers: []string{"Sample Market"}, Item: "item_000000101", OngoingRefresh: "enabled", ScannedAt: scanned, Source: "sample_payroll",
		},
		DataSets: map[string]status.DataSet{},
	}
	for _, name := range []string{"paystubs", "gigs", "shifts", "payroll_documents"} {
		record.DataSets[name] = status.DataSet{
			Sync:         status.SyncFull,
			Scan:         &status.Scan{AsOf: asOf, At: scanned, Status: "synced"},
			ScanCounted:  &status.ScanCounted{AsOf: asOf, At: scanned, Status: "synced", Count: 26, From: &from, To: &to},
			LastSyncedAt: scanned,
		}
	}
	return Item{Record: record, Revision: 7, UpdatedAt: asOf}
}

func TestSize(t *testing.T) {
	item := full()
	scanned := size(encode(item))
	if scanned > 1024 {
		t.Errorf("an account with four scanned and counted data sets takes %d bytes: two write units", scanned)
	}
	paystubs := item.Record.DataSets["paystubs"]
	days := int64(111)
	paystubs.DaysSynced = &days
	paystubs.ChangedAt = 1769714830123
	paystubs.Counted = &status.Counted{Stage: status.StageWhole, Count: 26, From: paystubs.ScanCounted.From, To: paystubs.ScanCounted.To, ReceivedAt: 1769714830123}
	item.Record.DataSets["paystubs"] = paystubs
	item.Record.DataSets["identities"] = status.DataSet{
		Sync: status.SyncFull, Scan: &status.Scan{AsOf: paystubs.Scan.AsOf, At: paystubs.Scan.At, Status: "synced"}, LastSyncedAt: paystubs.Scan.At,
		Latest: &status.Latest{ID: "0195b3c2-0d1b-8f7e-a3b2-64cf0e9d2b71", ReceivedAt: 1769714830123}, ChangedAt: 1769714830123,
	}
	removed := size(encode(Item{Record: status.Record{Key: item.Record.Key, RemovedAt: 1}, Revision: 8, UpdatedAt: 1}))
	t.Logf("four scanned and counted data sets: %d bytes; with paystubs and identities by events as well: %d; removed: %d", scanned, size(encode(item)), removed)
}

// size is what DynamoDB bills for an item, in bytes.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html, read in 2026.
func size(item map[string]types.AttributeValue) int {
	total := 0
	for name, value := range item {
		total += len(name) + sizeOf(value)
	}
	return total
}

func sizeOf(value types.AttributeValue) int {
	switch value := value.(type) {
	case *types.AttributeValueMemberS:
		return len(value.Value)
	case *types.AttributeValueMemberN:
		return (len(strings.Trim(value.Value, "-0"))+1)/2 + 1
	case *types.AttributeValueMemberL:
		total := 3
		for _, item := range value.Value {
			total += 1 + sizeOf(item)
		}
		return total
	case *types.AttributeValueMemberM:
		total := 3
		for name, field := range value.Value {
			total += 1 + len(name) + sizeOf(field)
		}
		return total
	}
	return 1 // null and boolean
}

// The form of an item is read by people and by later versions: it does not change by accident.
func TestFormOfItems(t *testing.T) {
	account := full()
	paystubs := account.Record.DataSets["paystubs"]
	days, older := int64(0), *paystubs.ScanCounted
	older.AsOf, older.Status = 1769000000000, "in_progress"
	paystubs.DaysSynced = &days
	paystubs.ScanCounted = &older
	paystubs.Counted = &status.Counted{Stage: status.StagePartial, Count: 0, DaysSynced: 111, ReceivedAt: 1769714830123}
	paystubs.Unknown = status.Unknown{"later": `{"NULL":true}`}
	account.Record.DataSets = map[string]status.DataSet{"paystubs": paystubs, "gigs": account.Record.DataSets["gigs"]}
	account.Record.Signalled = &status.Signalled{ReceivedAt: 1769713500123, Status: "error", ErrorCode: "invalid_mfa"}
	user := Item{Revision: 2, UpdatedAt: 1769714840123, Record: status.Record{
		Key: status.Key{User: "u"}, Synced: []string{"a", "b"}, FullySyncedAt: 1769714840123,
		Profile: &status.Profile{ExternalID: "ours", ReceivedAt: 1769714840123}, Unknown: status.Unknown{"later": `{"SS":["x","y"]}`},
	}}
	removed := Item{Revision: 8, UpdatedAt: 1769714840123, Record: status.Record{Key: status.Key{User: "u", Account: "a"}, RemovedAt: 1769714840123}}
	for name, item := range map[string]Item{"account": account, "user": user, "removed": removed} {
		t.Run(name, func(t *testing.T) {
			content, err := typed(&types.AttributeValueMemberM{Value: encode(item)})
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(content["M"], "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".json")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnreadableItems(t *testing.T) {
	n := func(digits string) types.AttributeValue { return &types.AttributeValueMemberN{Value: digits} }
	m := func(name string, value types.AttributeValue) types.AttributeValue {
		return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{name: value}}
	}
	for name, c := range map[string]struct {
		attribute string
		value     types.AttributeValue
		want      string
	}{
		"no revision":       {"rev", nil, "rev: missing, or no positive number"},
		"revision zero":     {"rev", n("0"), "rev: missing, or no positive number"},
		"revision no whole": {"rev", n("1.5"), "rev: no whole number"},
		"key of others":     {"pk", text("ORDER#canary"), "its key is no user's and no account's"},
		"key without id":    {"sk", text("ACCOUNT#"), "its key is no user's and no account's"},
		"string for number": {"added_at", text("canary"), "added_at: no number"},
		"number for string": {"about", m("item", n("7")), "about.item: no string"},
		"string for map":    {"reported", text("canary"), "reported: no map"},
		"string for list":   {"synced", text("canary"), "synced: no list"},
		"list of numbers":   {"synced", &types.AttributeValueMemberL{Value: []types.AttributeValue{n("1")}}, "synced: an entry that is no string"},
		"string for bool":   {"ever_connected", text("canary"), "ever_connected: no boolean"},
		"a later sync":      {"data_sets", m("gigs", m("sync", text("canary"))), "data_sets.gigs.sync: neither partial nor full"},
		"a later stage":     {"data_sets", m("gigs", m("counted", m("stage", text("canary")))), "data_sets.gigs.counted.stage: not partial"},
		"deep":              {"data_sets", m("gigs", m("scan", m("at", text("canary")))), "data_sets.gigs.scan.at: no number"},
	} {
		t.Run(name, func(t *testing.T) {
			stored := encode(Item{Record: status.Record{Key: status.Key{User: "u", Account: "a"}}, Revision: 1})
			stored[c.attribute] = c.value
			if c.value == nil {
				delete(stored, c.attribute)
			}
			_, err := decode(stored)
			if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%v", err)
			}
		})
	}
}
