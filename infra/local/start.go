package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/local/gateway"
	"argyle-webhooks/infra/local/lambda"
	"argyle-webhooks/infra/template"
)

// signingSecret is the logical id of the secret that Argyle signs with.
const signingSecret = "SigningSecret"

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
	if built == nil && provisioned == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return fmt.Errorf("starting the local stack: %w", cause)
	}
	return cause
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
		return err // one whole line for a person
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
