package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/local/gateway"
	"argyle-webhooks/infra/local/lambda"
	"argyle-webhooks/infra/local/mapping"
	"argyle-webhooks/infra/local/secrets"
	"argyle-webhooks/infra/template"
)

// signingSecret is the logical id of the secret that Argyle signs with.
const signingSecret = "SigningSecret" //nolint:gosec // a logical id

// Start brings the stack up and returns once /healthz would answer 200. ctx bounds the start alone; the stack lives until Close, or until
// a part that it cannot go without dies (see Done). On an error nothing is left running; the error is one clear line, preceded by the
// compiler's lines where a function does not compile (a *BuildError).
func Start(ctx context.Context, opts Options) (*Stack, error) {
	opts, err := opts.complete()
	if err != nil {
		return nil, err
	}
	source, err := template.Load(opts.Template)
	if err != nil {
		return nil, fmt.Errorf("starting the local stack: %w", err)
	}
	// Read once before anything is up, so that a mistake in the template shows at once and the functions are known.
	preview, err := source.Resolve(opts.Parameters, template.Placeholders{})
	if err != nil {
		return nil, fmt.Errorf("starting the local stack: %w", err)
	}
	declared, err := functionsOf(preview)
	if err != nil {
		return nil, fmt.Errorf("starting the local stack: %w", err)
	}
	s := &Stack{
		opts:      opts,
		functions: map[string]*lambda.Function{},
		transport: &http.Transport{MaxIdleConnsPerHost: 32},
		dying:     make(chan struct{}),
		done:      make(chan struct{}),
	}
	if err := s.start(ctx, source, declared); err != nil {
		s.end(nil)
		<-s.done
		return nil, err
	}
	return s, nil
}

// start brings the parts up; the caller ends what is there when it fails.
func (s *Stack) start(ctx context.Context, source *template.Template, declared []function) error {
	listener, err := net.Listen("tcp", s.opts.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s is taken, perhaps by another local stack: end that one or choose another address with --listen", s.opts.Listen)
	case err != nil:
		return fmt.Errorf("listening for deliveries (--listen %s): %w", s.opts.Listen, err)
	}
	s.url = "http://" + listener.Addr().String()
	front := &front{stack: s}
	s.serve(listener, &http.Server{Handler: front, MaxHeaderBytes: gateway.MaxHeader, ReadHeaderTimeout: 10 * time.Second})

	if err := s.buildAndProvision(ctx, source, declared); err != nil {
		return err
	}
	if declared, err = functionsOf(s.resolved); err != nil {
		return fmt.Errorf("starting the local stack: %w", err)
	}
	if err := s.startSecrets(); err != nil {
		return err
	}
	routes, err := s.startFunctions(ctx, declared)
	if err != nil {
		return err
	}
	api, err := gateway.New(gateway.Config{AccountID: accountID, APIID: apiID, Routes: routes})
	if err != nil {
		return fmt.Errorf("starting the local stack: %w", err)
	}
	if err := s.startMappings(declared); err != nil {
		return err
	}
	s.serving.Go(s.watch)
	front.open(api)
	return nil
}

// buildAndProvision runs what takes long side by side: the functions' build, and the services' start with the tables and queues after it.
func (s *Stack) buildAndProvision(ctx context.Context, source *template.Template, declared []function) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	names := make([]string, 0, len(declared))
	for _, f := range declared {
		names = append(names, f.name)
	}
	var built, provisioned error
	var both sync.WaitGroup
	both.Go(func() {
		if s.binaries, built = build(ctx, s.opts.Root, names); built != nil {
			cancel(built)
		}
	})
	both.Go(func() {
		if provisioned = s.provision(ctx, source); provisioned != nil {
			cancel(provisioned)
		}
	})
	both.Wait()
	// Of two errors the first is the reason and the other its consequence.
	if built != nil || provisioned != nil {
		return context.Cause(ctx)
	}
	return nil
}

// provision starts the services and creates what the template declares there.
func (s *Stack) provision(ctx context.Context, source *template.Template) error {
	running, err := backend.Start(ctx, backend.Options{
		BuildDir:     filepath.Join(s.opts.Root, ".build"),
		DynamoDBPort: s.opts.DynamoDBPort,
		SQSPort:      s.opts.SQSPort,
		DynamoDBURL:  s.opts.DynamoDBURL,
		SQSURL:       s.opts.SQSURL,
		Log:          progressWriter(s.opts.Progress),
	})
	if err != nil {
		return err //nolint:wrapcheck // backend's errors are whole lines for a person.
	}
	s.backend = running
	s.resolver = running.Resolver(references{apiURL: s.url})
	if s.resolved, err = source.Resolve(s.opts.Parameters, s.resolver); err != nil {
		return fmt.Errorf("starting the local stack: %w", err)
	}
	if err := running.Provision(ctx, s.resolved); err != nil {
		return fmt.Errorf("starting the local stack: %w", err)
	}
	return nil
}

// startSecrets serves the template's secrets. One that declares a SecretString has it; the signing secret has the stack's.
func (s *Stack) startSecrets() error {
	var all []secrets.Secret
	for _, resource := range s.resolved.OfType(typeSecret) {
		name, err := secretName(resource)
		if err != nil {
			return err
		}
		id, err := secretARN(resource)
		if err != nil {
			return err
		}
		value, err := resource.Properties.StringOr("SecretString", "")
		if err != nil {
			return fmt.Errorf("starting the local stack: %w", err)
		}
		if resource.LogicalID == signingSecret {
			value = *s.opts.Secret
		}
		all = append(all, secrets.Secret{ARN: id, Name: name, Value: value})
	}
	listener, err := listenSecrets(s.opts.Listen)
	if err != nil {
		return fmt.Errorf("opening the local Secrets Manager: %w", err)
	}
	s.secrets = secrets.New(all...)
	s.secretsURL = "http://" + listener.Addr().String()
	s.serve(listener, &http.Server{Handler: s.secrets, ReadHeaderTimeout: 10 * time.Second})
	return nil
}

