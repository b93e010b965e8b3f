package lambdaenv

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Service is what the client of one AWS service is built from.
type Service struct {
	Region      string
	Credentials aws.CredentialsProvider
	// Endpoint is where the service is reached, or nil for AWS's own.
	Endpoint *string

	transport http.RoundTripper
}

// Service reads the region and credentials that Lambda gives a function, and the endpoint from AWS_ENDPOINT_URL_<name> if that is not
// empty. name is as the SDKs have it in that variable: SQS, DYNAMODB, SECRETS_MANAGER.
func (e *Env) Service(name string) Service {
	credentials := aws.Credentials{
		AccessKeyID:     e.requiredOnce("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: e.requiredOnce("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    e.lookup("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	service := Service{
		Region: e.requiredOnce("AWS_REGION"),
		// A sandbox is ended before its credentials expire, so they are read once.
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials, nil }),
		transport:   transport,
	}
	variable := "AWS_ENDPOINT_URL_" + name
	if endpoint := strings.TrimSpace(e.lookup(variable)); endpoint != "" {
		if !strings.HasPrefix(endpoint, "http://") && !strings.HasPrefix(endpoint, "https://") {
			e.wrong = append(e.wrong, variable+" must be a URL with http:// or https://")
		}
		service.Endpoint = &endpoint
	}
	return service
}

// requiredOnce is Required for what several services share: it is missing once.
func (e *Env) requiredOnce(variable string) string {
	missing := slices.Clone(e.missing)
	value := e.Required(variable)
	if slices.Contains(missing, variable) {
		e.missing = missing
	}
	return value
}

// HTTPClient returns a client whose every call, one attempt of an operation, ends after attempt: connecting, sending and reading the
// answer. It must be the client's own timeout: the SDK takes the end of a context for the caller's wish and does not try again.
func (s Service) HTTPClient(attempt time.Duration) *http.Client {
	return &http.Client{Transport: s.transport, Timeout: attempt}
}

// transport is shared by a function's clients. HTTP/2 stays off: a timed-out call closes an HTTP/1.1 connection, so that the next attempt gets
// a new one, while a hung HTTP/2 connection would be used again. A frozen sandbox leaves connections that the other end has
// closed; they are given up before AWS's own idle limits.
var transport http.RoundTripper = &http.Transport{
	DialContext:         (&net.Dialer{Timeout: time.Second, KeepAlive: 15 * time.Second}).DialContext,
	TLSHandshakeTimeout: time.Second,
	MaxIdleConns:        20,
	MaxIdleConnsPerHost: 10,
	IdleConnTimeout:     20 * time.Second,
}

// Retryer tries an operation attempts times, with a random pause of between half of maxBackoff and all of it before each further attempt. It
// has no retry quota: a sandbox serves one call at a time, and a quota spent on an outage would end attempts that the time budget allows.
func Retryer(attempts int, maxBackoff time.Duration) aws.Retryer {
	return retry.NewStandard(func(options *retry.StandardOptions) {
		options.MaxAttempts = attempts
		options.RateLimiter = ratelimit.None
		options.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) {
			return maxBackoff/2 + rand.N(maxBackoff/2), nil //nolint:gosec // spreads load; nothing secret
		})
	})
}
