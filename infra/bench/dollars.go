package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"argyle-webhooks/infra/bench/rivals"
	"argyle-webhooks/infra/journey"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

// The goals of issue 4, in dollars per million events and in bytes.
const (
	maxDollars   = 3.30
	minAdvantage = 1.25 // below the design with an idempotency table
	maxFourSets  = 1024
	maxTenSets   = 3 * 1024
	maxLine      = 499
)

// scene is how a design is tried: with what worker, on accounts of how many data sets.
type scene struct {
	name     string
	dataSets int
	design   func(client *dynamodb.Client) queue.Handler // nil: ours
	fifo     bool
	inError  bool // the accounts are cut off before the event
}

// dollars puts prices on what one event takes: an account that exists, an event that brings news, each event of a batch about another account, so
// that nothing is saved by folding.
func (b *bench) dollars(ctx context.Context) error {
	b.section("5. Dollars per million events", "us-east-1 list prices as of "+pricesDate+", arm64, no free tier. Each event is news about another account of a batch, which is the dearest case.",
		fmt.Sprintf("Counted: calls, units, log bytes. Measured here: CPU, taken × %d/%d MB at the front door and × %d/%d in the workers. Assumed: %.0f ms a SendMessage,", fullCoreMB, frontMB, fullCoreMB, workerMB, assumedSend*1000),
		fmt.Sprintf("%.0f ms a call of DynamoDB. Logs: the front door's line, its share of the worker's line, and the gateway's access log line.", assumedDynamoDB*1000))
	w, err := b.worker(ctx)
	if err != nil {
		return err
	}
	marks := fmt.Sprintf("marks-%d", time.Now().UnixNano())
	if err := rivals.CreateMarks(ctx, w.client, marks); err != nil {
		return err
	}
	records := b.stack.TableName()
	scenes := []scene{
		{name: "ours, four data sets", dataSets: 4},
		{name: "ours, ten data sets", dataSets: 10},
		{name: "ours, four, in error", dataSets: 4, inError: true},
		{name: "idempotency table", dataSets: 4, design: func(c *dynamodb.Client) queue.Handler {
			return rivals.Idempotent{Client: c, Marks: marks, Records: records}.Handle
		}},
		{name: "transactional", dataSets: 4, design: func(c *dynamodb.Client) queue.Handler {
			return rivals.Transactional{Client: c, Marks: marks, Records: records}.Handle
		}},
		{name: "ours on FIFO queues", dataSets: 4, fifo: true},
	}
	front, err := b.frontBill(ctx)
	if err != nil {
		return err
	}
	sizes, ours := map[string]int{}, map[int]float64{}
	b.row("", "batch", "calls", "units", "gateway", "Lambda", "SQS", "DynamoDB", "logs", "total", "above ours", "goal")
	for i, s := range scenes {
		for _, size := range []int{1, 10} {
			perEvent, largest, logBytes, err := b.tryOut(ctx, w, s, size, i*10+size)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			cpu, err := b.workerCPU(ctx, size)
			if err != nil {
				return err
			}
			cost := front
			cost.add(perEvent, size, cpu, logBytes, s.fifo)
			sizes[s.name] = max(sizes[s.name], largest)
			total := cost.total() * 1e6
			if i == 0 {
				ours[size] = total
			}
			b.priced(s, i, size, perEvent, cost, total-ours[size])
		}
	}
	b.end()
	fmt.Fprintln(b.out)
	four, ten := sizes[scenes[0].name], sizes[scenes[1].name]
	b.goal("item of an account of four data sets after all its events", fmt.Sprintf("%d bytes (%d in error)", four, sizes[scenes[2].name]), b.atMost("item of four data sets, bytes", float64(four), maxFourSets, "%.0f"))
	b.goal("item of an account of ten", fmt.Sprintf("%d bytes", ten), b.atMost("item of ten data sets, bytes", float64(ten), maxTenSets, "%.0f"))
	b.goal("longest log line of a delivery", fmt.Sprintf("%d bytes (mean %.0f)", b.frontLog.longest, b.frontLog.mean()), b.atMost("log line of a delivery, bytes", float64(b.frontLog.longest), maxLine, "%.0f"))
	fmt.Fprintln(b.out, "  Not per event: what a stack costs without traffic (go run ./infra/gates), and metrics, 0.30 each a month.")
	return nil
}

