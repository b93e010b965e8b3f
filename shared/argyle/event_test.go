package argyle_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"argyle-webhooks/shared/argyle"
)

func TestParse(t *testing.T) {
	cases := []struct {
		name string
		body string
		want string // the event's name; empty: refused
	}{
		{"an event", `{"event": "accounts.added", "name": "n", "data": {}}`, "accounts.added"},
		{"an event that is not known", `{"event": "accounts.frozen", "name": "n", "data": {}}`, "accounts.frozen"},
		{"fields that are not known", `{"version": 3, "event": "accounts.added", "name": "n", "data": {"x": [1]}, "id": null}`, "accounts.added"},
		{"no name", `{"event": "accounts.added", "data": {}}`, "accounts.added"},
		{"a name that is no string", `{"event": "accounts.added", "name": 7, "data": {}}`, "accounts.added"},
		{"white space around", " \r\n\t{\"event\": \"e\", \"data\": {}}\n", "e"},
		{"a repeated key: the last counts", `{"event": "a", "event": "b", "data": {}}`, "b"},
		{"a name with half a surrogate pair", `{"event": "accounts.frozen\ud800", "data": {}}`, "accounts.frozen\ufffd"},
		{"keys that differ in case are others", `{"event": "a", "Event": "b", "data": {}, "DATA": 1}`, "a"},

		{"an event key of another case", `{"Event": "a", "data": {}}`, ""},
		{"nothing", ``, ""},
		{"white space", "  ", ""},
		{"no JSON", `event=a`, ""},
		{"a list", `[{"event": "a", "data": {}}]`, ""},
		{"null", `null`, ""},
		{"a string", `"event"`, ""},
		{"two values", `{"event": "a", "data": {}}{}`, ""},
		{"cut short", `{"event": "a", "data": {}`, ""},
		{"a byte order mark", "\ufeff" + `{"event": "a", "data": {}}`, ""},
		{"no UTF-8", "{\"event\": \"a\", \"data\": {\"x\": \"\xff\"}}", ""},
		{"no UTF-8 in a key", "{\"event\": \"a\", \"data\": {}, \"\xc3\x28\": 1}", ""},
		{"a surrogate as UTF-8", "{\"event\": \"a\", \"data\": {\"x\": \"\xed\xa0\x80\"}}", ""},
		{"a raw control character", "{\"event\": \"a\x01\", \"data\": {}}", ""},
		{"no event", `{"name": "n", "data": {}}`, ""},
		{"an empty event", `{"event": "", "data": {}}`, ""},
		{"a null event", `{"event": null, "data": {}}`, ""},
		{"an event that is no string", `{"event": 1, "data": {}}`, ""},
		{"no data", `{"event": "a", "name": "n"}`, ""},
		{"null data", `{"event": "a", "data": null}`, ""},
		{"data that is a list", `{"event": "a", "data": []}`, ""},
		{"data that is a string", `{"event": "a", "data": "{}"}`, ""},
		{"nested without end", `{"event": "a", "data": {"x": ` + strings.Repeat("[", 1e5) + strings.Repeat("]", 1e5) + `}}`, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			event, err := argyle.Parse([]byte(c.body))
			if c.want == "" {
				if !errors.Is(err, argyle.ErrNotAnEvent) {
					t.Errorf("Parse = %q, %v; want ErrNotAnEvent", event.Name, err)
				}
				return
			}
			if err != nil || event.Name != c.want {
				t.Errorf("Parse = %q, %v; want %q", event.Name, err, c.want)
			}
		})
	}
}

func TestEventNamesItsIDsForLogs(t *testing.T) {
	event, err := argyle.Parse([]byte(`{"event": "e", "name": "sub", "data": {"account": "a-1", "user": 7}}`))
	if err != nil {
		t.Fatal(err)
	}
	if event.Subscription != "sub" || event.Account() != "a-1" || event.User() != "" {
		t.Errorf("got %q, %q, %q", event.Subscription, event.Account(), event.User())
	}
}

func TestFamilyGoesByTheWholeName(t *testing.T) {
	cases := map[string]string{
		"accounts.connected":    argyle.FamilyAccounts,
		"paystubs.fully_synced": argyle.FamilyPaystubs,
		"identities.added":      argyle.FamilyIdentities,
		"profiles.updated":      argyle.FamilyIdentities,
		"users.fully_synced":    argyle.FamilyUsers,
		"accounts.frozen":       "",
		"accounts":              "",
		"Accounts.added":        "",
		"accounts.added ":       "",
		"":                      "",
	}
	for name, want := range cases {
		if family, known := argyle.Family(name); family != want || known != (want != "") {
			t.Errorf("Family(%q) = %q, %v; want %q", name, family, known, want)
		}
	}
	if want := []string{"accounts", "identities", "paystubs", "users"}; !slices.Equal(argyle.Families(), want) {
		t.Errorf("Families() = %v, want %v", argyle.Families(), want)
	}
}

// Each event of the catalogue has a sample, each sample is an event of the catalogue that can be used, and each is written as Argyle writes.
func TestSamplesCoverTheCatalogue(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	sampled := map[string]bool{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		event, err := argyle.Parse(body)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if _, err := event.Payload(); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if !strings.HasPrefix(filepath.Base(file), event.Name) {
			t.Errorf("%s holds %s", file, event.Name)
		}
		if strings.HasSuffix(string(body), "\n") || !strings.HasPrefix(string(body), "{\n  \"event\": ") {
			t.Errorf("%s is not written as Argyle writes: two spaces, no newline at the end", file)
		}
		sampled[event.Name] = true
	}
	for _, name := range argyle.Events() {
		if !sampled[name] {
			t.Errorf("no sample of %s", name)
		}
	}
}
