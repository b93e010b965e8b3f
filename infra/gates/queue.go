package main

import (
	"slices"

	"argyle-webhooks/shared/queue"
)

const (
	// visibilityFactor is how many times the function's timeout a message should stay hidden, on top of the batch window.
	// Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.
	visibilityFactor = 6
	// leastReceives keeps a throttled or crashing function from sending good messages to the dead-letter queue. Source: the same page.
	leastReceives = 5
	// leastKept is how many seconds a family's messages are kept if no worker takes them: a weekend and a day. longestKept is as long as SQS keeps
	// anything, and what runbook and alarms say of the dead-letter queues and the unrouted queue.
	leastKept, longestKept = 4 * 24 * 3600, 14 * 24 * 3600
	// longestWindow is how many seconds a batch may wait to fill: statuses are that late.
	longestWindow = 5
	// leastConcurrency is the least MaximumConcurrency that Lambda takes.
	// Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html.
	leastConcurrency = 2
	// initialQuota is how many concurrent executions a new AWS account has, frontDoorShare what the workers leave of it for deliveries. Who has
	// a higher quota and raises WorkerConcurrency in samconfig.toml raises it here.
	initialQuota, frontDoorShare = 10, 2
	// plainBatch is the most messages of a batch that needs no window. Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html.
	plainBatch = 10
)

// visibilityRule: with less, a second worker takes a message while the first may still be at it. It is over what AWS enforces, the
// function's timeout.
func visibilityRule(d *deployment, r *report) {
	for _, worker := range d.workers() {
		source := d.source(r, worker)
		if source == nil {
			continue
		}
		timeout, window := number(r, worker, "Timeout"), number(r, worker, mapping("MaximumBatchingWindowInSeconds")...)
		if got, want := number(r, source, "VisibilityTimeout"), visibilityFactor*timeout+window; got < want {
			r.find(source, "VisibilityTimeout is %d s, want at least %d s: %d × the %d s of %s, and its window of %d s", got, want, visibilityFactor, timeout, worker.LogicalID, window)
		}
	}
}

// receivesRule: see leastReceives.
func receivesRule(d *deployment, r *report) {
	for _, worker := range d.workers() {
		if source := d.source(r, worker); source != nil && d.dead(r, source) != nil {
			if got := number(r, source, "RedrivePolicy", "maxReceiveCount"); got < leastReceives {
				r.find(source, "maxReceiveCount is %d, want at least %d", got, leastReceives)
			} else if tried, kept := got*number(r, source, "VisibilityTimeout"), number(r, source, "MessageRetentionPeriod"); 2*tried > kept {
				r.find(source, "all %d attempts take %d s, want at most half of the %d s that a message is kept: it would expire before it gets to the dead-letter queue", got, tried, kept)
			}
		}
	}
}

// retentionRule: a message takes its age along into the dead-letter queue, so that one which keeps no longer than the source loses it soon or
// at once. What has been through both and is redriven once must still be evidence, and a removed account be remembered for longer than that.
func retentionRule(d *deployment, r *report) {
	sources := d.sources(r)
	for _, queue := range d.OfType(typeQueue) {
		least := longestKept
		if sources[queue.LogicalID] {
			least = leastKept
		}
		if got := number(r, queue, "MessageRetentionPeriod"); got < least {
			r.find(queue, "MessageRetentionPeriod is %d s, want at least %d", got, least)
		}
	}
	for _, worker := range d.workers() {
		source := d.source(r, worker)
		if source == nil {
			continue
		}
		dead := d.dead(r, source)
		if dead == nil {
			continue
		}
		kept, keptDead := number(r, source, "MessageRetentionPeriod"), number(r, dead, "MessageRetentionPeriod")
		if keptDead <= kept {
			r.find(dead, "MessageRetentionPeriod is %d s, want more than the %d s of %s", keptDead, kept, source.LogicalID)
		}
		if total := seconds(kept + keptDead); total >= d.times.oldest {
			r.find(dead, "a message may be %v old when it is redriven, want less than %v, beyond which evidence is refused", total, d.times.oldest)
		}
	}
}

// tombstoneRule: evidence that is still accepted must find the tombstone of a removed account, or it would bring the account back.
func tombstoneRule(p *project, r *report) {
	if p.times.tombstone <= p.times.oldest {
		r.findAt("shared/status/evidence.go", "TombstoneLife is %v, want more than MaxEvidenceAge of %v", p.times.tombstone, p.times.oldest)
	}
}

// mappingRule: what only the event source mapping can get right.
func mappingRule(d *deployment, r *report) {
	for _, worker := range d.workers() {
		if !slices.Equal(list(worker, mapping("FunctionResponseTypes")...), []string{"ReportBatchItemFailures"}) {
			r.find(worker, "FunctionResponseTypes is not [ReportBatchItemFailures]: one bad message would fail its batch")
		}
		if batch, window := number(r, worker, mapping("BatchSize")...), number(r, worker, mapping("MaximumBatchingWindowInSeconds")...); batch > plainBatch && window < 1 {
			r.find(worker, "BatchSize is %d without a batch window, want at most %d or MaximumBatchingWindowInSeconds", batch, plainBatch)
		}
		if window := number(r, worker, mapping("MaximumBatchingWindowInSeconds")...); window > longestWindow {
			r.find(worker, "MaximumBatchingWindowInSeconds is %d, want at most %d: every status is so late", window, longestWindow)
		}
		if worker.Properties.Has("ReservedConcurrentExecutions") {
			r.find(worker, "has ReservedConcurrentExecutions: throttled receives count and send good messages to the dead-letter queue; MaximumConcurrency is the cap")
		}
	}
}

// concurrencyRule: the workers together leave the front door executions, in an AWS account that has only the initial quota.
func concurrencyRule(d *deployment, r *report) {
	total := 0
	for _, worker := range d.workers() {
		most := number(r, worker, mapping("ScalingConfig", "MaximumConcurrency")...)
		if most < leastConcurrency {
			r.find(worker, "MaximumConcurrency is %d, want at least %d", most, leastConcurrency)
		}
		total += most
	}
	if webhook := d.must(r, frontDoor); webhook != nil {
		var want any // none: 0 would keep the function from running at all
		if n := d.parameter("WebhookReservedConcurrency", "0"); n != "0" {
			want = n
		}
		if got := at(webhook, "ReservedConcurrentExecutions"); got != want {
			r.find(webhook, "ReservedConcurrentExecutions is %s, want %s", show(got), show(want))
		}
	}
	if total > initialQuota-frontDoorShare {
		r.findAt("WorkerConcurrency", "the workers may have %d executions, want at most %d, which leaves the front door %d of a new AWS account's %d (with a higher quota, raise initialQuota in infra/gates/queue.go)",
			total, initialQuota-frontDoorShare, frontDoorShare, initialQuota)
	}
}

// messageSizeRule: every queue takes what the front door takes.
func messageSizeRule(d *deployment, r *report) {
	for _, q := range d.OfType(typeQueue) {
		if got := number(r, q, "MaximumMessageSize"); got != queue.MaxSize {
			r.find(q, "MaximumMessageSize is %d, want the %d that the front door accepts", got, queue.MaxSize)
		}
	}
}
