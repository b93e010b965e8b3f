package backend

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStartTwiceOnOnePort(t *testing.T) {
	build := buildDir(t)
	ports := [2]int{}
	for i := range ports {
		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		ports[i] = port
	}
	opts := Options{BuildDir: build, DynamoDBPort: ports[0], SQSPort: ports[1]}
	for range 2 {
		b := startFor(t, opts)
		if b.DynamoDBURL != loopbackURL(ports[0]) || b.SQSURL != loopbackURL(ports[1]) {
			t.Errorf("at %s and %s, not on ports %v", b.DynamoDBURL, b.SQSURL, ports)
		}
		// Once more while it runs: a clear line, and the running one stays as it is.
		if _, err := Start(t.Context(), opts); !errors.Is(err, ErrPortTaken) {
			t.Fatalf("the second start: %v", err)
		}
		pids := b.Processes()
		began := time.Now()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("Close took %s", took)
		}
		for name, pid := range pids {
			if !gone(pid, time.Second) {
				t.Errorf("%s (%d) is still there", name, pid)
			}
		}
		select {
		case err := <-b.Died():
			t.Errorf("Close was reported as a death: %v", err)
		default:
		}
		if err := b.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(build, scratchPrefix+strconv.Itoa(os.Getpid())+"-*")); len(left) > 1 {
		t.Errorf("folders left besides that of ForTest: %v", left)
	}
}

func TestPortTaken(t *testing.T) {
	build := buildDir(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	for flag, opts := range map[string]Options{
		"--dynamodb-port": {BuildDir: build, DynamoDBPort: taken},
		"--sqs-port":      {BuildDir: build, SQSPort: taken},
	} {
		t.Run(flag, func(t *testing.T) {
			_, err := Start(t.Context(), opts)
			checkPortTaken(t, err, flag, taken)
		})
	}
	// The port may be lost after it was looked at: then the server itself finds out.
	for _, s := range []server{dynamoDB, elasticMQ} {
		t.Run(s.name, func(t *testing.T) {
			_, err := onJava{java: findJava(), jars: jarsIn(build), scratch: t.TempDir()}.run(t.Context(), s, taken)
			checkPortTaken(t, err, s.portFlag, taken)
		})
	}
}

func checkPortTaken(t *testing.T, err error, flag string, port int) {
	t.Helper()
	if !errors.Is(err, ErrPortTaken) {
		t.Fatalf("got %v", err)
	}
	if text := err.Error(); !strings.Contains(text, flag) || !strings.Contains(text, strconv.Itoa(port)) || strings.Contains(text, "\n") {
		t.Errorf("no clear line: %q", text)
	}
}

func TestServerDies(t *testing.T) {
	for kind, name := range map[string]string{"dynamodb": "DynamoDB Local", "sqs": "ElasticMQ"} {
		t.Run(kind, func(t *testing.T) {
			b := startFor(t, Options{BuildDir: buildDir(t)})
			pid := b.Processes()[kind]
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-b.Died():
				if want := name + " (process " + strconv.Itoa(pid) + ") has ended by itself: signal: killed"; !strings.HasPrefix(err.Error(), want) {
					t.Errorf("got %q, want %q", err, want)
				}
			case <-time.After(5 * time.Second):
				t.Error("nothing is said of the death")
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestParentIsKilled(t *testing.T) {
	parent := exec.Command(os.Args[0], buildDir(t))
	parent.Env = append(os.Environ(), roleVariable+"=parent")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pids map[string]int
	if err := json.NewDecoder(out).Decode(&pids); err != nil || len(pids) != 2 {
		t.Fatalf("the parent's children: %v, %v", pids, err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // Killed, as the error would say.
	for name, pid := range pids {
		if !gone(pid, 5*time.Second) {
			t.Errorf("%s (%d) outlives its parent", name, pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// TestLeash checks what ends a server where the kernel does not: the end of its standard input.
func TestLeash(t *testing.T) {
	b := startFor(t, Options{BuildDir: buildDir(t)})
	for _, up := range b.servers {
		if err := up.child.leash.Close(); err != nil {
			t.Fatal(err)
		}
		if !up.child.goneWithin(5 * time.Second) {
			t.Errorf("%s lives on", up.server.name)
		}
	}
}

func TestLoopbackOnly(t *testing.T) {
	b := ForTest(t)
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, address := range addresses {
		network, ok := address.(*net.IPNet)
		if !ok || network.IP.IsLoopback() || network.IP.IsLinkLocalUnicast() {
			continue
		}
		for _, endpoint := range []string{b.DynamoDBURL, b.SQSURL} {
			u, err := url.Parse(endpoint)
			if err != nil {
				t.Fatal(err)
			}
			tried++
			conn, err := net.DialTimeout("tcp", net.JoinHostPort(network.IP.String(), u.Port()), 2*time.Second)
			if err == nil {
				conn.Close()
				t.Errorf("%s answers on %s", endpoint, network.IP)
			}
		}
	}
	t.Logf("%d other addresses tried", tried)
}

func TestStartIsInterrupted(t *testing.T) {
	build := buildDir(t)
	for _, after := range []time.Duration{0, 30 * time.Millisecond, 300 * time.Millisecond, 900 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			b, err := Start(ctx, Options{BuildDir: build})
			if err == nil {
				// Up before the interruption: then it stays up until Close.
				if err := b.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %v", err)
			}
		})
	}
}

func TestExistingServers(t *testing.T) {
	running := ForTest(t)
	b := startFor(t, Options{BuildDir: t.TempDir(), DynamoDBURL: running.DynamoDBURL + "/", SQSURL: running.SQSURL})
	if b.DynamoDBURL != running.DynamoDBURL || b.SQSURL != running.SQSURL || len(b.Processes()) != 0 {
		t.Errorf("%s, %s, %v", b.DynamoDBURL, b.SQSURL, b.Processes())
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	for name, pid := range running.Processes() {
		if gone(pid, 50*time.Millisecond) {
			t.Errorf("Close has ended %s, which was not its own", name)
		}
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		opts Options
		want string
	}{
		"nothing there": {Options{BuildDir: t.TempDir(), DynamoDBURL: loopbackURL(port), SQSURL: running.SQSURL}, "--dynamodb-url: nothing answers at " + loopbackURL(port)},
		"no URL":        {Options{BuildDir: t.TempDir(), DynamoDBURL: running.DynamoDBURL, SQSURL: "127.0.0.1:9324"}, `--sqs-url "127.0.0.1:9324" is no URL`},
		"no port":       {Options{BuildDir: t.TempDir(), SQSPort: 65536}, "--sqs-port 65536 is no port"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Start(t.Context(), test.opts); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
