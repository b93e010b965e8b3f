package status_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/status"
)

func TestConnectionStatus(t *testing.T) {
	reported := &status.Reported{AsOf: 100, At: 50, Status: "connected"}
	signalled := func(at status.Millis) *status.Signalled {
		return &status.Signalled{ReceivedAt: at, Status: "error", ErrorCode: "invalid_mfa", ErrorMessage: "m"}
	}
	failed := func(at status.Millis) status.ConnectionStatus {
		return status.ConnectionStatus{
			Status: "error", ErrorCode: new("invalid_mfa"), ErrorMessage: new("m"), At: status.InstantOf(at),
			Source: new("signalled"), Action: status.ActionReconnect,
		}
	}
	connected := status.ConnectionStatus{Status: "connected", At: status.InstantOf(50), Source: new("reported"), Action: status.ActionNone}
	cases := []struct {
		name   string
		record status.Record
		want   status.ConnectionStatus
	}{
		{"nothing known", status.Record{}, status.ConnectionStatus{Status: "unknown", Action: status.ActionNone}},
		{"added", status.Record{AddedAt: 7}, status.ConnectionStatus{Status: "connecting", At: status.InstantOf(7), Action: status.ActionNone}},
		{"reported", status.Record{AddedAt: 7, Reported: reported}, connected},
		{"signalled", status.Record{AddedAt: 7, Signalled: signalled(60)}, failed(60)},
		{"a signal received after the snapshot", status.Record{Reported: reported, Signalled: signalled(101)}, failed(101)},
		{"a signal received as the snapshot was taken", status.Record{Reported: reported, Signalled: signalled(100)}, connected},
		{"a signal received before it, though after the connection's own time", status.Record{Reported: reported, Signalled: signalled(60)}, connected},
		{
			"a word and a code that are not known",
			status.Record{Reported: &status.Reported{AsOf: 1, Status: "frozen", ErrorCode: "brand_new"}},
			status.ConnectionStatus{Status: "frozen", ErrorCode: new("brand_new"), Source: new("reported"), Action: status.ActionUnknown},
		},
		{"a null status", status.Record{Reported: &status.Reported{AsOf: 1}}, status.ConnectionStatus{Status: "unknown", Source: new("reported"), Action: status.ActionNone}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.record.Key = key
			if diff := cmp.Diff(&c.want, c.record.Status(status.Record{}).Connection); diff != "" {
				t.Error(diff)
			}
			if c.record.ConnectionStatus() != c.want.Status {
				t.Errorf("ConnectionStatus = %s", c.record.ConnectionStatus())
			}
		})
	}
}

func TestActions(t *testing.T) {
	for code, want := range map[string]status.Action{
		"auth_required": "reconnect", "invalid_credentials": "reconnect", "invalid_mfa": "reconnect", "mfa_timeout": "reconnect",
		"service_unavailable": "wait", "system_error": "wait", "platform_unavailable": "wait", "account_inaccessible": "wait",
		"existing_account_found": "none", "": "none", "Auth_Required": "unknown",
	} {
		record := status.Record{Key: key, Reported: &status.Reported{Status: "error", ErrorCode: code}}
		if got := record.Status(status.Record{}).Connection.Action; got != want {
			t.Errorf("%q asks for %q, want %q", code, got, want)
		}
	}
}

