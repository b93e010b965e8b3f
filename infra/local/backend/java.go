package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// minJava is the Java that DynamoDB Local 2.x needs: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocalHistory.html.
const minJava = 17

// startLimit is how long a server may take to come up on a slow, busy machine. On an idle one it is 1 to 2 seconds.
const startLimit = 60 * time.Second

// portTakenStatus is the launcher's exit status for a port that is taken.
const portTakenStatus = 3

// onJava runs servers on Java.
type onJava struct {
	java string
	jars jars
	// scratch takes what the servers write: DynamoDB Local unpacks sqlite's native library.
	scratch string
}

// javaFlags are for a quick start and little memory: the data is small and lives for minutes.
var javaFlags = []string{"-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Djava.awt.headless=true"}

// run starts a server and returns when it answers. With port 0 the server itself takes a free one, so that no other program can
// come between.
func (j onJava) run(ctx context.Context, s server, port int) (*running, error) {
	listening := make(chan int, 1)
	args := append([]string{}, javaFlags...)
	args = append(args, "-Djava.io.tmpdir="+j.scratch, "-cp", j.jars.classpath(), "OnLoopback", s.kind, strconv.Itoa(port), Region, AccountID)
	cmd := exec.Command(j.java, args...)
	cmd.Dir = j.scratch
	cmd.Env = append(os.Environ(), "DDB_LOCAL_TELEMETRY=0")
	c, err := start(s.name, cmd, syscall.SIGKILL, func(line string) {
		if rest, ok := strings.CutPrefix(line, "listening "); ok {
			if n, err := strconv.Atoi(rest); err == nil {
				select {
				case listening <- n:
				default:
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	select {
	case n := <-listening:
		return &running{server: s, url: loopbackURL(n), child: c}, nil
	case <-c.gone:
		var exit *exec.ExitError
		if errors.As(c.err, &exit) && exit.ExitCode() == portTakenStatus {
			return nil, s.portTaken(port)
		}
		return nil, c.death()
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("start %s: %w", s.name, context.Cause(ctx)), c.stop())
	case <-limit.C:
		return nil, errors.Join(fmt.Errorf("%s is not up after %s%s", s.name, startLimit, c.out.indented()), c.stop())
	}
}

// findJava finds the java to use: JAVA_HOME's, else the one in PATH; "" if there is none.
func findJava() string {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		if path, err := exec.LookPath(filepath.Join(home, "bin", "java")); err == nil {
			return path
		}
	}
	path, err := exec.LookPath("java")
	if err != nil {
		return ""
	}
	return path
}

// checkJava says what is wrong with a java for fetching and running the servers: too old, or a runtime without its compiler, or no
// Java at all behind the name, as on a new macOS.
func checkJava(ctx context.Context, java string) error {
	out, err := exec.CommandContext(ctx, java, "-XshowSettings:properties", "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s does not run (%w)", java, err)
	}
	version := ""
	for line := range strings.Lines(string(out)) {
		if key, value, ok := strings.Cut(line, "="); ok && strings.TrimSpace(key) == "java.specification.version" {
			version = strings.TrimSpace(value)
		}
	}
	n, err := strconv.Atoi(version)
	if err != nil || n < minJava {
		return fmt.Errorf("%s is Java %s, and DynamoDB Local needs %d or later", java, version, minJava)
	}
	if err := exec.CommandContext(ctx, java, "--describe-module", "jdk.compiler").Run(); err != nil {
		return fmt.Errorf("%s has no compiler: it is a runtime (JRE), and a JDK is needed", java)
	}
	return nil
}

// discard stands in for a nil log.
func discard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}
