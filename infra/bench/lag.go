package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

// senders is how many deliveries are under way at a time when throughput is measured.
const senders = 8

// lag measures the local stack from the gateway to the table, and what its SQS does alone.
func (b *bench) lag(ctx context.Context) error {
	length := time.Duration(b.times(10, 3)) * time.Second
	stack, err := b.running(ctx)
	if err != nil {
		return err
	}
	b.section("6. Lag and throughput of the local stack",
		"Gateway, compiled functions, ElasticMQ and DynamoDB Local on this machine, three families. Lag is from the answer 202 to the time in the stored item,",
		"which the worker sets as it writes; batches wait up to 1 s to fill (template.yaml). ElasticMQ alone: the same bodies sent, received by ten and deleted by the SDK.")
	run := int(time.Now().Unix())
	idle, err := b.deliverFor(ctx, stack, length, 1, 100*time.Millisecond, run)
	if err != nil {
		return err
	}
	load, err := b.deliverFor(ctx, stack, length, senders, 0, run+1)
	if err != nil {
		return err
	}
	alone, err := b.elasticMQ(ctx, stack, length)
	if err != nil {
		return err
	}
	b.row("", "deliveries", "ack p50 ms", "p99", "taken in/s", "stored/s", "lag p50 ms", "p99")
	for _, l := range []struct {
		name string
		ride
	}{{"ten deliveries a second", idle}, {fmt.Sprintf("as fast as %d senders can", senders), load}} {
		b.row(l.name, len(l.acks), ms(l.acks.median()), ms(l.acks.quantile(0.99)), l.rate(l.taken), l.rate(l.stored), ms(l.lags.median()), ms(l.lags.quantile(0.99)))
	}
	b.row("ElasticMQ alone", len(alone.acks), ms(alone.acks.median()), ms(alone.acks.quantile(0.99)), alone.rate(alone.taken), alone.rate(alone.stored), ms(alone.lags.median()), ms(alone.lags.quantile(0.99)))
	b.end()
	sent, through := float64(len(load.acks))/load.taken.Seconds(), float64(len(alone.acks))/alone.taken.Seconds()
	fmt.Fprintf(b.out, "\n  the stack takes in %.2f of what ElasticMQ takes alone, with a process between and a HMAC checked\n", sent/through)
	return nil
}

// ride is what became of a number of deliveries.
type ride struct {
	acks          times         // how long each answer took
	lags          times         // from each answer to the status
	taken, stored time.Duration // until all were answered, and until all were in the table
}

func (r ride) rate(in time.Duration) string {
	return fmt.Sprintf("%.0f", float64(len(r.acks))/in.Seconds())
}

// deliverFor posts deliveries about accounts that nobody has heard of, each sender one after the other, and waits until all are stored.
func (b *bench) deliverFor(ctx context.Context, stack *local.Stack, length time.Duration, senders int, pace time.Duration, run int) (ride, error) {
	var r ride
	var mu sync.Mutex
	var next atomic.Int64
	acked := map[account]time.Time{}
	var failed error
	began := time.Now()
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			for time.Since(began) < length {
				n := int(next.Add(1))
				a := newAccount(run, n)
				answer, err := journey.Post(ctx, stack.WebhookURL(), local.DefaultSecret, a.first(n))
				at := time.Now()
				mu.Lock()
				if err == nil && !answer.Taken() {
					err = fmt.Errorf("a delivery was answered %d %s", answer.Status, answer.Reason)
				}
				if err != nil {
					failed = err
					mu.Unlock()
					return
				}
				r.acks = append(r.acks, answer.Took)
				acked[a] = at
				mu.Unlock()
				time.Sleep(pace)
			}
		})
	}
	all.Wait()
	r.taken = time.Since(began)
	if failed != nil {
		return r, failed
	}
	var urls []string
	for _, family := range argyle.Families() {
		urls = append(urls, stack.QueueURL(samples.LogicalID(family, "Queue")))
	}
	if err := journey.Settle(ctx, queue.NewClient(service(stack.SQSURL())), urls); err != nil {
		return r, err
	}
	r.stored = time.Since(began)
	err := r.look(ctx, stack, acked)
	return r, err
}

// first is an account's only event, of one family after the other.
func (a account) first(n int) []byte {
	switch n % 3 {
	case 0:
		return a.event("accounts.connected", nil)
	case 1:
		return a.event("identities.added", map[string]any{"identity": "0195b3c2-0d1b-8f7e-a3b2-64cf0e9d2b71"})
	}
	return a.next()
}

// look reads when each account was stored. One that is not there is an error: it was answered 202.
func (r *ride) look(ctx context.Context, stack *local.Stack, acked map[account]time.Time) error {
	client := table.NewClient(service(stack.DynamoDBURL()))
	for a, at := range acked {
		out, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(stack.TableName()), Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "USER#" + a.user}, "sk": &types.AttributeValueMemberS{Value: "ACCOUNT#" + a.id},
		}})
		if err != nil {
			return fmt.Errorf("reading what was stored: %w", err)
		}
		written, ok := out.Item["updated_at"].(*types.AttributeValueMemberN)
		if !ok {
			return fmt.Errorf("a delivery that was answered 202 is not in the table")
		}
		when, err := strconv.ParseInt(written.Value, 10, 64)
		if err != nil {
			return fmt.Errorf("reading updated_at: %w", err)
		}
		r.lags = append(r.lags, max(0, time.UnixMilli(when).Sub(at)))
	}
	return nil
}
