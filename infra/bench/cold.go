package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"argyle-webhooks/infra/samples"
)

// The goals of a cold start, as multiples of the floor's. They are of issue 4.
const (
	coldFrontDoor = 1.25
	coldWorker    = 1.4
)

// prepare builds the programs for this machine and gives each its environment and an event.
func (b *bench) prepare(ctx context.Context) error {
	bodies, err := samples.Bodies(b.root)
	if err != nil {
		return err
	}
	first := map[string]samples.Body{} // of each family
	for _, body := range bodies {
		for _, family := range functions[1:] {
			if _, has := first[family]; !has && len(body.Event) > len(family) && body.Event[:len(family)] == family {
				first[family] = body
			}
		}
	}
	for _, name := range append([]string{"hello", "floor"}, functions...) {
		p := program{name: name, environment: b.cloud.environment()}
		pkg := "./functions/" + name
		switch name {
		case "hello", "floor":
			pkg = "./infra/bench/" + name
			p.event, err = samples.Webhook(first["accounts"])
		case "webhook":
			p.event, err = samples.Webhook(first["accounts"])
		default:
			p.event, err = samples.Queue(first[name])
		}
		if err == nil {
			p.event, err = samples.Restamp(p.event, time.Now())
		}
		if err != nil {
			return fmt.Errorf("making an event for %s: %w", name, err)
		}
		if p.path, err = b.build(ctx, pkg, runtime.GOOS, runtime.GOARCH); err != nil {
			return err
		}
		b.programs = append(b.programs, p)
	}
	return nil
}

// coldStarts starts every program once a round, in a new order each time, so that whatever else the machine does falls on all alike.
func (b *bench) coldStarts(ctx context.Context) error {
	rounds := b.times(20, 12)
	b.section("1. Cold start: from the start of the process to its first answer",
		fmt.Sprintf("%d starts each, in rounds of one start of each program, in a new order each round; services canned, on loopback without TLS. Times in ms.", rounds),
		"hello is aws-lambda-go alone; floor does one GetSecretValue at start, then one HMAC and one SendMessage, and nothing else.",
		"× floor is the median of the ratios of each round.")
	wall, cpu := map[string]times{}, map[string]times{}
	for round := -1; round < rounds; round++ {
		for _, at := range rand.Perm(len(b.programs)) { //nolint:gosec // an order, nothing secret
			p := b.programs[at]
			took, burnt, err := coldStart(ctx, p)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			if round >= 0 { // the one before only brought the binaries into the page cache
				wall[p.name], cpu[p.name] = append(wall[p.name], took), append(cpu[p.name], burnt)
			}
		}
	}
	b.row("", "median", "least", "CPU median", "× hello", "× floor", "goal")
	for _, p := range b.programs {
		ratio, verdict := pairwise(wall[p.name], wall["floor"]), ""
		switch p.name {
		case "hello", "floor":
		case "webhook":
			verdict = b.atMost("cold start of webhook × floor", ratio, coldFrontDoor, "%.2f")
		default:
			verdict = b.atMost("cold start of "+p.name+" × floor", ratio, coldWorker, "%.2f")
		}
		b.row(p.name, ms(wall[p.name].median()), ms(wall[p.name].least()), ms(cpu[p.name].median()),
			fmt.Sprintf("%.2f", pairwise(wall[p.name], wall["hello"])), fmt.Sprintf("%.2f", ratio), verdict)
	}
	return nil
}

func coldStart(ctx context.Context, p program) (took, burnt time.Duration, err error) {
	h, err := p.start(ctx)
	if err != nil {
		return 0, 0, err
	}
	_, answered, err := h.invoke(p.event)
	took = answered.Sub(h.began)
	return took, h.stop(), err
}
