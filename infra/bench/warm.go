package main

import (
	"context"
	"fmt"
	"time"
)

// warmFrontDoor is the goal of a warm delivery, as a multiple of the floor's. It is of issue 4.
const warmFrontDoor = 1.2

// block is how many deliveries one program gets before the next program has its turn.
const block = 100

// warm gives the same delivery again and again to hello, to the floor and to the front door.
func (b *bench) warm(ctx context.Context) error {
	blocks := b.times(40, 10)
	b.section("2. Warm: a delivery at the front door",
		fmt.Sprintf("%d deliveries each, in alternating blocks of %d; SQS canned. Times in µs, from handing the event over to the answer.", blocks*block, block),
		"hello shows what of it is the runtime's. × floor is the median of the ratios of each pair of blocks.")
	programs := b.programs[:3]
	running := make([]*host, len(programs))
	defer func() {
		for _, h := range running {
			if h != nil {
				h.stop()
			}
		}
	}()
	for i, p := range programs {
		var err error
		if running[i], err = p.start(ctx); err != nil {
			return err
		}
		if _, _, err = deliver(running[i], p.event, 3*block); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	all, medians, cpu := make([]times, len(programs)), make([]times, len(programs)), make([]times, len(programs))
	for range blocks {
		for i, p := range programs {
			took, burnt, err := deliver(running[i], p.event, block)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			all[i] = append(all[i], took...)
			medians[i] = append(medians[i], took.median())
			cpu[i] = append(cpu[i], burnt/block)
		}
	}
	b.row("", "wall median", "p99", "× floor", "goal", "CPU", "× floor", "goal")
	for i, p := range programs {
		wall, burnt := pairwise(medians[i], medians[1]), 0.0
		if cpu[1].median() > 0 {
			burnt = pairwise(cpu[i], cpu[1])
		}
		wallVerdict, cpuVerdict := "", ""
		if p.name == "webhook" {
			wallVerdict = b.atMost("wall time of a warm delivery × floor", wall, warmFrontDoor, "%.2f")
			cpuVerdict = "not measured on this system"
			if burnt > 0 {
				cpuVerdict = b.atMost("CPU of a warm delivery × floor", burnt, warmFrontDoor, "%.2f")
			}
		}
		b.row(p.name, us(all[i].median()), us(all[i].quantile(0.99)), fmt.Sprintf("%.2f", wall), wallVerdict,
			us(cpu[i].median()), fmt.Sprintf("%.2f", burnt), cpuVerdict)
	}
	return nil
}

// deliver gives an event n times and returns what each took and the process's CPU time for all, 0 where the system does not tell.
func deliver(h *host, event []byte, n int) (wall times, burnt time.Duration, err error) {
	before := cpuTime(h.command.Process.Pid)
	for range n {
		given, answered, err := h.invoke(event)
		if err != nil {
			return nil, 0, err
		}
		wall = append(wall, answered.Sub(given))
	}
	return wall, cpuTime(h.command.Process.Pid) - before, nil
}
