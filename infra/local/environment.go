package local

import (
	"fmt"
	"maps"
	"net"
	"path/filepath"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/template"
)

// defaultSecrets is where Secrets Manager answers in a stack on [DefaultListen].
const defaultSecrets = "127.0.0.1:8788"

// endpoints are where the functions reach the services.
type endpoints struct{ dynamoDB, sqs, secrets string }

// environment is what the template gives a function, with the stack's own endpoints where it leaves AWS's. Only variables that the template declares are
// passed, as `sam local` does.
func (e endpoints) environment(f function) map[string]string {
	environment := maps.Clone(f.environment)
	for name, url := range map[string]string{
		"AWS_ENDPOINT_URL_SQS":             e.sqs,
		"AWS_ENDPOINT_URL_DYNAMODB":        e.dynamoDB,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": e.secrets,
	} {
		if _, declared := environment[name]; declared {
			environment[name] = url
		}
	}
	return environment
}

// environments is environment for all functions, by logical id.
func (e endpoints) environments(stack *template.Stack) (map[string]map[string]string, error) {
	declared, err := functionsOf(stack)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]string{}
	for _, f := range declared {
		all[f.logicalID] = e.environment(f)
	}
	return all, nil
}

func (s *Stack) endpoints() endpoints {
	return endpoints{dynamoDB: s.backend.DynamoDBURL, sqs: s.backend.SQSURL, secrets: s.secretsURL}
}

// DefaultEnvironments is what a stack on the default ports gives its functions, by logical id, as the template at root declares it. No stack
// need be running.
func DefaultEnvironments(root string) (map[string]map[string]string, error) {
	source, err := template.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		return nil, fmt.Errorf("reading the functions' settings: %w", err)
	}
	services := &backend.Backend{
		DynamoDBURL: fmt.Sprintf("http://127.0.0.1:%d", DefaultDynamoDBPort),
		SQSURL:      fmt.Sprintf("http://127.0.0.1:%d", DefaultSQSPort),
	}
	resolved, err := source.Resolve(template.Params{"Version": Version}, services.Resolver(references{apiURL: "http://" + DefaultListen}))
	if err != nil {
		return nil, fmt.Errorf("reading the functions' settings: %w", err)
	}
	e := endpoints{dynamoDB: services.DynamoDBURL, sqs: services.SQSURL, secrets: "http://" + defaultSecrets}
	environments, err := e.environments(resolved)
	if err != nil {
		return nil, fmt.Errorf("reading the functions' settings: %w", err)
	}
	return environments, nil
}

// listenSecrets listens for Secrets Manager: where events/env.json says, if the gateway is where it says too and nobody else is there; otherwise
// on any free port.
func listenSecrets(gateway string) (net.Listener, error) {
	if gateway == DefaultListen {
		if listener, err := net.Listen("tcp", defaultSecrets); err == nil {
			return listener, nil
		}
	}
	return net.Listen("tcp", "127.0.0.1:0") //nolint:wrapcheck // the caller says what for
}
