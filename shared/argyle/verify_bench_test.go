package argyle

import (
	"bytes"
	"fmt"
	"testing"
)

func BenchmarkVerify(b *testing.B) {
	live := []Secret{"newest-secret", "older-secret"}
	for _, kb := range []int{1, 64} {
		body := bytes.Repeat([]byte("x"), kb<<10)
		for at, secret := range live {
			header := Sign(body, secret)
			b.Run(fmt.Sprintf("%dKB/secret=%d", kb, at), func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					if matched, err := Verify(body, header, live); matched != at || err != nil {
						b.Fatal(matched, err)
					}
				}
			})
		}
	}
}
