package soak

import (
	"strings"
	"testing"
	"time"
)

func TestUnmet(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*Report)
		want  string
	}{
		{"passed", func(*Report) {}, ""},
		{"wrong", func(r *Report) { r.Wrong = 2 }, "2 statuses are wrong"},
		{"lost", func(r *Report) { r.Lost = 1 }, "1 acknowledged deliveries are lost"},
		{"leaked", func(r *Report) { r.Leaked = 1 }, "1 refused deliveries were taken"},
		{"dead letters", func(r *Report) { r.DLQ = 3 }, "3 messages are in dead-letter queues"},
		{"unsettled", func(r *Report) { r.Left = 4 }, "4 messages were left in the queues after 2m0s"},
		{"no evidence", func(r *Report) { r.Verdicts = map[string]int{"unusable": 1} }, "1 deliveries that workers took are unusable to the model"},
		{"nothing acked", func(r *Report) { r.Acked = 0 }, "no trial: nothing was acknowledged"},
		{"few kills", func(r *Report) { r.Kills = 29 }, "no trial: 29 kills, want 30 or more"},
		{"no conflicts", func(r *Report) { r.Conflicts = 0 }, "no trial: no conflicts"},
		{"nothing refused", func(r *Report) { r.Refused = nil }, "no trial: nothing was refused"},
		{"no redeliveries", func(r *Report) { r.Redeliveries = 0 }, "no trial: no redeliveries"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Report{Acked: 1, Kills: 30, Conflicts: 1, Redeliveries: 1, Refused: map[string]int{"bad_signature": 1}}
			c.spoil(&r)
			if got := strings.Join(r.Unmet(), "\n"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i*7%100+1))
	}
	for _, c := range []struct {
		of      []time.Duration
		percent int
		want    time.Duration
	}{
		{nil, 50, 0},
		{[]time.Duration{7}, 50, 7},
		{[]time.Duration{7}, 99, 7},
		{[]time.Duration{3, 1, 2}, 50, 2},
		{hundred, 50, 50},
		{hundred, 99, 99},
	} {
		if got := percentile(c.of, c.percent); got != c.want {
			t.Errorf("percentile %d of %d: %d, want %d", c.percent, len(c.of), got, c.want)
		}
	}
}
