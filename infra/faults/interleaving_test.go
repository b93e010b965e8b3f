package faults

import (
	"testing"
	"testing/synctest"
	"time"
)

// choices walks a tree of decisions, every path once: each walk repeats the last one up to its last decision that has an option left.
type choices struct {
	taken, options []int
	at             int
}

func (c *choices) choose(options int) int {
	if c.at == len(c.taken) {
		c.taken, c.options = append(c.taken, 0), append(c.options, options)
	}
	c.at++
	return c.taken[c.at-1]
}

// next begins the next walk. It returns false when there is none.
func (c *choices) next() bool {
	c.at = 0
	for last := len(c.taken) - 1; last >= 0; last-- {
		c.taken[last]++
		if c.taken[last] < c.options[last] {
			return true
		}
		c.taken, c.options = c.taken[:last], c.options[:last]
	}
	return false
}

// TestEveryInterleaving lets workers that have one event of the same account each run in every order of their calls, without a fault and with each
// of the faults below at each of their calls.
func TestEveryInterleaving(t *testing.T) {
	bodies := []string{
		event("accounts.connected", "u", "a", snapshot("12:00", "connected")),
		event("accounts.failed", "u", "a", `, "error_code": "auth_required"`),
		event("paystubs.added", "u", "a", `, "available_count": 4`),
	}
	for name, c := range map[string]struct {
		bodies []string
		faults []fault
		least  int
	}{
		"three workers":                           {bodies, nil, 90}, // 6! / 2!^3 orders of three times load and write, without the writes that conflicts repeat
		"three workers and a fault":               {bodies, []fault{{failed, true}, {crashed, false}, {crashed, true}}, 90 * 6 * 3},
		"two workers, a rival, and its own write": {bodies[:2], []fault{{outrun, false}, {outrun, true}}, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				walks, conflicts := 0, 0
				for walk := (&choices{}); walks == 0 || walk.next(); walks++ {
					total := tally{faults: map[string]int{}}
					if problem := interleave(walk, c.bodies, c.faults, &total); problem != "" {
						t.Fatalf("decisions %v: %s", walk.taken, problem)
					}
					conflicts += total.conflicts
				}
				t.Logf("%d interleavings, %d conflicts", walks, conflicts)
				if walks < c.least || conflicts < walks/2 {
					t.Error("too few to prove anything")
				}
			})
		})
	}
}

// interleave starts a worker for each body and decides, whenever all of them rest, whose call goes on and whether a fault, one in all, strikes it.
func interleave(walk *choices, bodies []string, faults []fault, total *tally) (problem string) {
	s := &schedule{workers: make([]*invocation, len(bodies)), tally: total}
	defer s.end()
	for i, body := range bodies {
		s.send(delivery{body, time.Duration(i) * time.Second}.message())
		s.start(i, s.queue.Receive(1))
	}
	synctest.Wait()
	struck := false
	for calls := s.calls(); len(calls) > 0; calls = s.calls() {
		call, chosen := calls[0], verdict{}
		if len(calls) > 1 {
			call = calls[walk.choose(len(calls))]
		}
		if !struck && len(faults) > 0 {
			if which := walk.choose(len(faults) + 1); which > 0 {
				chosen, struck = verdict{faults[which-1], true}, true
			}
		}
		if chosen.struck && chosen.fault.kind == outrun && call.op == load {
			chosen = verdict{} // a load has no condition
		}
		call.goOn <- chosen
		s.rest()
		s.bury()
		if lost := s.lost(); lost != "" {
			return lost
		}
	}
	return s.finish()
}
