package samlocal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// defaultEngine is where Docker listens unless DOCKER_HOST says otherwise.
const defaultEngine = "unix:///var/run/docker.sock"

// engine is a container engine on this machine that speaks Docker's API: Docker or podman.
type engine struct {
	host   string
	client *http.Client
}

func openEngine() (engine, error) {
	host := os.Getenv("DOCKER_HOST")
	if host == "" {
		host = defaultEngine
	}
	socket, isUnix := strings.CutPrefix(host, "unix://")
	if !isUnix {
		return engine{}, fmt.Errorf("DOCKER_HOST is %s: only an engine on this machine (unix://…) can reach the local stack", host)
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return engine{host, &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, nil
}

// CheckEngine says whether a container engine answers whose containers can reach this machine. The error is a line for a person.
func CheckEngine(ctx context.Context) error {
	engine, err := openEngine()
	if err != nil {
		return err
	}
	_, err = engine.desktop(ctx)
	return err
}

// desktop says whether the engine is Docker Desktop, whose containers live in a virtual machine. An engine without root, whose bridge is in a
// network of its own, is an error.
func (e engine) desktop(ctx context.Context) (bool, error) {
	var info struct {
		OperatingSystem string
		SecurityOptions []string
	}
	if err := e.get(ctx, "/info", &info); err != nil {
		return false, err
	}
	if slices.ContainsFunc(info.SecurityOptions, func(option string) bool { return strings.Contains(option, "rootless") }) {
		return false, errors.New("the container engine runs without root, and its containers cannot reach the local stack: use one that runs as root")
	}
	return strings.Contains(info.OperatingSystem, "Docker Desktop"), nil
}

// gateway is this machine's address on the bridge that containers are connected to.
func (e engine) gateway(ctx context.Context) (string, error) {
	var network struct {
		IPAM struct {
			Config []struct{ Gateway string }
		}
	}
	if err := e.get(ctx, "/networks/bridge", &network); err != nil {
		return "", err
	}
	for _, config := range network.IPAM.Config {
		if ip := net.ParseIP(config.Gateway); ip != nil && ip.To4() != nil {
			return config.Gateway, nil
		}
	}
	return "", errors.New("the container engine's network \"bridge\" has no IPv4 gateway")
}

func (e engine) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine"+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("asking the container engine: %w", err)
	}
	response, err := e.client.Do(request)
	if err != nil {
		return fmt.Errorf("no container engine answers at %s: start Docker, or set DOCKER_HOST", e.host)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the container engine answers %s with status %d", path, response.StatusCode)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return fmt.Errorf("reading the container engine's answer to %s: %w", path, err)
	}
	return nil
}
