package soak

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifferences(t *testing.T) {
	const whole = `{"user": "u", "fully_synced": true, "pending": [], "accounts": [
		{"account": "a", "revision": 3, "updated_at": "2026-01-01", "connection": {"status": "connected", "at": null}, "data_sets": {"paystubs": {"days_synced": 30}}},
		{"account": "b", "revision": 1, "data_sets": {}}]}`
	for _, c := range []struct {
		name      string
		want, got string
		accounts  int
		wrong     []Difference
	}{
		{"the same", whole, whole, 2, nil},
		{
			"what the store adds", `{"user": "u", "accounts": [{"account": "a"}]}`,
			`{"user": "u", "accounts": [{"account": "a", "revision": 9, "updated_at": "2026-01-01"}]}`, 1, nil,
		},
		{"nothing known", `null`, `null`, 0, nil},
		{
			"a user that the table lacks", `{"user": "u", "accounts": []}`, `null`, 0,
			[]Difference{{User: "u", Lines: []string{`: want {"user":"u"}, is null`}}},
		},
		{
			"an account too many", `{"user": "u", "accounts": []}`, `{"user": "u", "accounts": [{"account": "a"}]}`, 1,
			[]Difference{{User: "u", Account: "a", Lines: []string{`: want null, is {"account":"a"}`}}},
		},
		{
			"fields", `{"user": "u", "pending": ["a"], "accounts": [{"account": "a", "connection": {"status": "error", "at": 1}, "data_sets": {"gigs": {}}}]}`,
			`{"user": "u", "pending": [], "accounts": [{"account": "a", "connection": {"status": "error", "at": 2}, "data_sets": {"paystubs": {}}}]}`, 1,
			[]Difference{
				{User: "u", Lines: []string{`pending: want ["a"], is []`}},
				{User: "u", Account: "a", Lines: []string{`connection.at: want 1, is 2`, `data_sets.gigs: want {}, is absent`, `data_sets.paystubs: want absent, is {}`}},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			accounts, wrong, err := differences("u", decoded(t, c.want), decoded(t, c.got))
			if err != nil {
				t.Fatal(err)
			}
			if accounts != c.accounts {
				t.Errorf("%d accounts, want %d", accounts, c.accounts)
			}
			if diff := cmp.Diff(c.wrong, wrong); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func decoded(t *testing.T, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
