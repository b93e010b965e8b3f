package argyle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/argyle"
)

func payload(t *testing.T, name, data string) (argyle.Payload, error) {
	t.Helper()
	event, err := argyle.Parse([]byte(`{"event": "` + name + `", "name": "made-up", "data": ` + data + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return event.Payload()
}

func millis(s string) argyle.Millis {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return argyle.MillisOf(t)
}

func TestPayloadOfCounts(t *testing.T) {
	from, to := millis("2020-04-16T05:32:41Z"), millis("2023-03-03T00:00:00Z")
	cases := []struct {
		name, event, data string
		want              *argyle.Available
		days              *int64
	}{
		{
			"numbers, as on the wire", "paystubs.added",
			`{"account": "a", "user": "u", "available_from": "2020-04-16T05:32:41Z", "available_to": "2023-03-03T00:00:00Z", "available_count": 80, "added_count": 3}`,
			&argyle.Available{Count: 80, From: &from, To: &to}, nil,
		},
		{
			"strings, as documented", "paystubs.partially_synced",
			`{"account": "a", "user": "u", "available_from": null, "available_count": "4", "days_synced": "111"}`,
			&argyle.Available{Count: 4}, new(int64(111)),
		},
		{"nothing there", "paystubs.fully_synced", `{"account": "a", "user": "u", "available_from": null, "available_to": null, "available_count": 0}`, &argyle.Available{}, nil},
		{"no count", "paystubs.updated", `{"account": "a", "user": "u", "available_from": "2020-04-16T05:32:41Z"}`, nil, nil},
		{"a whole number written otherwise", "paystubs.updated", `{"account": "a", "user": "u", "available_count": 1.2e1}`, &argyle.Available{Count: 12}, nil},
		{"fields of no use here may be anything", "paystubs.updated", `{"account": "a", "user": "u", "days_synced": -1, "updated_count": "x"}`, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := payload(t, c.event, c.data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Available); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.days, got.DaysSynced); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPayloadReadsBothVersions(t *testing.T) {
	v1, err := payload(t, "profiles.added", `{"account": "a", "user": "u", "profile": "4334r6e-a964-45eef6-b201-64464"}`)
	if err != nil || v1.Object != "4334r6e-a964-45eef6-b201-64464" || v1.DataSet != "identities" || v1.Family != argyle.FamilyIdentities {
		t.Errorf("profiles.added: %+v, %v", v1, err)
	}
	v2, err := payload(t, "identities.updated", `{"account": "a", "user": "u", "identity": "i-1"}`)
	if err != nil || v2.Object != "i-1" || v2.DataSet != "identities" {
		t.Errorf("identities.updated: %+v, %v", v2, err)
	}
	old, err := payload(t, "users.fully_synced", `{"user": "u", "resource": {"id": "u", "data_providers_connected": ["p"], "external_metadata": {}}}`)
	if err != nil || old.UserResource == nil || old.UserResource.AccountsConnected != nil {
		t.Errorf("users.fully_synced of v1: %+v, %v", old, err)
	}
	synced, err := payload(t, "users.fully_synced", `{"user": "u", "resource": {"id": "u", "accounts_connected": ["a", "b"], "external_id": "x"}}`)
	if diff := cmp.Diff(&argyle.User{ExternalID: "x", AccountsConnected: []string{"a", "b"}}, synced.UserResource); err != nil || diff != "" {
		t.Errorf("users.fully_synced of v2: %v %s", err, diff)
	}
}

const resource = `{"id": "a", "user": "u", "item": "item_1", "source": "s", "employers": ["Whole Goods"],
	"created_at": "2026-01-02T03:04:05.678901Z", "updated_at": "2026-01-03T00:00:00", "scanned_at": "1970-01-01T00:00:00Z",
	"connection": {"status": "error", "error_code": "auth_required", "error_message": "m", "updated_at": "2026-01-02T00:00:00+01:00"},
	"availability": {
		"paystubs": {"status": "synced", "updated_at": "2026-01-02T00:00:00Z", "available_count": 0, "available_from": null, "available_to": null},
		"profiles": {"status": "in_progress", "updated_at": null},
		"gigs": null, "shifts": {"status": "in_progress", "updated_at": "1970-01-01T00:00:00Z"}, "a_new_one": 7},
	"ongoing_refresh": {"status": "idle"}, "direct_deposit_switch": 1}`

func TestPayloadReadsTheAccountObject(t *testing.T) {
	got, err := payload(t, "accounts.updated", `{"account": "a", "user": "u", "resource": `+resource+`}`)
	if err != nil {
		t.Fatal(err)
	}
	want := &argyle.Account{
		Item: "item_1", Source: "s", Employers: []string{"Whole Goods"}, OngoingRefresh: "idle",
		CreatedAt: millis("2026-01-02T03:04:05.678Z"), UpdatedAt: millis("2026-01-03T00:00:00Z"),
		Connection: &argyle.Connection{Status: "error", ErrorCode: "auth_required", ErrorMessage: "m", UpdatedAt: millis("2026-01-01T23:00:00Z")},
		Availability: map[string]argyle.Availability{
			"paystubs":   {Status: "synced", UpdatedAt: millis("2026-01-02T00:00:00Z"), Available: &argyle.Available{}},
			"identities": {Status: "in_progress"},
		},
	}
	if diff := cmp.Diff(want, got.Resource); diff != "" {
		t.Error(diff)
	}
}

func TestPayloadIgnoresAForeignResource(t *testing.T) {
	for name, data := range map[string]string{
		"another account":                       `{"account": "b", "user": "u", "resource": ` + resource + `}`,
		"another user":                          `{"account": "a", "user": "v", "resource": ` + resource + `}`,
		"another account, unusable in the rest": `{"account": "b", "user": "u", "resource": {"id": "a", "created_at": 7}}`,
	} {
		got, err := payload(t, "accounts.updated", data)
		if err != nil || !got.Foreign || got.Resource != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	got, err := payload(t, "users.fully_synced", `{"user": "u", "resource": {"id": "v", "accounts_connected": ["a"]}}`)
	if err != nil || !got.Foreign || got.UserResource != nil {
		t.Errorf("another user's own: %+v, %v", got, err)
	}
	got, err = payload(t, "accounts.updated", `{"account": "a", "user": "u", "resource": {"item": "item_1"}}`)
	if err != nil || got.Foreign || got.Resource == nil {
		t.Errorf("a resource that names nobody is the event's own: %+v, %v", got, err)
	}
}

func TestUnusablePayloads(t *testing.T) {
	account := func(field string) string { return `{"account": "a", "user": "u", ` + field + `}` }
	inResource := func(field string) string { return account(`"resource": {"id": "a", "user": "u", ` + field + `}`) }
	cases := []struct{ name, event, data, field string }{
		{"not in the catalogue", "accounts.frozen", account(`"x": 1`), "catalogue"},
		{"no account", "accounts.added", `{"user": "u"}`, "data.account:"},
		{"an empty account", "accounts.added", `{"account": "", "user": "u"}`, "data.account:"},
		{"a null user", "accounts.added", `{"account": "a", "user": null}`, "data.user:"},
		{"a user that is a number", "users.fully_synced", `{"user": 1}`, "data.user:"},
		{"half a surrogate pair", "accounts.added", `{"account": "\uD800", "user": "u"}`, "data.account:"},
		{"the other half of one", "accounts.added", `{"account": "\uDE00x\uD83D", "user": "u"}`, "data.account:"},
		{"two first halves", "accounts.added", `{"account": "\ud83d\ud83d", "user": "u"}`, "data.account:"},
		{"a first half before another escape", "accounts.added", `{"account": "\ud83d\u0041", "user": "u"}`, "data.account:"},
		{"half a surrogate pair in a list", "users.fully_synced", `{"user": "u", "resource": {"accounts_connected": ["a\ud800"]}}`, "data.resource.accounts_connected:"},
		{"a count with a plus", "paystubs.added", account(`"available_count": "+9"`), "data.available_count:"},
		{"a count that a float cannot hold", "paystubs.added", account(`"available_count": 9007199254740993.0`), "data.available_count:"},
		{"an id of another case", "accounts.added", `{"Account": "a", "user": "u"}`, "data.account:"},
		{"no identity", "identities.added", account(`"profile": "p"`), "data.identity:"},
		{"no profile", "profiles.added", account(`"identity": "p"`), "data.profile:"},
		{"a negative count", "paystubs.added", account(`"available_count": -1`), "data.available_count:"},
		{"a negative count as a string", "paystubs.added", account(`"available_count": "-1"`), "data.available_count:"},
		{"a fractional count", "paystubs.added", account(`"available_count": 1.5`), "data.available_count:"},
		{"a fractional count as a string", "paystubs.added", account(`"available_count": "1.5"`), "data.available_count:"},
		{"a count that is true", "paystubs.added", account(`"available_count": true`), "data.available_count:"},
		{"a count of words", "paystubs.added", account(`"available_count": "many"`), "data.available_count:"},
		{"a count that is empty", "paystubs.added", account(`"available_count": ""`), "data.available_count:"},
		{"a count beyond all bounds", "paystubs.added", account(`"available_count": 1e400`), "data.available_count:"},
		{"a count in a list", "paystubs.added", account(`"available_count": [1]`), "data.available_count:"},
		{"fractional days", "paystubs.partially_synced", account(`"days_synced": 0.5`), "data.days_synced:"},
		{"a time of words", "paystubs.added", account(`"available_from": "yesterday"`), "data.available_from:"},
		{"an empty time", "paystubs.added", account(`"available_to": ""`), "data.available_to:"},
		{"a time that is a number", "paystubs.added", account(`"available_to": 1700000000`), "data.available_to:"},
		{"an error code that is a number", "accounts.failed", account(`"error_code": 7`), "data.error_code:"},
		{"a resource that is a string", "accounts.updated", account(`"resource": "r"`), "data.resource:"},
		{"a resource whose id is a number", "accounts.updated", account(`"resource": {"id": 1}`), "data.resource.id:"},
		{"a connection that is a string", "accounts.updated", inResource(`"connection": "connected"`), "data.resource.connection:"},
		{"an unreadable clock", "accounts.updated", inResource(`"connection": {"updated_at": "soon"}`), "data.resource.connection.updated_at:"},
		{"a status that is a number", "accounts.updated", inResource(`"availability": {"paystubs": {"status": 1}}`), "data.resource.availability.paystubs.status:"},
		{"a data set that is a string", "accounts.updated", inResource(`"availability": {"paystubs": "synced"}`), "data.resource.availability.paystubs:"},
		{"employers that are no list", "accounts.updated", inResource(`"employers": "Whole Goods"`), "data.resource.employers:"},
		{"an employer that is null", "accounts.updated", inResource(`"employers": [null]`), "data.resource.employers:"},
		{"an account that is empty", "users.fully_synced", `{"user": "u", "resource": {"accounts_connected": [""]}}`, "data.resource.accounts_connected:"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := payload(t, c.event, c.data)
			if !errors.Is(err, argyle.ErrUnusable) || !strings.Contains(err.Error(), c.field) {
				t.Errorf("err = %v, want ErrUnusable about %s", err, c.field)
			}
		})
	}
}

func TestIDsAreOpaque(t *testing.T) {
	for wire, want := range map[string]string{
		`not-a-uuid`: "not-a-uuid", ` \u00e9 `: " é ", `\ud83d\ude00`: "😀", `\ufffd`: "\ufffd", `C:\\udir\ufffd`: "C:\\udir\ufffd",
	} {
		if got, err := payload(t, "accounts.added", `{"account": "`+wire+`", "user": "u"}`); err != nil || got.Account != want {
			t.Errorf("%s: %q, %v; want %q", wire, got.Account, err, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	for s, want := range map[string]argyle.Millis{
		"2026-01-29T19:27:20.123456Z":      1769714840123,
		"2026-01-29T19:27:20.123Z":         1769714840123,
		"2026-01-29T19:27:20Z":             1769714840000,
		"2026-01-29T19:27:20.123999":       1769714840123,
		"2026-01-29T20:27:20.123999+01:00": 1769714840123,
		"2026-01-29T20:27:20+0100":         1769714840000,
		"2026-01-29 19:27:20":              1769714840000,
		"2026-01-29":                       1769644800000,
		"1969-12-31T23:59:59.9999Z":        -1,
	} {
		if got, err := argyle.ParseTime(s); err != nil || got != want {
			t.Errorf("ParseTime(%q) = %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "2026-02-30T00:00:00Z", "19:27:20", "1769714840", "2026-01-29T25:00:00Z", "2026-01-29T19:27:20Z ", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"} {
		if got, err := argyle.ParseTime(s); err == nil {
			t.Errorf("ParseTime(%q) = %d, want an error", s, got)
		}
	}
}
