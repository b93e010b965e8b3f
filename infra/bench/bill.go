package main

import (
	"math"
	"time"
)

const (
	frontMB, workerMB = 512, 256 // MemorySize in template.yaml
	workerConcurrency = 4        // records of a batch that a worker applies at once (shared/queue)
)

// bill is what an event costs, in dollars.
type bill struct{ gateway, lambda, queue, database, logs float64 }

func (c *bill) total() float64 { return c.gateway + c.lambda + c.queue + c.database + c.logs }

// add puts a worker's share on the bill: an event's part of one invocation for a batch of size events.
func (c *bill) add(perEvent used, size int, cpu time.Duration, logBytes float64, fifo bool) {
	n := float64(size)
	request := priceSQS
	if fifo {
		request = priceSQSFIFO
		c.queue = priceSQSFIFO
	}
	c.queue += 2 * request / n // one receive and one delete a batch
	turns := math.Ceil(n / workerConcurrency)
	c.lambda += lambdaPrice(cpu, workerMB, turns*float64(perEvent.reads+perEvent.writes)*assumedDynamoDB) / n
	c.database += perEvent.readUnits*priceReadUnit + perEvent.writeUnits*priceWriteUnit
	c.logs += logBytes / 1e9 * priceLogGB
}

// lambdaPrice is one invocation's: its CPU time on the share of a core that its memory buys, and what it waits for, to the next millisecond.
func lambdaPrice(cpu time.Duration, memoryMB, waits float64) float64 {
	seconds := cpu.Seconds()*fullCoreMB/memoryMB + waits
	return priceLambdaRequest + math.Ceil(seconds*1000)/1000*memoryMB/1024*priceLambdaGBs
}
