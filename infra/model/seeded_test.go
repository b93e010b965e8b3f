package model_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/journeys"
)

// seeds is how many journeys TestSeededJourneys draws.
const seeds = 2000

// TestSeededJourneys draws journeys as the soak does, from seeds and evenly, where rapid leans to small and plain ones. Every journey of
// few events over few accounts is dense with ties.
func TestSeededJourneys(t *testing.T) {
	for seed := range uint64(seeds) {
		journey := seeded(seed)
		if agree(t, journey) {
			continue
		}
		for i := 0; i < len(journey); { // Leave out whatever the difference does not need.
			if shorter := slices.Delete(slices.Clone(journey), i, i+1); !agree(t, shorter) {
				journey, i = shorter, 0
			} else {
				i++
			}
		}
		s := newSystem()
		s.deliver(journey...)
		t.Logf("seed %d, left of its journey:", seed)
		compare(t, s, journey)
	}
}

// seeded draws a journey of one seed.
func seeded(seed uint64) []model.Delivery {
	source := rand.New(rand.NewPCG(seed, 0))
	world := journeys.World{
		Now:      now,
		Users:    []string{"user-1", "user-2"}[:1+source.IntN(2)],
		Accounts: []string{"account-1", "account-2"}[:1+source.IntN(2)],
		Events:   model.Events(),
		Still:    source.IntN(2) == 0,
		Late:     source.IntN(2) == 0,
		Hostile:  source.IntN(2) == 0,
	}
	if source.IntN(2) == 0 {
		source.Shuffle(len(world.Events), func(i, j int) { world.Events[i], world.Events[j] = world.Events[j], world.Events[i] })
		world.Events = world.Events[:1+source.IntN(4)]
	}
	return world.Journey(source, 1+source.IntN(25))
}

// agree reports whether the system shows what the model says of a journey.
func agree(t *testing.T, journey []model.Delivery) bool {
	s := newSystem()
	s.deliver(journey...)
	want, _ := model.Users(journey, rules)
	return cmp.Equal(want, s.users(t))
}
