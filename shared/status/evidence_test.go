package status_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
)

func clock(s string) status.Millis {
	m, err := argyle.ParseTime(s)
	if err != nil {
		panic(err)
	}
	return m
}

var (
	receivedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	received   = argyle.MillisOf(receivedAt)
	key        = status.Key{User: "u", Account: "a"}
)

func evidence(t testing.TB, name, data string, at time.Time) ([]status.Record, []status.Note, error) {
	t.Helper()
	event, err := argyle.Parse([]byte(`{"event": "` + name + `", "name": "made-up", "data": ` + data + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return status.Evidence(event, at)
}

// account wraps fields of data, and object those of its resource.
func account(fields ...string) string {
	return `{"account": "a", "user": "u"` + strings.Join(append([]string{""}, fields...), ", ") + `}`
}

func object(fields ...string) string {
	return `"resource": {"id": "a", "user": "u"` + strings.Join(append([]string{""}, fields...), ", ") + `}`
}

func TestEvidence(t *testing.T) {
	const (
		updated   = `"updated_at": "2026-03-01T11:00:00.123456Z"`
		connected = `"connection": {"status": "connected", "error_code": null, "error_message": null, "updated_at": "2026-03-01T10:00:00Z"}`
		failing   = `"connection": {"status": "error", "error_code": "auth_required", "error_message": "m", "updated_at": "2026-03-01T10:00:00Z"}`
	)
	asOf, at := clock("2026-03-01T11:00:00.123Z"), clock("2026-03-01T10:00:00Z")
	about := &status.About{AsOf: asOf}
	reportedConnected := &status.Reported{AsOf: asOf, At: at, Status: "connected"}
	reportedError := &status.Reported{AsOf: asOf, At: at, Status: "error", ErrorCode: "auth_required", ErrorMessage: "m"}
	signalledConnected := &status.Signalled{ReceivedAt: received, Status: "connected"}
	signalledError := &status.Signalled{ReceivedAt: received, Status: "error", ErrorCode: "invalid_mfa", ErrorMessage: "m"}
	from, to := clock("2023-01-01T00:00:00Z"), clock("2023-02-02T23:59:59Z")
	paystubs := func(d status.DataSet) *status.Record {
		return &status.Record{Key: key, DataSets: map[string]status.DataSet{"paystubs": d}}
	}
	counts := `"available_from": "2023-01-01T00:00:00Z", "available_to": "2023-02-02T23:59:59Z", "available_count": 4`
	failed := `"error_code": "invalid_mfa", "error_message": "m"`

	cases := []struct {
		name, event, data string
		want              *status.Record // nil: proves nothing
		notes             []status.Note
	}{
		{"added", "accounts.added", account(), &status.Record{Key: key, AddedAt: received}, nil},
		{
			"added, with a resource: its creation counts", "accounts.added", account(object(updated, `"created_at": "2026-03-01T09:00:00Z"`)),
			&status.Record{Key: key, AddedAt: clock("2026-03-01T09:00:00Z"), About: about}, nil,
		},
		{"a bare update proves nothing", "accounts.updated", account(), nil, nil},
		{"removed", "accounts.removed", account(), &status.Record{Key: key, RemovedAt: received}, nil},
		{"removed, whatever its resource", "accounts.removed", account(`"resource": 7`), &status.Record{Key: key, RemovedAt: received}, nil},
		{"connected", "accounts.connected", account(), &status.Record{Key: key, Signalled: signalledConnected, EverConnected: true}, nil},
		{
			"connected, with a resource: no signal", "accounts.connected", account(object(updated, connected)),
			&status.Record{Key: key, Reported: reportedConnected, EverConnected: true, About: about}, nil,
		},
		{
			"connected, against its resource: both count", "accounts.connected", account(object(updated, failing)),
			&status.Record{Key: key, Reported: reportedError, Signalled: signalledConnected, EverConnected: true, About: about},
			[]status.Note{status.NoteContradiction},
		},
		{
			"connected, with one still connecting: no contradiction", "accounts.connected",
			account(object(updated, `"connection": {"status": "connecting", "updated_at": null}`)),
			&status.Record{Key: key, Reported: &status.Reported{AsOf: asOf, Status: "connecting"}, About: about}, nil,
		},
		{
			"connected, with a resource without a connection: bare", "accounts.connected", account(object(updated, `"connection": null`)),
			&status.Record{Key: key, Signalled: signalledConnected, EverConnected: true, About: about}, nil,
		},
		{
			"connected, with a connection of the epoch: bare", "accounts.connected",
			account(object(updated, `"connection": {"status": "error", "updated_at": "1970-01-01T00:00:00Z"}`)),
			&status.Record{Key: key, Signalled: signalledConnected, EverConnected: true, About: about}, nil,
		},
		{
			"failed, with a connection without a status: bare", "accounts.failed", account(failed, object(updated, `"connection": {}`)),
			&status.Record{Key: key, Signalled: signalledError, Reported: &status.Reported{AsOf: asOf}, About: about}, nil,
		},
		{
			"connected, with a foreign resource: bare", "accounts.connected",
			account(`"resource": {"id": "b", "user": "u", ` + updated + `, ` + failing + `}`),
			&status.Record{Key: key, Signalled: signalledConnected, EverConnected: true},
			[]status.Note{status.NoteForeignResource},
		},
		{"failed", "accounts.failed", account(failed), &status.Record{Key: key, Signalled: signalledError}, nil},
		{
			"failed, with a resource: no signal", "accounts.failed", account(failed, object(updated, failing)),
			&status.Record{Key: key, Reported: reportedError, About: about}, nil,
		},
		{
			"failed, against its resource: both count", "accounts.failed", account(failed, object(updated, connected)),
			&status.Record{Key: key, Reported: reportedConnected, Signalled: signalledError, EverConnected: true, About: about},
			[]status.Note{status.NoteContradiction},
		},
		{
			"an error that only an update tells", "accounts.updated", account(object(updated, failing)),
			&status.Record{Key: key, Reported: reportedError, About: about}, nil,
		},
		{
			"a description", "accounts.updated",
			account(object(updated, `"item": "item_1", "source": "s", "employers": ["Whole Goods"], "ongoing_refresh": {"status": "idle"}, "scanned_at": "2026-03-01T10:30:00Z"`)),
			&status.Record{Key: key, About: &status.About{
				AsOf: asOf, Item: "item_1", Source: "s", Employers: []string{"Whole Goods"}, OngoingRefresh: "idle", ScannedAt: clock("2026-03-01T10:30:00Z"),
			}}, nil,
		},
		{
			"clocks ahead", "accounts.updated",
			account(object(`"updated_at": "2026-03-01T12:05:00Z", "created_at": "2027-01-01T00:00:00Z", "scanned_at": "2026-03-01T12:05:00.001Z"`)),
			&status.Record{Key: key, AddedAt: received, About: &status.About{AsOf: clock("2026-03-01T12:05:00Z"), ScannedAt: received}},
			[]status.Note{status.NoteClockAhead},
		},
		{
			"scans", "accounts.updated",
			account(object(updated, `"availability": {
				"paystubs": {"status": "synced", "updated_at": "2026-03-01T10:00:00Z", "available_count": "9", "available_from": "2030-01-01T00:00:00Z", "available_to": null},
				"profiles": {"status": "in_progress", "updated_at": "2026-03-01T10:00:00Z"},
				"gigs": null, "shifts": {"status": "synced", "updated_at": "1970-01-01T00:00:00Z"}}`)),
			&status.Record{Key: key, About: about, DataSets: map[string]status.DataSet{
				"paystubs": {
					Sync: status.SyncFull, LastSyncedAt: at, Scan: &status.Scan{AsOf: asOf, At: at, Status: "synced"},
					ScanCounted: &status.ScanCounted{AsOf: asOf, At: at, Status: "synced", Count: 9, From: new(clock("2030-01-01T00:00:00Z"))},
				},
				"identities": {Scan: &status.Scan{AsOf: asOf, At: at, Status: "in_progress"}},
			}}, nil,
		},

		{
			"paystubs added", "paystubs.added", account(counts), paystubs(status.DataSet{
				Sync: status.SyncPartial, ChangedAt: received,
				Counted: &status.Counted{Stage: status.StageWhole, Count: 4, From: &from, To: &to, ReceivedAt: received},
			}), nil,
		},
		{"paystubs updated, without counts", "paystubs.updated", account(), paystubs(status.DataSet{Sync: status.SyncPartial, ChangedAt: received}), nil},
		{
			"paystubs partially synced", "paystubs.partially_synced", account(counts, `"days_synced": 60`), paystubs(status.DataSet{
				Sync: status.SyncPartial, DaysSynced: new(int64(60)),
				Counted: &status.Counted{Stage: status.StagePartial, DaysSynced: 60, Count: 4, From: &from, To: &to, ReceivedAt: received},
			}), nil,
		},
		{
			"paystubs fully synced, and there are none", "paystubs.fully_synced", account(`"available_count": 0, "available_from": null`),
			paystubs(status.DataSet{Sync: status.SyncFull, Counted: &status.Counted{Stage: status.StageWhole, ReceivedAt: received}}), nil,
		},
		{
			"an identity", "identities.added", account(`"identity": "i-1"`),
			&status.Record{Key: key, DataSets: map[string]status.DataSet{
				"identities": {Sync: status.SyncPartial, ChangedAt: received, Latest: &status.Latest{ID: "i-1", ReceivedAt: received}},
			}}, nil,
		},
		{
			"a profile of v1", "profiles.updated", account(`"profile": "p-1"`),
			&status.Record{Key: key, DataSets: map[string]status.DataSet{
				"identities": {Sync: status.SyncPartial, ChangedAt: received, Latest: &status.Latest{ID: "p-1", ReceivedAt: received}},
			}}, nil,
		},
		{
			"a user of v2", "users.fully_synced", `{"user": "u", "resource": {"id": "u", "external_id": "x", "accounts_connected": ["b", "a", "b"]}}`,
			&status.Record{Key: status.Key{User: "u"}, FullySyncedAt: received, Synced: []string{"a", "b"}, Profile: &status.Profile{ExternalID: "x", ReceivedAt: received}}, nil,
		},
		{
			"a user of v1", "users.fully_synced", `{"user": "u", "resource": {"id": "u", "data_providers_connected": ["p"]}}`,
			&status.Record{Key: status.Key{User: "u"}, FullySyncedAt: received, Profile: &status.Profile{ReceivedAt: received}}, nil,
		},
		{"a bare user", "users.fully_synced", `{"user": "u"}`, &status.Record{Key: status.Key{User: "u"}, FullySyncedAt: received}, nil},
		{
			"a user with another's resource", "users.fully_synced", `{"user": "u", "resource": {"id": "v", "accounts_connected": ["z"]}}`,
			&status.Record{Key: status.Key{User: "u"}, FullySyncedAt: received},
			[]status.Note{status.NoteForeignResource},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			records, notes, err := evidence(t, c.event, c.data, receivedAt)
			if err != nil {
				t.Fatal(err)
			}
			var want []status.Record
			if c.want != nil {
				want = append(want, *c.want)
			}
			if diff := cmp.Diff(want, records); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.notes, notes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEvidenceRefusesWhatItCannotUse(t *testing.T) {
	for _, name := range []string{"accounts.frozen", "accounts.added"} {
		if _, _, err := evidence(t, name, `{"user": "u"}`, receivedAt); !errors.Is(err, status.ErrUnusable) {
			t.Errorf("%s: err = %v, want ErrUnusable", name, err)
		}
	}
}

// Every sample is evidence of something, but for the bare update.
func TestEvidenceOfEverySample(t *testing.T) {
	files, err := filepath.Glob("../argyle/testdata/*.json")
	if err != nil || len(files) < len(argyle.Events()) {
		t.Fatal(len(files), "samples:", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		event, err := argyle.Parse(body)
		if err != nil {
			t.Fatal(file, err)
		}
		records, notes, err := status.Evidence(event, time.Now())
		if err != nil || len(notes) > 0 {
			t.Errorf("%s: notes %v, error %v", file, notes, err)
		}
		if want := filepath.Base(file) != "accounts.updated.json"; want != (len(records) == 1) {
			t.Errorf("%s: %d records", file, len(records))
		}
	}
}
