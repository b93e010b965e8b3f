package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
	"argyle-webhooks/shared/telemetry"
)

// running starts the local stack when a section asks for it first. It runs beside no measurement that does without it.
func (b *bench) running(ctx context.Context) (*local.Stack, error) {
	if b.stack != nil {
		return b.stack, nil
	}
	stack, err := local.Start(ctx, local.Options{Root: b.root, Listen: "127.0.0.1:0"})
	if err != nil {
		return nil, fmt.Errorf("starting the local stack: %w", err)
	}
	b.stack = stack
	return stack, nil
}

// endStack ends the local stack if it runs.
func (b *bench) endStack() {
	if b.stack != nil {
		_ = b.stack.Close() // its processes end with this one in any case
		b.stack = nil
	}
}

// service is how the functions' own constructors reach a server of the local stack.
func service(url string) lambdaenv.Service {
	return lambdaenv.Service{
		Region: backend.Region, Endpoint: &url,
		Credentials: credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
	}
}

// worker is the worker of every function, on the local stack's table and counted: what functions/accounts starts, but for the process around it.
type worker struct {
	meter  meter
	client *dynamodb.Client
	handle queue.Handler
	log    *logged
	began  time.Time // of the first batch
}

// deployedName is a function's name as CloudFormation makes it: it stands in every metric line, which is paid by the byte.
const deployedName = "argyle-webhooks-prod-%sFunction-1A2B3C4D5E6F"

func (b *bench) worker(ctx context.Context) (*worker, error) {
	stack, err := b.running(ctx)
	if err != nil {
		return nil, err
	}
	w := &worker{log: &logged{}}
	w.client = table.NewClient(service(stack.DynamoDBURL()), w.meter.attach)
	w.handle = queue.Worker(table.New(w.client, stack.TableName()), telemetry.New(w.log, fmt.Sprintf(deployedName, "Accounts"), "INFO"))
	return w, nil
}

// logged measures what is logged, line by line.
type logged struct {
	mu           sync.Mutex
	lines, bytes int
	longest      int
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(p) {
		l.add(len(line))
	}
	return len(p), nil
}

func (l *logged) add(length int) {
	l.lines++
	l.bytes += length
	l.longest = max(l.longest, length)
}

func (l *logged) mean() float64 { return float64(l.bytes) / float64(max(1, l.lines)) }
