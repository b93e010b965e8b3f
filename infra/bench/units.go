package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
)

// units counts the calls and request units of the sample journey and of a burst.
func (b *bench) units(ctx context.Context) error {
	b.section("4. Calls and request units",
		"Counted by a middleware in the workers' own DynamoDB client; units are DynamoDB Local's ConsumedCapacity. Sends are those of the compiled front door.",
		"A record's first write is one unit more than its item: it enters the index by_account.")
	w, err := b.worker(ctx)
	if err != nil {
		return err
	}
	run := time.Now().Unix()
	seed := uint64(run) //nolint:gosec // ids that the table has not seen; no time before 1970
	sends, secrets, count, err := b.sends(ctx, journey.New(time.Now(), seed))
	if err != nil {
		return err
	}
	b.row("", "events", "sends", "reads", "writes", "read units", "write units", "per event")
	b.row("journey at the front door", count, sends, "", "", "", "", fmt.Sprintf("%.2f sends (and %d GetSecretValue)", perEvent(sends, count), secrets))
	for i, size := range []int{1, 10} {
		families := byFamily(journey.New(time.Now(), seed+uint64(i)))
		first, events, err := w.play(ctx, families, size)
		if err != nil {
			return err
		}
		b.used(fmt.Sprintf("journey, batches of up to %d", size), events, first, "")
		again, _, err := w.play(ctx, families, size)
		if err != nil {
			return err
		}
		verdict := b.atMost(fmt.Sprintf("writes of the journey delivered a second time in batches of %d", size), float64(again.writes), 0, "%.0f")
		b.used("  the same messages again", events, again, "; writes "+verdict)
	}
	fresh := newAccount(int(run), 0)
	burst := burstOf(fresh)
	first, err := w.batch(ctx, burst, time.Now())
	if err != nil {
		return err
	}
	verdict := b.judge("a burst of 10 events of one account", first.reads == 1 && first.writes == 1, "1 read + 1 write", fmt.Sprintf("%d + %d", first.reads, first.writes))
	b.used("burst: 10 events of one account", len(burst), first, "; "+verdict)
	return nil
}

// sends gives a journey to the compiled front door and counts its calls.
func (b *bench) sends(ctx context.Context, play journey.Journey) (sends, secrets, count int, err error) {
	p := b.programs[2]
	p.name = fmt.Sprintf(deployedName, "Webhook")
	h, err := p.start(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	defer h.stop()
	b.cloud.take()
	for _, delivery := range play.Deliveries {
		event, err := samples.Webhook(samples.Body{Stem: delivery.Event, Event: delivery.Event, Bytes: delivery.Body})
		if err == nil {
			_, _, err = h.invoke(event)
		}
		if err != nil {
			return 0, 0, 0, fmt.Errorf("%s: %w", delivery.Event, err)
		}
	}
	calls := b.cloud.take()
	for line := range strings.Lines(h.output.text()) {
		if strings.Contains(line, `"msg":"delivery"`) {
			b.frontLog.add(len(line))
		}
	}
	return calls["SendMessage"], calls["GetSecretValue"], len(play.Deliveries), nil
}

// byFamily sorts a journey's bodies into their queues, in the order in which they arrive.
func byFamily(play journey.Journey) map[string][][]byte {
	families := map[string][][]byte{}
	for _, delivery := range play.Deliveries {
		family, _ := argyle.Family(delivery.Event)
		families[family] = append(families[family], delivery.Body)
	}
	return families
}

// play works off queues in batches and returns what that took. Receive times are fixed, so that playing twice is a redelivery.
func (w *worker) play(ctx context.Context, families map[string][][]byte, size int) (used, int, error) {
	if w.began.IsZero() {
		w.began = time.Now()
	}
	before, events := w.meter.now(), 0
	for _, family := range argyle.Families() {
		for i, batch := range batches(families[family], size) {
			if _, err := w.batch(ctx, batch, w.began.Add(time.Duration(i)*time.Second)); err != nil {
				return used{}, 0, err
			}
			events += len(batch)
		}
	}
	return w.meter.now().minus(before), events, nil
}

// batch gives the worker one batch. A message that fails is an error: nothing here should.
func (w *worker) batch(ctx context.Context, bodies [][]byte, at time.Time) (used, error) {
	before := w.meter.now()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second) // the function's own
	defer cancel()
	answer, err := w.handle(ctx, batchOf(bodies, at))
	if err == nil && len(answer.BatchItemFailures) > 0 {
		err = fmt.Errorf("%d of %d messages failed", len(answer.BatchItemFailures), len(bodies))
	}
	return w.meter.now().minus(before), err
}

func (b *bench) used(what string, events int, u used, more string) {
	b.row(what, events, "", u.reads, u.writes, u.readUnits, u.writeUnits,
		fmt.Sprintf("%.2f reads, %.2f writes%s", perEvent(u.reads, events), perEvent(u.writes, events), more))
}

func perEvent(n, events int) float64 { return float64(n) / float64(events) }

// burstOf is ten events of one account, each of which changes its record.
func burstOf(a account) [][]byte {
	burst := a.life(4)
	for count := 27; len(burst) < 10; count++ {
		burst = append(burst, a.event("paystubs.updated", map[string]any{"available_count": count}))
	}
	return burst
}
