package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/local/lambda"
	"argyle-webhooks/infra/local/mapping"
	"argyle-webhooks/infra/local/secrets"
	"argyle-webhooks/infra/template"
)

// drainTime is how long Close lets deliveries and batches that are under way come to their end. With what follows it, the end of the processes,
// Close stays within its five seconds.
const drainTime = 2 * time.Second

// Stack is a running local stack. Its methods are safe for concurrent use.
type Stack struct {
	opts     Options
	url      string
	resolved *template.Stack
	resolver template.Resolver

	backend    *backend.Backend
	binaries   binaries
	functions  map[string]*lambda.Function
	mappings   []*mapping.Mapping
	secrets    *secrets.Server
	secretsURL string
	servers    []*http.Server
	serving    sync.WaitGroup
	transport  *http.Transport

	ending sync.Once
	dying  chan struct{} // closed when the end begins
	done   chan struct{} // closed when all has ended
	cause  error         // why the stack ended itself; read after done
	ended  error         // what went wrong in ending; read after done
}

// URL is the gateway's base, such as http://127.0.0.1:8787.
func (s *Stack) URL() string { return s.url }

// WebhookURL is where deliveries are posted.
func (s *Stack) WebhookURL() string { return s.url + WebhookPath }

// DynamoDBURL is the endpoint of the stack's DynamoDB.
func (s *Stack) DynamoDBURL() string { return s.backend.DynamoDBURL }

// SQSURL is the endpoint of the stack's SQS.
func (s *Stack) SQSURL() string { return s.backend.SQSURL }

// SecretsURL is the endpoint of the stack's Secrets Manager.
func (s *Stack) SecretsURL() string { return s.secretsURL }

// TableName is the status table's name: the template's output of that name.
func (s *Stack) TableName() string {
	output, _ := s.resolved.Output("TableName")
	name, _ := output.Value.(string)
	return name
}

// QueueURL is the URL of the queue with the logical id given, "" if the template has none.
func (s *Stack) QueueURL(logicalID string) string {
	resource, ok := s.resolved.Resource(logicalID)
	if !ok || resource.Type != typeQueue {
		return ""
	}
	url, err := s.resolver.Ref(resource)
	text, ok := url.(string)
	if err != nil || !ok {
		return ""
	}
	return text
}

// Queues are the logical ids of the template's queues, dead-letter queues included, in the order of the file.
func (s *Stack) Queues() []string {
	var ids []string
	for _, resource := range s.resolved.OfType(typeQueue) {
		ids = append(ids, resource.LogicalID)
	}
	return ids
}

// Fate tells after how many receives a message that keeps failing leaves the queue with the logical id given, and the name of the dead-letter
// queue that it then is in; "" if the queue has none.
func (s *Stack) Fate(logicalID string) (deadLetters string, receives int) {
	resource, ok := s.resolved.Resource(logicalID)
	if !ok {
		return "", 0
	}
	policy, err := resource.Properties.MapOr("RedrivePolicy")
	if err != nil {
		return "", 0
	}
	arn, err := policy.StringOr("deadLetterTargetArn", "")
	receives, noCount := policy.IntOr("maxReceiveCount", 0)
	if err != nil || noCount != nil {
		return "", 0
	}
	return arn[strings.LastIndex(arn, ":")+1:], receives
}

// Functions are the folder names of the template's functions, sorted.
func (s *Stack) Functions() []string {
	names := make([]string, 0, len(s.functions))
	for name := range s.functions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Processes lists the ids of the stack's child processes by name: "dynamodb", "sqs" and each function's folder name. A function's are
// those alive now; they change as instances come and go.
func (s *Stack) Processes() map[string][]int {
	all := map[string][]int{}
	for name, pid := range s.backend.Processes() {
		all[name] = []int{pid}
	}
	for name, f := range s.functions {
		all[name] = f.Processes()
	}
	return all
}

// SetSecret gives the signing secret a new SecretString; empty leaves it without a value. The webhook function sees it once its cache is
// refreshed.
func (s *Stack) SetSecret(value string) error {
	resource, ok := s.resolved.Resource(signingSecret)
	if !ok {
		return fmt.Errorf("the template has no %s", signingSecret)
	}
	id, err := secretARN(resource)
	if err != nil {
		return err
	}
	if err := s.secrets.Set(id, value); err != nil {
		return fmt.Errorf("changing the signing secret: %w", err)
	}
	return nil
}

// Invoke calls the function with the folder name given, as Lambda's Invoke does; see [lambda.Function.Invoke] for its errors.
func (s *Stack) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	f, ok := s.functions[function]
	if !ok {
		return nil, fmt.Errorf("the template has no function %q", function)
	}
	answer, err := f.Invoke(ctx, payload)
	if err != nil {
		return nil, fmt.Errorf("invoking %s: %w", function, err)
	}
	return answer, nil
}

// Done is closed when the stack has ended: after Close, or when it ended itself because a part died.
func (s *Stack) Done() <-chan struct{} { return s.done }

// Err is why the stack ended itself, in one line; nil while it runs and after a plain Close.
func (s *Stack) Err() error {
	select {
	case <-s.done:
		return s.cause
	default:
		return nil
	}
}

// Close ends every child process and listener within five seconds: first it lets deliveries and batches under way come to their end. It may be called
// more than once, and returns when all has ended.
func (s *Stack) Close() error {
	s.end(nil)
	<-s.done
	return s.ended
}

// end begins the end of the stack, once.
func (s *Stack) end(cause error) {
	s.ending.Do(func() {
		s.cause = cause
		close(s.dying)
		go func() {
			defer close(s.done)
			s.ended = s.tearDown()
		}()
	})
}

// tearDown ends the parts in the order in which deliveries pass them, so that what was accepted is still queued and handled. It copes with a stack
// of which only some parts exist.
func (s *Stack) tearDown() error {
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	var draining sync.WaitGroup
	for _, server := range s.servers[:min(1, len(s.servers))] {
		draining.Go(func() { _ = server.Shutdown(drain) })
	}
	for _, m := range s.mappings {
		draining.Go(func() { m.Stop(drain) })
	}
	draining.Wait()

	var closing sync.WaitGroup
	for _, f := range s.functions {
		closing.Go(f.Close)
	}
	var err error
	if s.backend != nil {
		closing.Go(func() { err = s.backend.Close() })
	}
	for _, server := range s.servers {
		_ = server.Close()
	}
	closing.Wait()
	s.serving.Wait()
	s.transport.CloseIdleConnections()
	if s.binaries.dir != "" {
		err = errors.Join(err, s.binaries.remove())
	}
	if err != nil {
		return fmt.Errorf("ending the local stack: %w", err)
	}
	return nil
}

// watch ends the stack when a server of the backend dies.
func (s *Stack) watch() {
	select {
	case err := <-s.backend.Died():
		s.end(err)
	case <-s.dying:
	}
}

// serve answers on the listener until the stack ends.
func (s *Stack) serve(listener net.Listener, server *http.Server) {
	s.servers = append(s.servers, server)
	s.serving.Go(func() { _ = server.Serve(listener) })
}
