//go:build samlocal

package compiled

import (
	"bytes"
	"context"
	"debug/elf"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/samlocal"
	"argyle-webhooks/infra/samples"
)

// What `make sam-local` has made, seen from the repository's root, where SAM looks for what `sam build` left.
const (
	sam  = ".venv/bin/sam"
	tool = ".bin/argylectl"
)

// onePerWorker is a queue event for each worker.
var onePerWorker = map[string]string{
	"accounts":   "accounts.failed.resource",
	"paystubs":   "paystubs.partially_synced",
	"identities": "identities.added",
	"users":      "users.fully_synced",
}

// requireBuild requires that what SAM is to run is for this machine.
func requireBuild(t *testing.T, stack *local.Test) {
	t.Helper()
	machine := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]
	for _, name := range stack.Functions() {
		built(t, name, machine)
	}
}

// TestInvoke runs `sam local invoke` for every function: the front door with a delivery and one that another secret signs, the workers with a batch.
func TestInvoke(t *testing.T) {
	stack := local.StartForTest(t, local.Options{})
	requireBuild(t, stack)
	t.Chdir(root)
	session, err := samlocal.Open(t.Context(), sam, stack.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	var log bytes.Buffer
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("SAM and the functions said:\n%s", log.String())
		}
	})
	tr := newTrial(stack)
	tr.invoke = func(ctx context.Context, function string, payload []byte) ([]byte, error) {
		return invoke(ctx, session, &log, function, payload)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(onePerWorker)), workers(stack)); diff != "" {
		t.Fatalf("workers with an event -, workers of the template +:\n%s", diff)
	}
	t.Run("a delivery", func(t *testing.T) {
		tr.deliver(t, file("webhook", "accounts.connected"))
		tr.settle(t)
	})
	t.Run("a forged delivery", func(t *testing.T) {
		tr.refuse(t, file("webhook", "accounts.removed"))
		tr.settle(t)
	})
	for _, worker := range workers(stack) {
		t.Run("a batch for "+worker, func(t *testing.T) { tr.work(t, file("queue", onePerWorker[worker])) })
	}
}

// invoke runs `sam local invoke` for the function with the folder name given, and returns its answer, which is what SAM writes last. All else
// that SAM says goes to log.
func invoke(ctx context.Context, session *samlocal.Session, log io.Writer, function string, payload []byte) ([]byte, error) {
	event, err := session.File("event.json", payload)
	if err != nil {
		return nil, err
	}
	said, err := session.Run(ctx, io.Discard, log, "invoke", samples.LogicalID(function, "Function"), "--event", event)
	if err != nil {
		return nil, err
	}
	lines := bytes.Split(bytes.TrimSpace(said), []byte("\n"))
	return lines[len(lines)-1], nil
}

// TestStartAPI runs `make start-api`'s command and sends every events/webhook/*.json there.
func TestStartAPI(t *testing.T) {
	tr := newTrial(local.StartForTest(t, local.Options{}))
	requireBuild(t, tr.stack)
	t.Chdir(root)
	began := time.Now().Truncate(time.Second) // of which SAM's own times are whole ones
	url := startAPI(t, tr.stack.URL())

	paths := files(t, "webhook")
	send := exec.CommandContext(t.Context(), tool, append([]string{"send", "--secret", local.DefaultSecret, "--url", url}, paths...)...)
	said, err := send.CombinedOutput()
	if err != nil || strings.Count(string(said), " 202 accepted ") != len(paths) {
		t.Fatalf("argylectl send of %d files (%v):\n%s", len(paths), err, said)
	}
	tr.drain(t)

	// SAM stamps every request with the time at which it was started, so the receive times are what the workers were told.
	for _, got := range tr.taken(t) {
		if got.ReceivedAt.Before(began) || got.ReceivedAt.After(time.Now()) {
			t.Errorf("received at %s, which is not since %s", got.ReceivedAt, began)
		}
	}
	for _, path := range paths {
		event, _ := readNow(t, path)
		tr.delivered = append(tr.delivered, model.Delivery{Body: body(t, event)})
	}
	if diff := cmp.Diff(bodies(sorted(tr.delivered)), bodies(tr.taken(t))); diff != "" {
		t.Errorf("sent -, got by the workers +:\n%s", diff)
	}
	tr.requireStatuses(t)
}

func bodies(deliveries []model.Delivery) []string {
	var all []string
	for _, each := range deliveries {
		all = append(all, string(each.Body))
	}
	return all
}

// startAPI serves the API of the local stack at stackURL by `sam local start-api` until the test ends, and returns where deliveries are
// posted.
func startAPI(t *testing.T, stackURL string) (webhookURL string) {
	t.Helper()
	port := freePort(t)
	var said bytes.Buffer
	served := exec.Command(tool, "sam-local", "start-api", "--sam", sam, "--stack", stackURL, "--port", port)
	served.Stdout, served.Stderr = &said, &said
	served.WaitDelay = 20 * time.Second
	if err := served.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- served.Wait() }()
	t.Cleanup(func() {
		_ = served.Process.Signal(os.Interrupt)
		if err := <-ended; err != nil {
			t.Errorf("ending start-api: %v", err)
		}
		if t.Failed() {
			t.Logf("start-api said:\n%s", said.String())
		}
	})
	address := net.JoinHostPort("127.0.0.1", port)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
			return "http://" + address + local.WebhookPath
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("start-api has ended: %v", err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("start-api does not listen at %s after a minute", address)
		}
	}
}

// freePort is a port of loopback that nobody listened at a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
