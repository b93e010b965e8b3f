package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"argyle-webhooks/infra/bench/rivals"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
	"argyle-webhooks/shared/telemetry"
)

func TestMain(m *testing.M) { backend.Main(m) }

// TestDesigns gives one story to our worker and to its rivals: all store the same, each at the price that the benchmark quotes. The last event is
// then handed over again, which writes nothing but what a rival needs to see it; and then delivered again a minute later with the same bytes, which
// is an event of its own, and which only ours takes.
func TestDesigns(t *testing.T) {
	local := backend.ForTest(t)
	for name, c := range map[string]struct {
		design               func(w *worker, records, marks string) queue.Handler
		first, second, third used
		takesThird           bool
	}{
		"ours": {
			func(w *worker, records, _ string) queue.Handler {
				return queue.Worker(table.New(w.client, records), telemetry.New(&bytes.Buffer{}, "accounts", ""))
			},
			used{1, 1, 1, 1},
			used{1, 0, 1, 0},
			used{1, 1, 1, 1},
			true,
		},
		"idempotent": {
			func(w *worker, records, marks string) queue.Handler {
				return rivals.Idempotent{Client: w.client, Marks: marks, Records: records}.Handle
			},
			used{1, 3, 1, 3},
			used{0, 1, 0, 1},
			used{0, 1, 0, 1},
			false,
		},
		"transactional": {
			func(w *worker, records, marks string) queue.Handler {
				return rivals.Transactional{Client: w.client, Marks: marks, Records: records}.Handle
			},
			used{1, 1, 1, 4},
			used{1, 0, 1, 0},
			used{1, 1, 1, 4},
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			records, marks := local.CreateTable(t, "StatusTable"), "marks-"+name
			if err := rivals.CreateMarks(t.Context(), local.DynamoDB(), marks); err != nil {
				t.Fatal(err)
			}
			w := &worker{}
			w.client = table.NewClient(service(local.DynamoDBURL), w.meter.attach)
			w.handle = c.design(w, records, marks)
			a, at := newAccount(0, 1), time.Now().Truncate(time.Millisecond)
			later := at.Add(time.Minute)
			for _, body := range a.life(4) {
				if _, err := w.batch(t.Context(), [][]byte{body}, at.Add(-time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			for i, delivery := range []struct {
				at   time.Time
				want used
			}{{at, c.first}, {at, c.second}, {later, c.third}} {
				got, err := w.batch(t.Context(), [][]byte{a.next()}, delivery.at)
				if err != nil || got != delivery.want {
					t.Errorf("delivery %d: %+v (%v), want %+v", i+1, got, err, delivery.want)
				}
			}
			items, err := table.New(local.DynamoDB(), records).Account(t.Context(), a.id)
			if err != nil || len(items) != 1 {
				t.Fatal(len(items), err)
			}
			want := at
			if c.takesThird {
				want = later
			}
			if counted := items[0].Record.DataSets["paystubs"].Counted; counted == nil || counted.Count != 27 || !counted.ReceivedAt.Time().Equal(want) {
				t.Errorf("the record's last event: %+v, want one received at %v", counted, want)
			}
		})
	}
}

// TestItemSize holds the benchmark's item sizes to what DynamoDB charges: two units from 1025 bytes on.
func TestItemSize(t *testing.T) {
	w := &worker{}
	local := backend.ForTest(t)
	w.client = table.NewClient(service(local.DynamoDBURL), w.meter.attach)
	records := local.CreateTable(t, "StatusTable")
	w.handle = queue.Worker(table.New(w.client, records), telemetry.New(&bytes.Buffer{}, "accounts", ""))
	for sets, want := range map[int]float64{4: 1, 10: 2} {
		a := newAccount(1, sets)
		if _, err := w.batch(t.Context(), a.life(sets), time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		w.meter.largest = 0
		got, err := w.batch(t.Context(), [][]byte{a.next()}, time.Now())
		if err != nil || got.writeUnits != want || float64((w.meter.largest+1023)/1024) != want {
			t.Errorf("%d data sets: %d bytes, %v units (%v), want %v", sets, w.meter.largest, got.writeUnits, err, want)
		}
	}
}

func TestQuantiles(t *testing.T) {
	all := times{5, 1, 4, 2, 3}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 0.8: 4, 0.99: 5, 1: 5} {
		if got := all.quantile(q); got != want {
			t.Errorf("the %v quantile is %d, want %d", q, got, want)
		}
	}
	if got := pairwise(times{2, 9, 3}, times{1, 3, 2}); got != 2 {
		t.Errorf("the median ratio is %v, want 2", got)
	}
}

// TestMissedGoalsShow: a goal that is missed is said where it was measured and again at the end.
func TestMissedGoalsShow(t *testing.T) {
	var page bytes.Buffer
	r := &report{out: &page}
	r.row("webhook", r.atMost("cold start", 1.251, 1.25, "%.2f"))
	r.row("accounts", r.atLeast("advantage", 1.25, 1.25, "%.2f"))
	r.end()
	r.close()
	if got := page.String(); strings.Count(got, "MISSED") != 2 || !strings.Contains(got, "1 met, 1 missed") {
		t.Error(got)
	}
}
