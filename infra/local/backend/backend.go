package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
)

// Facts that every part of the local stack shares.
const (
	// Region is the region that the local stack says it is in.
	Region = "us-east-1"
	// AccountID is the AWS account that the local stack says it is in; ElasticMQ's and DynamoDB Local's own.
	AccountID = "000000000000"
	// AccessKey and SecretKey are what clients sign with. DynamoDB Local refuses access keys that are not alphanumeric.
	AccessKey = "local"
	SecretKey = "local"
	// DefaultDynamoDBPort and DefaultSQSPort are the servers' own defaults.
	DefaultDynamoDBPort = 8000
	DefaultSQSPort      = 9324
)

// Options say how to start.
type Options struct {
	// BuildDir is the ignored folder .build of the work tree; jars come to rest in BuildDir/jars.
	BuildDir string
	// DynamoDBPort and SQSPort are the ports on 127.0.0.1; 0 takes any free one.
	DynamoDBPort, SQSPort int
	// DynamoDBURL and SQSURL name running servers ("http://127.0.0.1:8000") that are used instead of starting one.
	DynamoDBURL, SQSURL string
	// Log takes the few lines a person should see, such as what is being fetched. Nil drops them.
	Log io.Writer
}

// Backend is a running DynamoDB and SQS.
type Backend struct {
	// DynamoDBURL and SQSURL are the endpoints, "http://127.0.0.1:8000", without a slash at the end.
	DynamoDBURL, SQSURL string

	servers []*running
	scratch string
	http    *http.Client
	died    chan error

	closing  chan struct{}
	watchers sync.WaitGroup
	once     sync.Once
	closeErr error
}

// Start brings both servers up and returns when both answer, after 2 to 3 seconds on an idle machine. The first time in a work tree it
// fetches the servers, which Options.Log is told.
//
// Errors are lines for a person: [ErrPortTaken], [ErrNothingToRunOn], a server's last words. After an error nothing is left running.
func Start(ctx context.Context, opts Options) (*Backend, error) {
	if opts.DynamoDBURL == "" {
		if err := dynamoDB.checkPort(opts.DynamoDBPort); err != nil {
			return nil, err
		}
	}
	if opts.SQSURL == "" {
		if err := elasticMQ.checkPort(opts.SQSPort); err != nil {
			return nil, err
		}
	}
	buildDir, err := filepath.Abs(opts.BuildDir)
	if err != nil {
		return nil, fmt.Errorf("find the folder for the servers: %w", err)
	}
	opts.BuildDir = buildDir
	b := &Backend{
		http:    &http.Client{Transport: &http.Transport{}}, // its own, so that Close can end its connections
		died:    make(chan error, 2),
		closing: make(chan struct{}),
	}
	if err := b.start(ctx, opts); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Backend) start(ctx context.Context, opts Options) error {
	var eng engine
	if opts.DynamoDBURL == "" || opts.SQSURL == "" {
		var err error
		if b.scratch, err = makeScratch(opts.BuildDir); err != nil {
			return err
		}
		if eng, err = choose(ctx, opts, b.scratch, b.http); err != nil {
			return err
		}
	}
	// If one fails there is no use in waiting for the other.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	bring := func(s server, url string, port int) (*running, error) {
		var up *running
		var err error
		if url != "" {
			up, err = s.existing(ctx, b.http, url)
		} else {
			up, err = eng.run(ctx, s, port)
		}
		if err != nil {
			cancel(err)
		}
		return up, err
	}
	var table, queues *running
	var tableErr, queuesErr error
	var both sync.WaitGroup
	both.Go(func() { table, tableErr = bring(dynamoDB, opts.DynamoDBURL, opts.DynamoDBPort) })
	both.Go(func() { queues, queuesErr = bring(elasticMQ, opts.SQSURL, opts.SQSPort) })
	both.Wait()
	for _, up := range []*running{table, queues} {
		if up != nil {
			b.servers = append(b.servers, up)
		}
	}
	if tableErr != nil || queuesErr != nil {
		return context.Cause(ctx) // The first failure; the other one may only have been stopped by it.
	}
	b.DynamoDBURL, b.SQSURL = table.url, queues.url
	for _, up := range b.servers {
		if up.child != nil {
			b.watchers.Go(func() { b.watch(up) })
		}
	}
	return nil
}

// watch reports a server that ends before Close.
func (b *Backend) watch(up *running) {
	select {
	case <-b.closing:
	case <-up.child.gone:
		select {
		case <-b.closing:
		default:
			b.died <- up.child.death()
		}
	}
}

// Died delivers one error for each server that ends although Close was not called: a line for a person that names the server, its
// process and why it ended, with the last lines it wrote below. It is never closed.
func (b *Backend) Died() <-chan error { return b.died }

// Processes are the ids of the child processes, by name ("dynamodb", "sqs"). Servers that were running already are not in it.
func (b *Backend) Processes() map[string]int {
	ids := map[string]int{}
	for _, up := range b.servers {
		if up.child != nil {
			ids[up.server.kind] = up.child.pid()
		}
	}
	return ids
}

// Close ends every server that Start began, within 5 seconds. It may be called twice, and by several goroutines.
func (b *Backend) Close() error {
	b.once.Do(func() {
		close(b.closing)
		errs := make([]error, len(b.servers)+1)
		var all sync.WaitGroup
		for i, up := range b.servers {
			all.Go(func() { errs[i] = up.stop() })
		}
		all.Wait()
		b.watchers.Wait()
		b.http.CloseIdleConnections()
		if b.scratch != "" {
			errs[len(b.servers)] = os.RemoveAll(b.scratch)
		}
		b.closeErr = errors.Join(errs...)
	})
	return b.closeErr
}
