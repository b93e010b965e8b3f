package status

import "testing"

func BenchmarkEvidence(b *testing.B) {
	for _, sample := range []string{"accounts.connected", "paystubs.partially_synced", "accounts.updated.resource", "users.fully_synced"} {
		event := benchEvent(b, sample)
		b.Run(sample, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Evidence(event, benchTime); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
