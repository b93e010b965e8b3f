package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/journeys"
)

// source lets rapid decide, so that it can shrink what fails.
type source struct{ *rapid.T }

// IntN draws from 0 to n-1.
func (s source) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(s.T, "die") }

// world draws how many users and accounts there are, and which events: often all, sometimes few, so that they meet.
func world(t *rapid.T) journeys.World {
	return journeys.World{
		Now:      now,
		Users:    []string{"user-1", "user-2"}[:rapid.IntRange(1, 2).Draw(t, "users")],
		Accounts: []string{"account-1", "account-2", "account-3"}[:rapid.IntRange(1, 3).Draw(t, "accounts")],
		Events: rapid.OneOf(
			rapid.Just(model.Events()),
			rapid.SliceOfNDistinct(rapid.SampledFrom(model.Events()), 1, 4, rapid.ID),
		).Draw(t, "events"),
		Still:   rapid.Bool().Draw(t, "still"),
		Late:    rapid.Bool().Draw(t, "late"),
		Hostile: rapid.Bool().Draw(t, "hostile"),
	}
}

// TestSystemShowsWhatTheModelSays delivers journeys in any order, any number of times and in any batches, and compares after every
// batch. The model always sees the deliveries in the order of their first drawing, each once.
func TestSystemShowsWhatTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		journey := world(t).Journey(source{t}, rapid.IntRange(1, 12).Draw(t, "deliveries"))
		taken := make([]bool, len(journey))
		s := newSystem()
		deliver := func(positions ...int) {
			var batch []model.Delivery
			for _, position := range positions {
				taken[position] = true
				batch = append(batch, journey[position])
			}
			s.deliver(batch...)
		}
		position := rapid.IntRange(0, len(journey)-1)
		t.Repeat(map[string]func(*rapid.T){
			"one":   func(t *rapid.T) { deliver(position.Draw(t, "position")) },
			"batch": func(t *rapid.T) { deliver(rapid.SliceOfN(position, 1, 10).Draw(t, "positions")...) },
			"again": func(t *rapid.T) {
				twice := position.Draw(t, "position")
				if !taken[twice] {
					t.Skip("not delivered yet")
				}
				deliver(twice, twice)
			},
			"": func(t *rapid.T) {
				var seen []model.Delivery
				for position, delivery := range journey {
					if taken[position] {
						seen = append(seen, delivery)
					}
				}
				compare(t, s, seen)
			},
		})
	})
}

// TestWholeJourneys delivers every delivery of a longer journey, in an order of its own, and compares at the end.
func TestWholeJourneys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		journey := world(t).Journey(source{t}, rapid.IntRange(1, 40).Draw(t, "deliveries"))
		s := newSystem()
		for _, delivery := range rapid.Permutation(journey).Draw(t, "order") {
			s.deliver(delivery)
		}
		compare(t, s, journey)
	})
}

// TestModelIgnoresOrder holds the model itself to what it is for.
func TestModelIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		journey := world(t).Journey(source{t}, rapid.IntRange(1, 12).Draw(t, "deliveries"))
		want, _ := model.Users(journey, rules)
		again := rapid.Permutation(append(journey, rapid.SampledFrom(journey).Draw(t, "twice"))).Draw(t, "order")
		got, _ := model.Users(again, rules)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the model depends on order or number:\n%s", diff)
		}
	})
}

// TestVerdicts compares what becomes of single deliveries.
func TestVerdicts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world(t)
		w.Late, w.Hostile = true, true
		delivery := w.Delivery(source{t})
		_, want := prove(delivery)
		if _, got := model.Users([]model.Delivery{delivery}, rules); got[0] != want {
			t.Fatalf("the model says %s, the system %s, of\n%s", got[0], want, show([]model.Delivery{delivery}))
		}
	})
}