// priced prints one design at one batch size.
func (b *bench) priced(s scene, i, size int, perEvent used, cost bill, above float64) {
	verdict := ""
	switch {
	case i == 0 && size == 10:
		verdict = b.atMost("dollars per million events at batches of 10", cost.total()*1e6, maxDollars, "%.2f")
	case s.name == "idempotency table":
		verdict = b.atLeast(fmt.Sprintf("advantage over an idempotency table at batches of %d, dollars", size), above, minAdvantage, "%.2f")
	}
	dollars := func(one float64) string { return fmt.Sprintf("%.2f", one*1e6) }
	b.row(s.name, size, fmt.Sprintf("%dr %dw", perEvent.reads, perEvent.writes), fmt.Sprintf("%.1fr %.1fw", perEvent.readUnits, perEvent.writeUnits),
		dollars(cost.gateway), dollars(cost.lambda), dollars(cost.queue), dollars(cost.database), dollars(cost.logs), dollars(cost.total()), fmt.Sprintf("%.2f", above), verdict)
}

// frontBill is what an event costs until it is in its queue; every design has the same.
func (b *bench) frontBill(ctx context.Context) (bill, error) {
	if _, _, _, err := b.sends(ctx, journey.New(time.Now(), 1)); err != nil {
		return bill{}, err
	}
	events := make([][]byte, b.times(1000, 200))
	for i := range events {
		events[i] = b.programs[2].event
	}
	cpu, err := b.cpuOf(ctx, b.programs[2], events)
	if err != nil {
		return bill{}, err
	}
	access, err := b.accessLine()
	if err != nil {
		return bill{}, err
	}
	return bill{
		gateway: priceHTTPAPI,
		lambda:  lambdaPrice(cpu, frontMB, assumedSend),
		queue:   priceSQS,
		logs:    (b.frontLog.mean() + float64(access)) / 1e9 * priceLogGB,
	}, nil
}

// tryOut has accounts live their life and then gives a design one event of each, in batches. It returns what an event took and logged, and the largest item.
func (b *bench) tryOut(ctx context.Context, ours *worker, s scene, size, run int) (perEvent used, largest int, logBytes float64, err error) {
	const accounts = 20
	began := time.Now()
	bodies := make([][]byte, accounts)
	for n := range bodies {
		a := newAccount(run+int(began.Unix()), n)
		story := a.life(s.dataSets)
		if s.inError {
			story = append(story, a.fall()...)
		}
		if _, err := ours.batch(ctx, story, began.Add(-time.Hour)); err != nil {
			return used{}, 0, 0, err
		}
		bodies[n] = a.next()
	}
	w := &worker{log: ours.log, handle: ours.handle}
	if s.design != nil {
		w.client = table.NewClient(service(b.stack.DynamoDBURL()), w.meter.attach)
		w.handle = s.design(w.client)
	}
	meter := &ours.meter
	if s.design != nil {
		meter = &w.meter
	}
	meter.largest = 0
	before, logged := meter.now(), ours.log.bytes
	for _, batch := range batches(bodies, size) {
		if _, err := w.batch(ctx, batch, began); err != nil {
			return used{}, 0, 0, err
		}
	}
	total := meter.now().minus(before)
	logBytes = float64(ours.log.bytes-logged) / accounts
	if s.design != nil {
		logBytes = ours.log.mean() / float64(size) // as our worker's line
	}
	return used{total.reads / accounts, total.writes / accounts, total.readUnits / accounts, total.writeUnits / accounts}, meter.largest, logBytes, nil
}

// workerCPU is the CPU time of a compiled worker for a batch of news.
func (b *bench) workerCPU(ctx context.Context, size int) (time.Duration, error) {
	if cpu, known := b.batchCPU[size]; known {
		return cpu, nil
	}
	batches := make([][]byte, b.times(300, 100))
	for i := range batches {
		var bodies [][]byte
		for n := range size {
			bodies = append(bodies, newAccount(0, n).event("paystubs.updated", map[string]any{"available_count": i}))
		}
		encoded, err := json.Marshal(batchOf(bodies, time.Now().Add(time.Duration(i)*time.Millisecond)))
		if err != nil {
			return 0, fmt.Errorf("encoding a batch: %w", err)
		}
		batches[i] = encoded
	}
	cpu, err := b.cpuOf(ctx, b.programs[4], batches)
	b.batchCPU[size] = cpu
	return cpu, err
}

// cpuOf is a program's CPU time for an event once it is warm; where the system does not tell, it is the time to the answer.
func (b *bench) cpuOf(ctx context.Context, p program, events [][]byte) (time.Duration, error) {
	h, err := p.start(ctx)
	if err != nil {
		return 0, err
	}
	defer h.stop()
	warmUp := len(events) / 5
	var wall times
	var before time.Duration
	for i, event := range events {
		if i == warmUp {
			before = cpuTime(h.command.Process.Pid)
		}
		given, answered, err := h.invoke(event)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", p.name, err)
		}
		wall = append(wall, answered.Sub(given))
	}
	if cpu := cpuTime(h.command.Process.Pid) - before; cpu > 0 {
		return cpu / time.Duration(len(events)-warmUp), nil
	}
	return wall[warmUp:].median(), nil
}
