package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/shared/queue"
)

// elasticMQ sends bodies to a queue of its own with as many senders as the stack had, while others receive and delete them.
func (b *bench) elasticMQ(ctx context.Context, stack *local.Stack, length time.Duration) (ride, error) {
	client := queue.NewClient(service(stack.SQSURL()))
	out, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(fmt.Sprintf("bench-%d", time.Now().UnixNano()))})
	if err != nil {
		return ride{}, fmt.Errorf("creating a queue: %w", err)
	}
	defer client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: out.QueueUrl}) //nolint:errcheck // it ends with the stack in any case
	m := &mail{client: client, url: out.QueueUrl}
	began := time.Now()
	var sending, receiving sync.WaitGroup
	for range senders {
		sending.Go(func() {
			for n := 0; time.Since(began) < length && m.failure() == nil; n++ {
				m.send(ctx, newAccount(0, n).first(n))
			}
		})
	}
	for range 4 { // as many as the stack has workers' queues
		receiving.Go(func() {
			for m.failure() == nil && (!m.allSent.Load() || m.received.Load() < m.sent.Load()) {
				m.receive(ctx)
			}
		})
	}
	sending.Wait()
	m.ride.taken = time.Since(began)
	m.allSent.Store(true)
	receiving.Wait()
	m.ride.stored = time.Since(began)
	return m.ride, m.failure()
}

// mail is a queue and what went through it.
type mail struct {
	client         *sqs.Client
	url            *string
	sent, received atomic.Int64
	allSent        atomic.Bool

	mu   sync.Mutex
	ride ride
	err  error
}

func (m *mail) failure() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

func (m *mail) send(ctx context.Context, body []byte) {
	began := time.Now()
	_, err := m.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: m.url, MessageBody: aws.String(string(body)),
		MessageAttributes: map[string]types.MessageAttributeValue{"at": {DataType: aws.String("Number"), StringValue: aws.String(strconv.FormatInt(began.UnixNano(), 10))}},
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.err = fmt.Errorf("sending to ElasticMQ: %w", err)
		return
	}
	m.sent.Add(1)
	m.ride.acks = append(m.ride.acks, time.Since(began))
}

func (m *mail) receive(ctx context.Context) {
	out, err := m.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: m.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0, MessageAttributeNames: []string{"All"}})
	at := time.Now()
	if err == nil && len(out.Messages) > 0 {
		var entries []types.DeleteMessageBatchRequestEntry
		for i := range out.Messages {
			entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: out.Messages[i].ReceiptHandle})
		}
		_, err = m.client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: m.url, Entries: entries})
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.err = fmt.Errorf("receiving from ElasticMQ: %w", err)
		return
	}
	for _, message := range out.Messages {
		sent, _ := strconv.ParseInt(aws.ToString(message.MessageAttributes["at"].StringValue), 10, 64)
		m.ride.lags = append(m.ride.lags, at.Sub(time.Unix(0, sent)))
	}
	m.received.Add(int64(len(out.Messages)))
}
