package argyle

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkDecode reads a body as a worker does: the envelope, then the data.
func BenchmarkDecode(b *testing.B) {
	for _, sample := range []string{"accounts.connected", "paystubs.partially_synced", "accounts.updated.resource"} {
		body, err := os.ReadFile(filepath.Join("testdata", sample+".json"))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(sample, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				event, err := Parse(body)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := event.Payload(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
