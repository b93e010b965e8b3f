package backend

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// onDocker runs servers in containers of their official images.
type onDocker struct {
	docker string
	// scratch holds ElasticMQ's configuration, which its container reads.
	scratch string
	http    *http.Client
	log     io.Writer
}

// elasticMQConf configures ElasticMQ in a container: inside it listens to all of the container, which Docker publishes on loopback
// alone; the node address is the one that clients see.
const elasticMQConf = `include classpath("application.conf")
rest-sqs { enabled = true, bind-hostname = "0.0.0.0", bind-port = %d, sqs-limits = strict }
rest-stats { enabled = false }
node-address { protocol = http, host = "127.0.0.1", port = %d, context-path = "" }
aws { region = %q, accountId = %q }
`

// findDocker finds a docker whose daemon answers; "" if there is none.
func findDocker(ctx context.Context) string {
	path, err := exec.LookPath("docker")
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := run(ctx, "docker info", path, "info"); err != nil {
		return ""
	}
	return path
}

// run starts a server and returns when it answers.
func (d onDocker) run(ctx context.Context, s server, port int) (*running, error) {
	if run(ctx, "", d.docker, "image", "inspect", s.image) != nil {
		fmt.Fprintf(d.log, "fetching the image %s with Docker (this once)\n", s.image)
		if err := run(ctx, "Docker could not fetch the image "+s.image, d.docker, "pull", "--quiet", s.image); err != nil {
			return nil, err
		}
	}
	if port == 0 {
		free, err := freePort()
		if err != nil {
			return nil, err
		}
		port = free
	}
	container := "argyle-webhooks-" + s.kind + "-" + strings.ToLower(rand.Text()[:8])
	args, err := d.arguments(s, container, port)
	if err != nil {
		return nil, err
	}
	// On SIGTERM docker passes the signal on to the container; killed, it would leave it running.
	c, err := start(s.name, exec.Command(d.docker, args...), syscall.SIGTERM, nil)
	if err != nil {
		return nil, err
	}
	up := &running{server: s, url: loopbackURL(port), child: c, remove: func() { d.stop(container) }}
	if err := d.wait(ctx, up); err != nil {
		return nil, errors.Join(err, up.stop())
	}
	return up, nil
}

func (d onDocker) arguments(s server, container string, port int) ([]string, error) {
	args := []string{"run", "--rm", "--name", container, "--publish", fmt.Sprintf("127.0.0.1:%d:%d", port, s.inside)}
	if s.kind == dynamoDB.kind {
		return append(args, "--env", "DDB_LOCAL_TELEMETRY=0", s.image,
			"-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-disableTelemetry", "-port", strconv.Itoa(s.inside)), nil
	}
	conf := filepath.Join(d.scratch, "elasticmq.conf")
	text := fmt.Sprintf(elasticMQConf, s.inside, port, Region, AccountID)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, fmt.Errorf("write ElasticMQ's configuration: %w", err)
	}
	return append(args, "--volume", conf+":/opt/elasticmq.conf:ro", s.image), nil
}

// wait polls until the server answers. A connection alone says nothing: Docker takes it before the server listens.
func (d onDocker) wait(ctx context.Context, up *running) error {
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if answers(ctx, d.http, up.url) == nil {
			return nil
		}
		select {
		case <-up.child.gone:
			return up.child.death()
		case <-ctx.Done():
			return fmt.Errorf("start %s: %w", up.server.name, context.Cause(ctx))
		case <-limit.C:
			return fmt.Errorf("%s is not up after %s%s", up.server.name, startLimit, up.child.out.indented())
		case <-tick.C:
		}
	}
}

// stop ends a container, which outlives the docker that started it if that one is killed.
func (d onDocker) stop(container string) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	// A container that is gone already makes this fail, and that is what is wanted.
	_ = run(ctx, "stop the container "+container, d.docker, "stop", "--time", "1", container)
}
