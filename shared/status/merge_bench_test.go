package status

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"argyle-webhooks/shared/argyle"
)

// benchTime is when the samples of a benchmark are received.
var benchTime = time.Date(2025, time.April, 2, 9, 30, 0, 0, time.UTC)

func benchEvent(b *testing.B, sample string) argyle.Event {
	b.Helper()
	body, err := os.ReadFile(filepath.Join("..", "argyle", "testdata", sample+".json"))
	if err != nil {
		b.Fatal(err)
	}
	event, err := argyle.Parse(body)
	if err != nil {
		b.Fatal(err)
	}
	return event
}

func benchRecord(b *testing.B, samples ...string) Record {
	b.Helper()
	var merged Record
	for i, sample := range samples {
		records, _, err := Evidence(benchEvent(b, sample), benchTime.Add(time.Duration(i)*time.Second))
		if err != nil || len(records) != 1 {
			b.Fatal(len(records), err)
		}
		merged = Merge(merged, records[0])
	}
	return merged
}

// BenchmarkMerge joins a record that has seen everything with one more piece of evidence, and compares, as the table does.
func BenchmarkMerge(b *testing.B) {
	stored := benchRecord(b, "accounts.added", "accounts.updated.resource", "paystubs.partially_synced", "identities.added")
	for _, sample := range []string{"accounts.connected", "paystubs.fully_synced", "accounts.updated.resource"} {
		evidence := benchRecord(b, sample)
		b.Run(sample, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Equal(stored, Merge(stored, evidence))
			}
		})
	}
}
