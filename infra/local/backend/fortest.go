package backend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/infra/template"
)

// Test is the backend of one test process, with the tables and queues of the repository's template.yaml to be had by name.
type Test struct {
	*Backend
	stack *template.Stack
	names atomic.Int64
}

// shared is the one backend of a test process.
var shared struct {
	once sync.Once
	test *Test
	err  error
}

// ForTest returns the backend of this test process and starts it, on free ports, when a test asks for the first time. A machine that
// cannot run it fails the test with the line that says what to install: nothing is skipped.
//
// The servers end with the process, however it ends; with [Main] they end in good order.
func ForTest(t testing.TB) *Test {
	t.Helper()
	shared.once.Do(func() { shared.test, shared.err = startForTest() })
	if shared.err != nil {
		t.Fatalf("start DynamoDB Local and ElasticMQ for the tests: %v", shared.err)
	}
	select {
	case err := <-shared.test.died:
		shared.test.died <- err // For the next test that asks.
		t.Fatalf("a server of the tests is gone: %v", err)
	default:
	}
	return shared.test
}

// Main runs a package's tests, ends the backend if a test has started it, makes the given checks, such as one for leaked goroutines, and
// exits. Use it as TestMain's whole body.
func Main(m *testing.M, checks ...func() error) {
	code := m.Run()
	var err error
	if shared.test != nil {
		err = shared.test.Close()
	}
	for _, check := range checks {
		err = errors.Join(err, check())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func startForTest() (*Test, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	tmpl, err := template.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		return nil, err
	}
	b, err := Start(context.Background(), Options{BuildDir: filepath.Join(root, ".build"), Log: os.Stderr})
	if err != nil {
		return nil, err
	}
	stack, err := tmpl.Resolve(nil, b.Resolver(template.Placeholders{}))
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return &Test{Backend: b, stack: stack}, nil
}

// moduleRoot is the folder of go.mod, above the package whose tests run.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module's folder: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the tests' folder")
		}
		dir = parent
	}
}

// CreateTable creates the template's table of that logical id under a name that no other test has, and deletes it when the test ends. It
// returns the name.
func (b *Test) CreateTable(t testing.TB, logicalID string) (name string) {
	t.Helper()
	client := b.DynamoDB()
	spec, err := tableSpecOf(b.resource(t, logicalID, tableType))
	if err != nil {
		t.Fatal(err)
	}
	name = b.unique(logicalID)
	spec.create.TableName = aws.String(name)
	if err := spec.make(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	b.cleanup(t, func(ctx context.Context) error {
		_, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(name)})
		return err //nolint:wrapcheck // cleanup says which table it was about
	})
	return name
}

// Queue is a queue that a test has made.
type Queue struct {
	Name, URL, ARN string
	// DeadLetterURL is the URL of its own dead-letter queue, "" if the template gives it none.
	DeadLetterURL string
}

// CreateQueue creates the template's queue of that logical id, and its dead-letter queue if it has one, under names that no other test has,
// and deletes them when the test ends. Overrides replace attributes by SQS's names, so that a test need not wait for a
// VisibilityTimeout of minutes; "maxReceiveCount" replaces the redrive policy's.
func (b *Test) CreateQueue(t testing.TB, logicalID string, overrides map[string]string) Queue {
	t.Helper()
	spec, err := queueSpecOf(b.resource(t, logicalID, queueType))
	if err != nil {
		t.Fatal(err)
	}
	spec.name = b.unique(logicalID)
	for name, value := range overrides {
		if name != "maxReceiveCount" {
			spec.attributes[name] = value
		} else if spec.receives, err = strconv.Atoi(value); err != nil {
			t.Fatalf("maxReceiveCount: %v", err)
		}
	}
	q := Queue{Name: spec.name, ARN: queueARN(spec.name)}
	if spec.deadLetters != "" {
		dead := queueSpec{name: spec.name + "-dead", attributes: maps.Clone(b.deadLetterAttributes(t, spec.deadLetters))}
		spec.deadLetters = queueARN(dead.name)
		q.DeadLetterURL = b.makeQueue(t, dead)
	}
	q.URL = b.makeQueue(t, spec)
	return q
}

func (b *Test) makeQueue(t testing.TB, spec queueSpec) (url string) {
	t.Helper()
	client := b.SQS()
	url, err := spec.make(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	b.cleanup(t, func(ctx context.Context) error {
		_, err := client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: aws.String(url)})
		return err //nolint:wrapcheck // cleanup says which queue it was about
	})
	return url
}

func (b *Test) deadLetterAttributes(t testing.TB, arn string) map[string]string {
	t.Helper()
	for _, res := range b.stack.OfType(queueType) {
		spec, err := queueSpecOf(res)
		if err != nil {
			t.Fatal(err)
		}
		if queueARN(spec.name) == arn {
			return spec.attributes
		}
	}
	t.Fatalf("no queue of template.yaml has the ARN %s", arn)
	return nil
}

func (b *Test) resource(t testing.TB, logicalID, kind string) *template.Resource {
	t.Helper()
	res, ok := b.stack.Resource(logicalID)
	if !ok || res.Type != kind {
		t.Fatalf("template.yaml declares no %s %s", kind, logicalID)
	}
	return res
}

func (b *Test) unique(logicalID string) string {
	return fmt.Sprintf("%s-%d", logicalID, b.names.Add(1))
}

// cleanup removes what a test has made. A server that is gone takes it along, so a failure is only noted.
func (b *Test) cleanup(t testing.TB, remove func(context.Context) error) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := remove(ctx); err != nil {
			t.Logf("clean up after the test: %v", err)
		}
	})
}
