package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"argyle-webhooks/infra/local/lambda"
)

const (
	// MaxBody is the largest body an HTTP API takes, in bytes
	// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html, read 2025-11).
	MaxBody = 10 << 20
	// DefaultTimeout is the integration timeout of a route that declares none, which is also the longest there is.
	DefaultTimeout = 30 * time.Second
	// MaxHeader bounds the request line and headers together, in bytes; the same page. It is for [net/http.Server.MaxHeaderBytes].
	MaxHeader = 10240
)

// The answers of the gateway itself. An event over Lambda's 6 MiB answers 413 like a body over the gateway's own limit: so it was seen to
// behave for REST APIs, and no document says otherwise for HTTP APIs.
const (
	notFound    = `{"message":"Not Found"}`
	tooLarge    = `{"message":"Request Entity Too Large"}`
	unavailable = `{"message":"Service Unavailable"}`
	internal    = `{"message":"Internal Server Error"}`
)

// Invoker calls a function; *lambda.Function is one. An error that is not the context's and not [lambda.ErrPayloadTooLarge] is a failure of
// the function.
type Invoker interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Route is one route of the API.
type Route struct {
	// Method is an HTTP method or ANY; Path is literal and starts with a slash, or is $default for every request no other route takes.
	Method, Path string
	// Timeout is the integration's; 0 means [DefaultTimeout].
	Timeout  time.Duration
	Function Invoker
}

// key is the route as API Gateway names it.
func (r Route) key() string {
	if r.Path == "$default" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// Config describes an API.
type Config struct {
	// AccountID and APIID appear in every event.
	AccountID, APIID string
	Routes           []Route
}

// Gateway serves an HTTP API.
type Gateway struct {
	config Config
	routes map[string]Route
}

// New checks the routes. A route that this package cannot serve, or that is there twice, is an error.
func New(config Config) (*Gateway, error) {
	g := &Gateway{config: config, routes: map[string]Route{}}
	for _, route := range config.Routes {
		route.Method = strings.ToUpper(route.Method)
		if route.Path != "$default" && (!strings.HasPrefix(route.Path, "/") || strings.Contains(route.Path, "{")) {
			return nil, fmt.Errorf("route %q: the local gateway serves literal paths and $default only", route.key())
		}
		if route.Timeout == 0 {
			route.Timeout = DefaultTimeout
		}
		if _, taken := g.routes[route.key()]; taken {
			return nil, fmt.Errorf("route %q is declared twice", route.key())
		}
		g.routes[route.key()] = route
	}
	return g, nil
}

// route finds the most specific route, as API Gateway does.
func (g *Gateway) route(method, path string) (Route, bool) {
	for _, key := range []string{method + " " + path, "ANY " + path, "$default"} {
		if route, ok := g.routes[key]; ok {
			return route, true
		}
	}
	return Route{}, false
}

// ServeHTTP answers as the deployed API would.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	route, ok := g.route(r.Method, r.URL.Path)
	if !ok {
		answer(w, http.StatusNotFound, notFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if over := (*http.MaxBytesError)(nil); errors.As(err, &over) {
		answer(w, http.StatusRequestEntityTooLarge, tooLarge)
		return
	}
	if err != nil {
		// The client went away or broke off in the middle of its body.
		answer(w, http.StatusBadRequest, `{"message":"Bad Request"}`)
		return
	}
	event := g.newEvent(r, route.key(), body, arrived)
	payload, err := event.encode()
	if err != nil {
		answer(w, http.StatusInternalServerError, internal)
		return
	}
	w.Header().Set("Apigw-Requestid", event.RequestContext.RequestID)

	ctx, cancel := context.WithTimeout(r.Context(), route.Timeout)
	defer cancel()
	result, err := route.Function.Invoke(ctx, payload)
	switch {
	case errors.Is(err, lambda.ErrPayloadTooLarge):
		answer(w, http.StatusRequestEntityTooLarge, tooLarge)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, lambda.ErrClosed):
		answer(w, http.StatusServiceUnavailable, unavailable)
	case err != nil:
		answer(w, http.StatusInternalServerError, internal)
	default:
		writeResult(w, result)
	}
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