// startFunctions makes the functions and starts one instance of each, so that one that cannot start is known before /healthz says that all is well. It
// returns the API's routes.
func (s *Stack) startFunctions(ctx context.Context, declared []function) ([]gateway.Route, error) {
	var routes []gateway.Route
	log := &lockedWriter{out: s.opts.Log}
	for _, f := range declared {
		running, err := lambda.New(lambda.Config{
			Name:        f.name,
			ARN:         arn("lambda", "function:"+f.name),
			Binary:      s.binaries.path(f.name),
			Environment: s.endpoints().environment(f),
			Region:      region,
			AccessKey:   backend.AccessKey,
			SecretKey:   backend.SecretKey,
			Timeout:     f.timeout,
			MemoryMB:    f.memoryMB,
			Concurrency: f.concurrency(),
			LogFormat:   f.logFormat,
			LogLevel:    f.logLevel,
			Log:         log,
		})
		if err != nil {
			return nil, fmt.Errorf("starting the local stack: %w", err)
		}
		s.functions[f.name] = running
		for _, route := range f.routes {
			route.Function = running
			routes = append(routes, route)
		}
	}
	var warming sync.WaitGroup
	failed := make(chan error, len(s.functions))
	for name, f := range s.functions {
		warming.Go(func() {
			if err := f.Warm(ctx); err != nil {
				failed <- fmt.Errorf("function %s does not start: %w", name, err)
			}
		})
	}
	warming.Wait()
	select {
	case err := <-failed:
		return nil, err
	default:
		return routes, nil
	}
}

// startMappings has the queues' messages reach their functions.
func (s *Stack) startMappings(declared []function) error {
	urls, err := s.queuesByARN()
	if err != nil {
		return err
	}
	client := sqs.New(sqs.Options{
		Region:       region,
		BaseEndpoint: &s.backend.SQSURL,
		Credentials:  credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
		HTTPClient:   &http.Client{Transport: s.transport},
		Retryer:      aws.NopRetryer{},
	})
	for _, f := range declared {
		for _, source := range f.sources {
			url, ok := urls[source.queueARN]
			if !ok {
				return fmt.Errorf("starting the local stack: %s takes messages from %s, which is no queue of the template", f.logicalID, source.queueARN)
			}
			m, err := mapping.Start(mapping.Config{
				Name:               f.name,
				QueueURL:           url,
				QueueARN:           source.queueARN,
				Region:             region,
				BatchSize:          source.batchSize,
				Window:             source.window,
				MaximumConcurrency: source.maximumConcurrency,
				ReportFailures:     source.reportFailures,
				RetryAfter:         s.opts.RetryAfter,
				SQS:                client,
				Function:           s.functions[f.name],
				Taken: func(batch []mapping.Message) {
					if s.opts.Taken != nil {
						s.opts.Taken(f.name, batch)
					}
				},
				Say: s.opts.Progress,
			})
			if err != nil {
				return fmt.Errorf("starting the local stack: %w", err)
			}
			s.mappings = append(s.mappings, m)
		}
	}
	return nil
}

// queuesByARN finds a queue's URL by its ARN, which is what event sources name.
func (s *Stack) queuesByARN() (map[string]string, error) {
	urls := map[string]string{}
	for _, resource := range s.resolved.OfType(typeQueue) {
		id, err := s.resolver.GetAtt(resource, "Arn")
		if err != nil {
			return nil, fmt.Errorf("starting the local stack: %w", err)
		}
		urls[fmt.Sprint(id)] = s.QueueURL(resource.LogicalID)
	}
	return urls, nil
}

// complete fills in what the zero Options leave open and refuses what cannot be.
func (o Options) complete() (Options, error) {
	o.Listen = cmp.Or(o.Listen, DefaultListen)
	if err := loopback(o.Listen); err != nil {
		return o, err
	}
	if o.Root == "" {
		root, err := findRoot()
		if err != nil {
			return o, err
		}
		o.Root = root
	}
	o.Template = cmp.Or(o.Template, filepath.Join(o.Root, "template.yaml"))
	o.RetryAfter = cmp.Or(o.RetryAfter, DefaultRetryAfter)
	if o.Secret == nil {
		o.Secret = aws.String(DefaultSecret)
	}
	parameters := map[string]string{"Version": Version}
	maps.Copy(parameters, o.Parameters)
	o.Parameters = parameters
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o, nil
}

// findRoot walks up from the working directory to the folder with both template.yaml and go.mod.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for the repository: %w", err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		_, noTemplate := os.Stat(filepath.Join(at, "template.yaml"))
		_, noModule := os.Stat(filepath.Join(at, "go.mod"))
		if noTemplate == nil && noModule == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", errors.New("no template.yaml here or in a folder above: run this inside the repository")
		}
	}
}

// lockedWriter lets several functions log to one writer.
type lockedWriter struct {
	mu  sync.Mutex
	out io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(p) //nolint:wrapcheck // passed through
}

// progressWriter passes each line that is written to it on.
type progressWriter func(string)

func (w progressWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		w(strings.TrimRight(line, "\r\n"))
	}
	return len(p), nil
}
