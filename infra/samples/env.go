package samples

import (
	"fmt"
	"strings"

	"argyle-webhooks/infra/local"
)

// ContainerHost is the name by which a container reaches the machine it runs on. Docker Desktop gives it to every container; elsewhere
// `sam local --add-host` does.
const ContainerHost = "host.docker.internal"

// Env is events/env.json: the functions' settings, by logical id, for `sam local --env-vars`. They reach, from within a container, the
// local stack on its default ports.
func Env(root string) ([]byte, error) {
	environments, err := local.DefaultEnvironments(root)
	if err != nil {
		return nil, fmt.Errorf("making env.json: %w", err)
	}
	for _, environment := range environments {
		for name, value := range environment {
			environment[name] = strings.Replace(value, "http://127.0.0.1:", "http://"+ContainerHost+":", 1)
		}
	}
	return encode(environments)
}
