package journey

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/status"
)

// requireExpected compares statuses with testdata/expected.json, which was written by hand from the rules of the status and the stories of the
// cast. In it ids are names ("Chloe 2" is Chloe's second account) and times are relative: "received" lies within the play, "start-5m0s" is one
// of Argyle's clocks, "day-14" a midnight. updated_at and revision depend on how deliveries were batched and are left out.
func requireExpected(t *testing.T, j Journey, ended time.Time, statuses []status.UserStatus) {
	t.Helper()
	golden, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(statuses)
	if err != nil {
		t.Fatal(err)
	}
	r := relative{journey: j, ended: ended, names: names(j)}
	if diff := gocmp.Diff(decode(t, golden), r.value("", decode(t, text))); diff != "" {
		t.Errorf("status differs from testdata/expected.json (-want +got):\n%s", diff)
	}
}

func decode(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// names maps every id of the play to what the golden file calls it.
func names(j Journey) map[string]string {
	names := map[string]string{}
	teller := tell(j.Start, j.seed)
	for _, character := range j.Cast {
		name := strings.TrimSuffix(character.Label, MadeUp)
		names[character.User] = name
		names[teller.newID("identity of "+name)] = "identity of " + name
		for i, account := range character.Accounts {
			names[account] = fmt.Sprintf("%s %d", name, i+1)
		}
	}
	return names
}

// relative rewrites a status so that it no longer depends on when and with which ids the play was given.
type relative struct {
	journey Journey
	ended   time.Time
	names   map[string]string
}

func (r relative) value(field string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "updated_at")
		delete(v, "revision")
		for key := range v {
			v[key] = r.value(key, v[key])
		}
	case []any:
		for i := range v {
			v[i] = r.value(field, v[i])
		}
		slices.SortFunc(v, func(a, b any) int { return cmp.Compare(sortKey(a), sortKey(b)) })
	case string:
		if name, ok := r.names[v]; ok {
			return name
		}
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return r.time(field, at)
		}
	}
	return v
}

// sortKey sorts lists by name, where the status sorts by id.
func sortKey(v any) string {
	if object, ok := v.(map[string]any); ok {
		return fmt.Sprint(object["user"], object["account"])
	}
	return fmt.Sprint(v)
}

func (r relative) time(field string, at time.Time) string {
	switch {
	case field == "available_from" || field == "available_to":
		return fmt.Sprintf("day-%d", int(r.journey.Start.Truncate(24*time.Hour).Sub(at)/(24*time.Hour)))
	case !at.Before(r.journey.Start) && !at.After(r.ended):
		return "received"
	}
	return "start-" + r.journey.Start.Sub(at).String()
}