func TestAvailableCount(t *testing.T) {
	scan := func(count int64) *status.ScanCounted { return &status.ScanCounted{AsOf: 100, At: 90, Count: count} }
	whole := func(at status.Millis, count int64) *status.Counted {
		return &status.Counted{Stage: status.StageWhole, ReceivedAt: at, Count: count}
	}
	window := func(count int64) *status.Counted {
		return &status.Counted{Stage: status.StagePartial, DaysSynced: 30, ReceivedAt: 500, Count: count}
	}
	cases := []struct {
		name    string
		dataSet status.DataSet
		want    *int64
	}{
		{"nothing counted", status.DataSet{Scan: &status.Scan{AsOf: 1}}, nil},
		{"a scan", status.DataSet{ScanCounted: scan(5)}, new(int64(5))},
		{"a scan of none", status.DataSet{ScanCounted: scan(0)}, new(int64(0))},
		{"an event", status.DataSet{Counted: whole(1, 3)}, new(int64(3))},
		{"a window", status.DataSet{Counted: window(3)}, new(int64(3))},
		{"an event after the scan, though less", status.DataSet{ScanCounted: scan(5), Counted: whole(101, 3)}, new(int64(3))},
		{"an event as the scan was taken", status.DataSet{ScanCounted: scan(5), Counted: whole(100, 3)}, new(int64(5))},
		{"a window that shows more", status.DataSet{Sync: status.SyncPartial, ScanCounted: scan(5), Counted: window(9)}, new(int64(9))},
		{"a window that shows the same", status.DataSet{Sync: status.SyncPartial, ScanCounted: scan(5), Counted: window(5)}, new(int64(5))},
		{"a window once all is there", status.DataSet{Sync: status.SyncFull, ScanCounted: scan(5), Counted: window(9)}, new(int64(5))},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			record := status.Record{Key: key, DataSets: map[string]status.DataSet{"paystubs": c.dataSet}}
			if diff := cmp.Diff(c.want, record.Status(status.Record{}).DataSets["paystubs"].AvailableCount); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFullySynced(t *testing.T) {
	scanned := func(sync status.Sync) status.DataSet { return status.DataSet{Sync: sync, Scan: &status.Scan{AsOf: 1}} }
	sets := func(sets map[string]status.DataSet) status.Record { return status.Record{DataSets: sets} }
	v2 := status.Record{Key: status.Key{User: "u"}, FullySyncedAt: 100, Synced: []string{"a"}}
	v1 := status.Record{Key: status.Key{User: "u"}, FullySyncedAt: 100}
	cases := []struct {
		name    string
		account status.Record
		user    status.Record
		want    bool
	}{
		{"nothing known", status.Record{}, status.Record{}, false},
		{"every scanned data set full", sets(map[string]status.DataSet{"paystubs": scanned(status.SyncFull), "gigs": {Sync: status.SyncPartial}}), status.Record{}, true},
		{"one of them not", sets(map[string]status.DataSet{"paystubs": scanned(status.SyncFull), "gigs": scanned(status.SyncPartial)}), status.Record{}, false},
		{"paystubs never scanned", sets(map[string]status.DataSet{"gigs": scanned(status.SyncFull), "paystubs": {Sync: status.SyncFull}}), status.Record{}, false},
		{"listed for the user", status.Record{}, v2, true},
		{"others listed for the user", status.Record{AddedAt: 1}, status.Record{FullySyncedAt: 100, Synced: []string{"b"}}, false},
		{"v1, there when it came", status.Record{AddedAt: 100}, v1, true},
		{"v1, added later", status.Record{AddedAt: 101}, v1, false},
		{"v1, and nobody knows when it was added", status.Record{}, v1, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.account.Key = key
			if got := *c.account.Status(c.user).FullySynced; got != c.want {
				t.Errorf("fully_synced = %v, want %v", got, c.want)
			}
		})
	}
}

func TestOfUser(t *testing.T) {
	account := func(id string, r status.Record) status.Record {
		r.Key = status.Key{User: "u", Account: id}
		return r
	}
	connected := status.Record{EverConnected: true}
	user := status.Record{Key: status.Key{User: "u"}, FullySyncedAt: 9, Synced: []string{"a", "c"}, Profile: &status.Profile{ExternalID: "x", ReceivedAt: 9}}
	cases := []struct {
		name     string
		accounts []status.Record
		want     bool
		pending  []string
	}{
		{"no accounts", nil, false, []string{}},
		{"all synced", []status.Record{account("c", connected), account("a", connected)}, true, []string{}},
		{"some pending", []status.Record{account("e", connected), account("d", connected), account("a", connected)}, false, []string{"d", "e"}},
		{"one that never connected does not count", []status.Record{account("a", connected), account("b", status.Record{AddedAt: 1})}, true, []string{}},
		{"one that was removed does not count", []status.Record{account("a", connected), account("b", status.Record{RemovedAt: 1})}, true, []string{}},
		{"none that counts", []status.Record{account("b", status.Record{AddedAt: 1})}, false, []string{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := status.OfUser(user, c.accounts)
			if got.FullySynced != c.want || *got.ExternalID != "x" || len(got.Accounts) != len(c.accounts) {
				t.Errorf("got %+v", got)
			}
			if diff := cmp.Diff(c.pending, got.Pending); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What came in any order, any number of times and in any grouping is read the same.
func TestStatusOfAnyOrder(t *testing.T) {
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	snapshot := func(at, connection, paystubs string) string {
		return account(object(`"updated_at": "`+at+`", "created_at": "2026-03-01T11:59:50.5Z"`, `"item": "item_1", "source": "s", "employers": ["Whole Goods"]`,
			`"connection": `+connection, `"ongoing_refresh": {"status": "enabled"}`, `"availability": {"paystubs": `+paystubs+`}`))
	}
	deliveries := []struct{ name, data string }{
		{"accounts.added", account()},
		{"accounts.updated", snapshot("2026-03-01T12:00:01.123456Z", `{"status": "connecting", "updated_at": "2026-03-01T11:59:51Z"}`, `null`)},
		{"accounts.updated", account()},
		{"accounts.connected", account()},
		{"identities.added", account(`"identity": "i-1"`)},
		{"accounts.updated", snapshot("2026-03-01T12:00:05Z", `{"status": "connected", "updated_at": "2026-03-01T12:00:03Z"}`,
			`{"status": "in_progress", "updated_at": "2026-03-01T12:00:04Z", "available_count": 0}`)},
		{"paystubs.partially_synced", account(`"available_from": "2026-01-01T00:00:00Z", "available_to": "2026-02-27T00:00:00Z", "available_count": 4, "days_synced": 60`)},
		{"users.fully_synced", `{"user": "u", "resource": {"id": "u", "accounts_connected": ["a"], "external_id": "x"}}`},
		{"paystubs.fully_synced", account(`"available_from": "2020-01-01T00:00:00Z", "available_to": "2026-02-27T00:00:00Z", "available_count": "77"`)},
		{"accounts.updated", snapshot("2026-03-01T12:00:09Z",
			`{"status": "error", "error_code": "auth_required", "error_message": "m", "updated_at": "2026-03-01T12:00:08.5Z"}`,
			`{"status": "synced", "updated_at": "2026-03-01T12:00:07Z", "available_count": 78, "available_from": "2020-01-01T00:00:00Z", "available_to": "2026-02-28T00:00:00Z"}`)},
	}
	const want = `{"user":"u","external_id":"x","fully_synced":true,"fully_synced_at":"2026-03-01T12:00:07.000Z","pending":[],"accounts":[
		{"user":"u","account":"a","added_at":"2026-03-01T11:59:50.500Z","removed_at":null,"updated_at":null,"as_of":"2026-03-01T12:00:09.000Z","revision":0,
		"connection":{"status":"error","error_code":"auth_required","error_message":"m","at":"2026-03-01T12:00:08.500Z","source":"reported","action":"reconnect"},
		"ever_connected":true,"fully_synced":true,"scanned_at":null,"item":"item_1","source":"s","employers":["Whole Goods"],"ongoing_refresh":"enabled",
		"data_sets":{
		"identities":{"sync":"partial","days_synced":null,"scan":null,"scan_at":null,"last_synced_at":null,"available_count":null,"available_from":null,
			"available_to":null,"latest":"i-1","changed_at":"2026-03-01T12:00:04.000Z"},
		"paystubs":{"sync":"full","days_synced":60,"scan":"synced","scan_at":"2026-03-01T12:00:07.000Z","last_synced_at":"2026-03-01T12:00:07.000Z",
			"available_count":78,"available_from":"2020-01-01T00:00:00.000Z","available_to":"2026-02-28T00:00:00.000Z","latest":null,"changed_at":null}}}]}`

	var records []status.Record
	for i, d := range deliveries {
		got, _, err := evidence(t, d.name, d.data, day.Add(time.Duration(i)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, got...)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var user, account status.Record
		for _, i := range append(random.Perm(len(records)), random.Perm(len(records))[:3]...) {
			if records[i].Account == "" {
				user = status.Merge(user, records[i])
			} else {
				account = status.Merge(account, records[i])
			}
		}
		got, err := json.Marshal(status.OfUser(user, []status.Record{account}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decode(t, []byte(want)), decode(t, got)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestStatusOfARemovedAccount(t *testing.T) {
	got, err := json.Marshal(status.Record{Key: key, RemovedAt: received}.Status(status.Record{}))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"user":"u","account":"a","added_at":null,"removed_at":"2026-03-01T12:00:00.000Z","updated_at":null,"as_of":null,"revision":0,"connection":null,` +
		`"ever_connected":null,"fully_synced":null,"scanned_at":null,"item":null,"source":null,"employers":null,"ongoing_refresh":null,"data_sets":{}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func decode(t *testing.T, raw []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
