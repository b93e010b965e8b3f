package local

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/local/gateway"
	"argyle-webhooks/infra/local/lambda"
	"argyle-webhooks/infra/local/mapping"
	"argyle-webhooks/infra/local/secrets"
)

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
				Succeeded: func(done []mapping.Message) {
					if s.opts.Succeeded != nil {
						s.opts.Succeeded(f.name, done)
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
