package local

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"time"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/local/mapping"
)

// The names a developer knows the local stack by; each has a flag of `argylectl local`.
const (
	// DefaultListen is where the gateway answers.
	DefaultListen = "127.0.0.1:8787"
	// DefaultDynamoDBPort is DynamoDB Local's port on loopback.
	DefaultDynamoDBPort = backend.DefaultDynamoDBPort
	// DefaultSQSPort is ElasticMQ's port on loopback.
	DefaultSQSPort = backend.DefaultSQSPort
	// DefaultSecret is the signing secret of a stack that is given no other.
	DefaultSecret = "local-secret"
	// SecretVariable is the environment variable that sets another signing secret for `argylectl local`; set but empty, it means that there is
	// none.
	SecretVariable = "ARGYLE_WEBHOOK_SECRET" //nolint:gosec // the name of a variable
	// DefaultRetryAfter is how soon a failed message comes back, so that faults heal while one watches.
	DefaultRetryAfter = 2 * time.Second
	// RetryAsTemplate as Options.RetryAfter leaves a failed message to the visibility timeout of its queue, as in AWS.
	RetryAsTemplate = time.Duration(-1)
	// WebhookPath is the path of the one route of template.yaml.
	WebhookPath = "/webhooks/argyle"
	// HealthPath answers 200 once everything is up. It belongs to the local stack alone; the deployed API has no such route.
	HealthPath = "/healthz"
	// Version is what the functions of a local stack report unless Options.Parameters say otherwise.
	Version = "local"
)

// Options say how a stack is started. The zero Options are a stack on [DefaultListen] with free ports for its services.
type Options struct {
	// Root is the repository's root: where go.mod, template.yaml and functions/ lie. Empty: the nearest such folder at or above the
	// working directory.
	Root string
	// Template is the template's path; empty: Root/template.yaml.
	Template string

	// Listen is the gateway's host:port, loopback only; port 0 means any free one. Empty: [DefaultListen].
	Listen string
	// DynamoDBPort and SQSPort are loopback ports; 0 means any free one.
	DynamoDBPort, SQSPort int
	// DynamoDBURL and SQSURL name running services to use; the stack then starts none of its own.
	DynamoDBURL, SQSURL string

	// RetryAfter is how soon a failed message comes back: 0 means [DefaultRetryAfter], [RetryAsTemplate] the queue's visibility timeout.
	RetryAfter time.Duration
	// Secret is the signing secret's SecretString; nil means [DefaultSecret], and empty a secret without a value.
	Secret *string
	// Parameters override the template's parameters.
	Parameters map[string]string

	// Log takes what the functions print, line by line, each line as printed. Nil: discarded.
	Log io.Writer
	// Progress takes what a person waiting wants to read, one line per call without its newline. Nil: nothing is said.
	Progress func(line string)
	// Taken, if set, sees every batch that an event source mapping takes from a queue, before the function, named by its folder, does.
	Taken func(function string, batch []mapping.Message)
	// Succeeded, if set, sees the messages that a function has answered for, before they are deleted from their queue.
	Succeeded func(function string, done []mapping.Message)
}

// loopback checks that a host:port is one that nobody but this machine can reach.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen %q: want HOST:PORT, such as %s", address, DefaultListen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen %q: the local stack listens on loopback only, such as %s", address, DefaultListen)
	}
	return nil
}

// ParseRetryAfter reads the value of --retry-after: a Go duration of at least 0 and at most 12 hours (SQS's bound), or "template" for
// [RetryAsTemplate].
func ParseRetryAfter(text string) (time.Duration, error) {
	if text == "template" {
		return RetryAsTemplate, nil
	}
	after, err := time.ParseDuration(text)
	if err != nil || after < 0 || after > 12*time.Hour {
		return 0, fmt.Errorf("--retry-after %q: want a duration from 0s to 12h, such as 2s, or \"template\"", text)
	}
	if after == 0 {
		// Options.RetryAfter keeps 0 for the default; SQS counts whole seconds, so that this is zero there.
		return time.Nanosecond, nil
	}
	return after, nil
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
		secret := DefaultSecret
		o.Secret = &secret
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
