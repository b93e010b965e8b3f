package backend

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrPortTaken says that something else listens on a port that was asked for. The error's text names the flag that sets it.
var ErrPortTaken = errors.New("is taken by another program")

// server describes one of the two servers.
type server struct {
	// kind is the launcher's word for it, and what [Backend.Processes] calls it.
	kind string
	// name is for people.
	name string
	// flags of argylectl local that concern it.
	portFlag, urlFlag string
	// image is Docker's, at the version of pom.xml, and inside the port in it.
	image  string
	inside int
}

var (
	dynamoDB  = server{kind: "dynamodb", name: "DynamoDB Local", portFlag: "--dynamodb-port", urlFlag: "--dynamodb-url", image: "amazon/dynamodb-local:2.6.1", inside: 8000}
	elasticMQ = server{kind: "sqs", name: "ElasticMQ", portFlag: "--sqs-port", urlFlag: "--sqs-url", image: "softwaremill/elasticmq-native:1.7.1", inside: 9324}
)

// running is a server that answers at url. The child is nil for one that somebody else started.
type running struct {
	server server
	url    string
	child  *child
	// remove ends what the child itself does not: Docker's container. Nil for none.
	remove func()
}

// stop ends a server that we started.
func (up *running) stop() error {
	if up.child == nil {
		return nil
	}
	var removal sync.WaitGroup
	if up.remove != nil {
		removal.Go(up.remove)
	}
	err := up.child.stop()
	removal.Wait()
	return err
}

func (s server) portTaken(port int) error {
	return fmt.Errorf("port %d of 127.0.0.1, for %s, %w: choose another with %s (0 takes any free one) or use what runs there with %s",
		port, s.name, ErrPortTaken, s.portFlag, s.urlFlag)
}

// checkPort says early, and before anything is fetched, whether a port can be had.
func (s server) checkPort(port int) error {
	if port < 0 || port > 65535 {
		return fmt.Errorf("%s %d is no port: want 0 to 65535", s.portFlag, port)
	}
	if port == 0 {
		return nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return s.portTaken(port)
	case err != nil:
		return fmt.Errorf("%s cannot listen on port %d (%s): %w", s.name, port, s.portFlag, err)
	}
	return l.Close()
}

// freePort finds a port that is free now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("find a free port: %s is no TCP address", l.Addr())
	}
	return addr.Port, nil
}

func loopbackURL(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// existing takes a server that runs already.
func (s server) existing(ctx context.Context, client *http.Client, url string) (*running, error) {
	if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return nil, fmt.Errorf("%s %q is no URL: want http://HOST:PORT", s.urlFlag, url)
	}
	url = strings.TrimRight(url, "/")
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := answers(ctx, client, url); err != nil {
		return nil, fmt.Errorf("%s: nothing answers at %s: %w", s.urlFlag, url, err)
	}
	return &running{server: s, url: url}, nil
}

// answers makes one request. Any HTTP answer counts: an unsigned request is an error to both servers, and shows that they are up.
func answers(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask a server whether it is up: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask a server whether it is up: %w", err)
	}
	return resp.Body.Close()
}
