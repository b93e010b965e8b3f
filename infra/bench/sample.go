package main

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// times are measurements of one thing.
type times []time.Duration

func (t times) median() time.Duration { return t.quantile(0.5) }

func (t times) least() time.Duration { return slices.Min(t) }

// quantile is the nearest measurement at or above the share q of all.
func (t times) quantile(q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(t))
	return sorted[min(len(sorted)-1, max(0, int(math.Ceil(q*float64(len(sorted))))-1))]
}

// median of ratios taken pair by pair: two programs measured in turn share what the machine was doing meanwhile.
func pairwise(a, b times) float64 {
	ratios := make([]float64, min(len(a), len(b)))
	for i := range ratios {
		ratios[i] = per(a[i], b[i])
	}
	slices.SortFunc(ratios, cmp.Compare)
	return ratios[len(ratios)/2]
}
