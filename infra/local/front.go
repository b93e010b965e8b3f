package local

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"argyle-webhooks/infra/local/gateway"
)

// probeTime bounds the look at one service.
const probeTime = time.Second

// front is what listens for deliveries: the gateway, and /healthz before it.
type front struct {
	stack *Stack
	api   atomic.Pointer[gateway.Gateway]
}

// open lets requests through: everything behind the gateway is up.
func (f *front) open(api *gateway.Gateway) { f.api.Store(api) }

// ServeHTTP answers 503 to everything until the stack is up.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	api := f.api.Load()
	switch {
	case r.Method == http.MethodGet && r.URL.Path == HealthPath:
		f.health(w, r, api != nil)
	case api == nil:
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"message": "Service Unavailable"})
	default:
		api.ServeHTTP(w, r)
	}
}

// health says of each part whether it is up, and if not why.
func (f *front) health(w http.ResponseWriter, r *http.Request, started bool) {
	if !started {
		writeJSON(w, http.StatusServiceUnavailable, map[string]any{"up": false, "parts": map[string]string{"stack": "starting"}})
		return
	}
	parts := f.stack.probe(r.Context())
	up := true
	for _, state := range parts {
		up = up && state == "up"
	}
	status := http.StatusOK
	if !up {
		status = http.StatusServiceUnavailable
	}
	environments, err := f.stack.endpoints().environments(f.stack.resolved)
	if err != nil {
		parts["template"] = err.Error() // it was read before, so this is never seen
	}
	// The functions' settings are for whoever runs one of them elsewhere, such as in a container by `sam local`. No secret is among them.
	writeJSON(w, status, map[string]any{"up": up, "parts": parts, "environment": environments})
}

// probe asks the services for any answer and the functions whether their last process came up.
func (s *Stack) probe(ctx context.Context) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	parts := map[string]string{}
	for name, f := range s.functions {
		parts[name] = "up"
		if f.Broken() != nil {
			parts[name] = "does not start"
		}
	}
	var mu sync.Mutex
	var both sync.WaitGroup
	for name, url := range map[string]string{"dynamodb": s.backend.DynamoDBURL, "sqs": s.backend.SQSURL} {
		both.Go(func() {
			state := "up"
			if err := s.answers(ctx, url); err != nil {
				state = "does not answer"
			}
			mu.Lock()
			defer mu.Unlock()
			parts[name] = state
		})
	}
	both.Wait()
	return parts
}

// answers makes a request that the service will not understand; that it says so is enough.
func (s *Stack) answers(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/", http.NoBody)
	if err != nil {
		return err //nolint:wrapcheck // only whether there is one matters.
	}
	response, err := s.transport.RoundTrip(request)
	if err != nil {
		return err //nolint:wrapcheck // only whether there is one matters.
	}
	return response.Body.Close()
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
