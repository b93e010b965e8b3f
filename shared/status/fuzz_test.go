package status_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
)

// Two bodies, received at any two times, merge to the same record in either order and any multiplicity, and the record has a status.
func FuzzEvidenceMerge(f *testing.F) {
	files, err := filepath.Glob("../argyle/testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no samples:", err)
	}
	var last []byte
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body, last, int64(1_769_714_840_123), int64(1_769_714_840_124))
		last = body
	}
	f.Fuzz(func(t *testing.T, one, other []byte, oneAt, otherAt int64) {
		a, ok := evidenceOf(t, one, oneAt)
		if !ok {
			return
		}
		same(t, "idempotent", status.Merge(a, a), a)
		if _, err := json.Marshal(a.Status(status.Record{Key: status.Key{User: a.User}})); err != nil {
			t.Fatal(err)
		}
		b, ok := evidenceOf(t, other, otherAt)
		if !ok || b.Key != a.Key {
			return
		}
		same(t, "commutative", status.Merge(a, b), status.Merge(b, a))
		same(t, "absorbing", status.Merge(status.Merge(a, b), a), status.Merge(a, b))
	})
}

func same(t *testing.T, law string, x, y status.Record) {
	t.Helper()
	if !status.Equal(x, y) {
		t.Fatalf("not %s:\n%s", law, cmp.Diff(x, y))
	}
}

// evidenceOf bounds the receive time to what a gateway can give: from 1970 to 9999.
func evidenceOf(t *testing.T, body []byte, at int64) (status.Record, bool) {
	t.Helper()
	const year9999 = 253_402_300_799_999
	if at <= 0 || at > year9999 {
		return status.Record{}, false
	}
	event, err := argyle.Parse(body)
	if err != nil {
		return status.Record{}, false
	}
	records, _, err := status.Evidence(event, argyle.Millis(at).Time())
	if err != nil || len(records) == 0 {
		return status.Record{}, false
	}
	return records[0], true
}
