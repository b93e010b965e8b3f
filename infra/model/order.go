package model

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// last returns the greatest of a list after sorting it, and whether there is one.
func last[T any](list []T, compare func(a, b T) int) (T, bool) {
	if len(list) == 0 {
		var none T
		return none, false
	}
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, compare)
	return sorted[len(sorted)-1], true
}

// A claim is one value of a composite with the clock it is ordered by.
type claim struct {
	at    int64
	value object
}

// latest returns the claim with the latest clock; of several the one with the greater canonical encoding.
func latest(claims []claim) (claim, bool) {
	return last(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.at, b.at), compareEncodings(a.value, b.value))
	})
}

// compareEncodings orders two composites by their canonical encodings: JSON with sorted keys, which is how encoding/json writes a map.
func compareEncodings(a, b any) int { return cmp.Compare(encoding(a), encoding(b)) }

func encoding(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("model: a composite that is no JSON: " + err.Error())
	}
	return text.String()
}

// as is a value of a composite; the zero value for one that is nil, so that a missing time orders before all others.
func as[T any](value any) T {
	typed, ok := value.(T)
	if !ok && value != nil {
		panic(fmt.Sprintf("model: a %T in a composite where there can be none", value))
	}
	return typed
}

// written is a time as the status shows it, or nil.
func written(t any) any {
	if t == nil {
		return nil
	}
	return time.UnixMilli(as[int64](t)).UTC().Format("2006-01-02T15:04:05.000Z")
}

// number is a whole number as encoding/json decodes it, or nil.
func number(n any) any {
	if n == nil {
		return nil
	}
	return float64(as[int64](n))
}

// list is a list as encoding/json decodes it. An empty one is not null: there is known to be nothing in it.
func list(texts []string) []any {
	result := []any{}
	for _, text := range texts {
		result = append(result, text)
	}
	return result
}
