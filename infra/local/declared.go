package local

import (
	"fmt"
	"strings"
	"time"

	"argyle-webhooks/infra/local/gateway"
	"argyle-webhooks/infra/template"
)

// The types of resources that the stack itself runs; tables and queues are the backend's.
const (
	typeFunction = "AWS::Serverless::Function"
	typeSecret   = "AWS::SecretsManager::Secret" //nolint:gosec // a resource type
	typeQueue    = "AWS::SQS::Queue"
)

// What SAM and Lambda take for a property that the template leaves out.
const (
	defaultTimeoutSeconds = 3
	defaultMemoryMB       = 128
	defaultBatchSize      = 10
	// defaultConcurrency bounds the processes of a function that nothing else bounds. AWS would go to a thousand; a developer's machine would not.
	defaultConcurrency = 10
)

// function is what the template declares of one function.
type function struct {
	logicalID string
	// name is its folder under functions/, the name of its binary and of its processes.
	name        string
	environment map[string]string
	timeout     time.Duration
	memoryMB    int
	logFormat   string
	logLevel    string
	routes      []gateway.Route
	sources     []source
}

// source is one SQS event of a function.
type source struct {
	queueARN           string
	batchSize          int
	window             time.Duration
	maximumConcurrency int
	reportFailures     bool
}

// concurrency is the most instances that the function's events need.
func (f function) concurrency() int {
	if len(f.routes) > 0 || len(f.sources) == 0 {
		return defaultConcurrency
	}
	total := 0
	for _, s := range f.sources {
		total += s.maximumConcurrency
	}
	return total
}

// functionsOf reads the functions of a resolved template. Whatever the local stack would run otherwise than AWS is an error.
func functionsOf(stack *template.Stack) ([]function, error) {
	var all []function
	for _, resource := range stack.OfType(typeFunction) {
		f, err := functionOf(resource)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// folderOf is the convention that ties a logical id to its code: WebhookFunction is functions/webhook.
func folderOf(logicalID string) string {
	return strings.ToLower(strings.TrimSuffix(logicalID, "Function"))
}

func functionOf(resource *template.Resource) (function, error) {
	p := resource.Properties
	f := function{logicalID: resource.LogicalID, name: folderOf(resource.LogicalID), environment: map[string]string{}}
	seconds, err := p.IntOr("Timeout", defaultTimeoutSeconds)
	if err != nil {
		return f, err
	}
	f.timeout = time.Duration(seconds) * time.Second
	if f.memoryMB, err = p.IntOr("MemorySize", defaultMemoryMB); err != nil {
		return f, err
	}
	logging, err := p.MapOr("LoggingConfig")
	if err != nil {
		return f, err
	}
	if f.logFormat, err = logging.StringOr("LogFormat", "Text"); err != nil {
		return f, err
	}
	if f.logLevel, err = logging.StringOr("ApplicationLogLevel", ""); err != nil {
		return f, err
	}
	if err := f.readEnvironment(p); err != nil {
		return f, err
	}
	events, err := p.MapOr("Events")
	if err != nil {
		return f, err
	}
	for _, name := range events.Keys() {
		if err := f.readEvent(events, name); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f *function) readEnvironment(p template.Props) error {
	environment, err := p.MapOr("Environment")
	if err != nil {
		return err
	}
	variables, err := environment.MapOr("Variables")
	if err != nil {
		return err
	}
	for _, name := range variables.Keys() {
		if f.environment[name], err = variables.String(name); err != nil {
			return err
		}
	}
	return nil
}

func (f *function) readEvent(events template.Props, name string) error {
	event, err := events.Map(name)
	if err != nil {
		return err
	}
	kind, err := event.String("Type")
	if err != nil {
		return err
	}
	p, err := event.MapOr("Properties")
	if err != nil {
		return err
	}
	switch kind {
	case "HttpApi":
		return f.readRoute(p)
	case "SQS":
		return f.readSource(p)
	}
	return event.Errorf("Type", "the local stack does not run events of type %s", kind)
}

func (f *function) readRoute(p template.Props) error {
	if err := p.Only("ApiId", "Method", "Path", "PayloadFormatVersion", "TimeoutInMillis"); err != nil {
		return err
	}
	version, err := p.StringOr("PayloadFormatVersion", "2.0")
	if err != nil {
		return err
	}
	if version != "2.0" {
		return p.Errorf("PayloadFormatVersion", "the local stack speaks 2.0 only, not %s", version)
	}
	route := gateway.Route{}
	if route.Method, err = p.StringOr("Method", "ANY"); err != nil {
		return err
	}
	if route.Path, err = p.StringOr("Path", "$default"); err != nil {
		return err
	}
	millis, err := p.IntOr("TimeoutInMillis", int(gateway.DefaultTimeout.Milliseconds()))
	if err != nil {
		return err
	}
	route.Timeout = time.Duration(millis) * time.Millisecond
	f.routes = append(f.routes, route)
	return nil
}

func (f *function) readSource(p template.Props) error {
	if err := p.Only("Queue", "BatchSize", "MaximumBatchingWindowInSeconds", "FunctionResponseTypes", "ScalingConfig", "Enabled"); err != nil {
		return err
	}
	enabled, err := p.BoolOr("Enabled", true)
	if err != nil || !enabled {
		return err
	}
	s := source{}
	if s.queueARN, err = p.String("Queue"); err != nil {
		return err
	}
	if s.batchSize, err = p.IntOr("BatchSize", defaultBatchSize); err != nil {
		return err
	}
	seconds, err := p.IntOr("MaximumBatchingWindowInSeconds", 0)
	if err != nil {
		return err
	}
	s.window = time.Duration(seconds) * time.Second
	scaling, err := p.MapOr("ScalingConfig")
	if err != nil {
		return err
	}
	if s.maximumConcurrency, err = scaling.IntOr("MaximumConcurrency", defaultConcurrency); err != nil {
		return err
	}
	types, err := p.Strings("FunctionResponseTypes")
	if err != nil {
		return err
	}
	for _, each := range types {
		if each != "ReportBatchItemFailures" {
			return p.Errorf("FunctionResponseTypes", "unknown type %q", each)
		}
		s.reportFailures = true
	}
	f.sources = append(f.sources, s)
	return nil
}

// arn is a name in the account and region that the local stack says it is in.
func arn(service, name string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, accountID, name)
}
