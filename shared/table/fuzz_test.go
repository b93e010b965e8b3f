package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/status"
)

// An item, whatever it holds, is read or refused; one that is read and written again is read as the same, and once it has been written its bytes
// stay, so that no redelivery of its evidence is ever a write.
func FuzzItem(f *testing.F) {
	for _, seed := range itemSeeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		stored, ok := itemOf(text)
		if !ok {
			return
		}
		first, err := decode(stored)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("decode: %v", err)
			}
			return
		}
		written := encode(first)
		second, err := decode(written)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(jsonOf(t, written), jsonOf(t, encode(second))); diff != "" {
			t.Fatal(diff)
		}
		if again := status.Merge(second.Record, first.Record); !status.Equal(again, second.Record) {
			t.Fatalf("a record merged with itself is another: %s", cmp.Diff(second.Record, again))
		}
	})
}

// itemSeeds are the golden items, and the items that the sample events' evidence makes.
func itemSeeds(f *testing.F) (seeds [][]byte) {
	f.Helper()
	golden, err := filepath.Glob("testdata/*.json")
	if err != nil || len(golden) == 0 {
		f.Fatal("no golden items:", err)
	}
	for _, file := range golden {
		seed, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, seed)
	}
	samples, err := filepath.Glob("../argyle/testdata/*.json")
	if err != nil || len(samples) == 0 {
		f.Fatal("no samples:", err)
	}
	for _, sample := range samples {
		for _, record := range evidence(f, sample, time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)) {
			seeds = append(seeds, jsonOf(f, encode(Item{Record: record, Revision: 3, UpdatedAt: 5})))
		}
	}
	return seeds
}

// jsonOf writes an item as DynamoDB's JSON.
func jsonOf(t testing.TB, item map[string]types.AttributeValue) []byte {
	t.Helper()
	encoded, err := typed(&types.AttributeValueMemberM{Value: item})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(encoded["M"])
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// itemOf reads DynamoDB's JSON; ok is false for what DynamoDB cannot hold.
func itemOf(text []byte) (item map[string]types.AttributeValue, ok bool) {
	value, err := parse(string(bytes.Join([][]byte{[]byte(`{"M":`), text, []byte(`}`)}, nil)))
	if err != nil {
		return nil, false
	}
	fields, isMap := value.(*types.AttributeValueMemberM)
	if !isMap || !holdable(fields) {
		return nil, false
	}
	return fields.Value, true
}

// holdable: DynamoDB knows no empty set.
func holdable(value types.AttributeValue) bool {
	switch value := value.(type) {
	case *types.AttributeValueMemberSS:
		return len(value.Value) > 0
	case *types.AttributeValueMemberNS:
		return len(value.Value) > 0
	case *types.AttributeValueMemberBS:
		return len(value.Value) > 0
	case *types.AttributeValueMemberL:
		for _, item := range value.Value {
			if !holdable(item) {
				return false
			}
		}
	case *types.AttributeValueMemberM:
		for _, field := range value.Value {
			if !holdable(field) {
				return false
			}
		}
	}
	return true
}
