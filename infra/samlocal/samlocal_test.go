package samlocal

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// fakeEngine answers on a unix socket as a container engine does, and makes DOCKER_HOST point there.
func fakeEngine(t *testing.T, info, network string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere than on Linux the engine is not asked")
	}
	dir, err := os.MkdirTemp("", "engine-") //nolint:usetesting // t.TempDir's paths are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /info", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, info) })
	mux.HandleFunc("GET /networks/bridge", func(w http.ResponseWriter, _ *http.Request) {
		if network == "" {
			http.NotFound(w, nil)
			return
		}
		fmt.Fprint(w, network)
	})
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: mux, ReadHeaderTimeout: 0}}
	server.Start()
	t.Cleanup(server.Close)
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(dir, "s"))
}

// fakeStack answers /healthz as the local stack does.
func fakeStack(t *testing.T, environment map[string]map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"up": true, "environment": environment})
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// fakeSAM is a program that shows its arguments, its settings and its AWS credentials.
func fakeSAM(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sam")
	script := `#!/bin/sh
echo "$@"
while [ $# -gt 0 ]; do [ "$1" = --env-vars ] && cat "$2" && echo; shift; done
echo "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_PROFILE $AWS_SESSION_TOKEN"
`
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	dockerOnLinux = `{"OperatingSystem": "Debian GNU/Linux 12", "SecurityOptions": ["name=seccomp"]}`
	// Containers really reach 172.17.0.1 and the like; 127.0.0.2 can be listened at and reached everywhere on Linux.
	bridge = `{"IPAM": {"Config": [{"Subnet": "fd00::/64", "Gateway": "fd00::1"}, {"Gateway": "127.0.0.2"}]}}`
)

func TestAContainerGetsIn(t *testing.T) {
	fakeEngine(t, dockerOnLinux, bridge)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "took %s", body)
	}))
	defer service.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "real")
	t.Setenv("AWS_PROFILE", "real")
	t.Setenv("AWS_SESSION_TOKEN", "real")
	session, err := Open(t.Context(), fakeSAM(t), fakeStack(t, map[string]map[string]string{
		"WebhookFunction": {"AWS_ENDPOINT_URL_SQS": service.URL, "QUEUE_URL_USERS": service.URL + "/0/UsersQueue", "VERSION": "v1"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	said, err := session.Run(t.Context(), io.Discard, io.Discard, "invoke", "WebhookFunction")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(said), "\n")
	for _, want := range []string{"local invoke WebhookFunction ", " --add-host host.docker.internal:127.0.0.2", " --skip-pull-image", " --parameter-overrides Architecture="} {
		if !strings.Contains(lines[0], want) {
			t.Errorf("SAM is not told %q but: %s", want, lines[0])
		}
	}
	if want := "local local  "; lines[2] != want {
		t.Errorf("SAM's credentials and profile are %q, want %q", lines[2], want)
	}
	var settings map[string]map[string]string
	if err := json.Unmarshal([]byte(lines[1]), &settings); err != nil {
		t.Fatal(err)
	}
	variables := settings["WebhookFunction"]
	if variables["VERSION"] != "v1" || !strings.HasSuffix(variables["QUEUE_URL_USERS"], "/0/UsersQueue") {
		t.Errorf("settings: %v", variables)
	}
	at, err := url.Parse(variables["AWS_ENDPOINT_URL_SQS"])
	if err != nil || at.Hostname() != "host.docker.internal" {
		t.Fatalf("endpoint %q", variables["AWS_ENDPOINT_URL_SQS"])
	}
	way := "http://" + net.JoinHostPort("127.0.0.2", at.Port())
	response, err := http.Post(way, "text/plain", strings.NewReader("this"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil || string(answer) != "took this" {
		t.Errorf("through the forwarder: %q, %v", answer, err)
	}
	if err := session.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := net.Dial("tcp", net.JoinHostPort("127.0.0.2", at.Port())); err == nil {
		t.Error("the forwarder still listens after Close")
	}
	if _, err := os.Stat(session.dir); !os.IsNotExist(err) {
		t.Errorf("the session's folder is still there: %v", err)
	}
}

func TestDockerDesktopNeedsNoForwarder(t *testing.T) {
	fakeEngine(t, `{"OperatingSystem": "Docker Desktop"}`, "")
	session, err := Open(t.Context(), fakeSAM(t), fakeStack(t, map[string]map[string]string{"F": {"AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9324"}}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = session.Close() }()
	said, err := session.Run(t.Context(), io.Discard, io.Discard, "invoke", "F")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(said), `"http://host.docker.internal:9324"`) || strings.Contains(string(said), "--add-host") {
		t.Errorf("SAM was told: %s", said)
	}
}

func TestTroubleIsOneLineThatSaysWhatToDo(t *testing.T) {
	good := map[string]map[string]string{"F": {"AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9324"}}
	for _, c := range []struct {
		name, info, network string
		host                string // DOCKER_HOST, if not the fake engine's
		stack               func(t *testing.T) string
		want                string
	}{
		{name: "no stack", info: dockerOnLinux, stack: func(*testing.T) string { return "http://127.0.0.1:1" }, want: "make run"},
		{name: "another server", info: dockerOnLinux, stack: func(t *testing.T) string { return fakeStack(t, nil) }, want: "is no local stack"},
		{name: "no engine", host: "unix:///nowhere.sock", want: "start Docker, or set DOCKER_HOST"},
		{name: "an engine elsewhere", host: "tcp://10.0.0.1:2375", want: "only an engine on this machine"},
		{name: "an engine without root", info: `{"SecurityOptions": ["name=rootless"]}`, want: "use one that runs as root"},
		{name: "no bridge", info: dockerOnLinux, want: "/networks/bridge with status 404"},
		{name: "no gateway", info: dockerOnLinux, network: `{"IPAM": {"Config": []}}`, want: "no IPv4 gateway"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fakeEngine(t, c.info, c.network)
			if c.host != "" {
				t.Setenv("DOCKER_HOST", c.host)
			}
			at := c.stack
			if at == nil {
				at = func(t *testing.T) string { return fakeStack(t, good) }
			}
			session, err := Open(t.Context(), "sam", at(t))
			if err == nil {
				_ = session.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, c.want)
			}
		})
	}
}

func TestListenFreelyOnAnAddressThatIsNotThere(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux only")
	}
	listener, err := listenFreely("198.51.100.7:0") // of a range that is for examples only
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
}
