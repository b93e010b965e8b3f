package table

import "testing"

// BenchmarkCodec writes and reads the item of an account that has four data sets.
func BenchmarkCodec(b *testing.B) {
	item := full()
	encoded := encode(item)
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			encode(item)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decode(encoded); err != nil {
				b.Fatal(err)
			}
		}
	})
}
