package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"
)

// Settings asks the local stack whose gateway answers at stackURL what settings it gives its functions: environment variables, by logical id. The
// error is a line for a person.
func Settings(ctx context.Context, stackURL string) (map[string]map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, stackURL+HealthPath, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("asking the local stack: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("no local stack at %s: start it in another terminal with `make run`", stackURL)
	}
	if err != nil {
		return nil, fmt.Errorf("asking the local stack: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	var health struct {
		Environment map[string]map[string]string `json:"environment"`
	}
	if err := json.NewDecoder(response.Body).Decode(&health); err != nil || len(health.Environment) == 0 {
		return nil, fmt.Errorf("what answers at %s is no local stack, or one that is still starting (status %d)", stackURL, response.StatusCode)
	}
	return health.Environment, nil
}
