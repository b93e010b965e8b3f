package samlocal

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"runtime"

	"argyle-webhooks/infra/samples"
)

// way is how a container reaches the machine that it runs on.
type way struct {
	// gateway is the machine's address on the containers' bridge; empty where [samples.ContainerHost] leads to the machine's loopback by
	// itself, as with Docker Desktop.
	gateway    string
	forwarders map[string]*forwarder // by the loopback address they lead to
}

// findWay asks the container engine.
func findWay(ctx context.Context) (way, error) {
	found := way{forwarders: map[string]*forwarder{}}
	if runtime.GOOS != "linux" {
		return found, nil // Docker Desktop, or one of the engines in a virtual machine that do as it does
	}
	engine, err := openEngine()
	if err != nil {
		return found, err
	}
	inVM, err := engine.desktop(ctx)
	if err != nil || inVM {
		return found, err
	}
	found.gateway, err = engine.gateway(ctx)
	return found, err
}

// flags are what SAM has to be told.
func (w way) flags() []string {
	if w.gateway == "" {
		return nil
	}
	return []string{"--add-host", samples.ContainerHost + ":" + w.gateway}
}

// address turns a URL on this machine's loopback into one that a container reaches, and has it answer. Anything else stays as it is.
func (w way) address(value string) (string, error) {
	at, err := url.Parse(value)
	if err != nil || at.Scheme != "http" || !isLoopback(at.Hostname()) {
		return value, nil //nolint:nilerr // no URL, so nothing to turn
	}
	port := at.Port()
	if w.gateway != "" {
		to, known := w.forwarders[at.Host]
		if !known {
			if to, err = forward(w.gateway, at.Host); err != nil {
				return "", fmt.Errorf("letting a container in to %s: %w", at.Host, err)
			}
			w.forwarders[at.Host] = to
		}
		port = to.port()
	}
	at.Host = net.JoinHostPort(samples.ContainerHost, port)
	return at.String(), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (w way) close() {
	for _, f := range w.forwarders {
		f.close()
	}
}
