package backend

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stubDocker puts a docker into a folder that records its calls in the returned file.
func stubDocker(t *testing.T, dir string) (record string) {
	t.Helper()
	record = filepath.Join(t.TempDir(), "calls")
	script(t, dir, "docker", roleVariable+"=docker DOCKER_RECORD='"+record+"' exec '"+os.Args[0]+`' "$@"`)
	return record
}

func callsOf(t *testing.T, record string) [][]string {
	t.Helper()
	data, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	var calls [][]string
	for line := range strings.Lines(string(data)) {
		var call []string
		if err := json.Unmarshal([]byte(line), &call); err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	return calls
}

func TestDocker(t *testing.T) {
	bin, build := t.TempDir(), t.TempDir()
	record := stubDocker(t, bin)
	t.Setenv("PATH", bin)
	t.Setenv("JAVA_HOME", "")
	var log tail
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	b := startFor(t, Options{BuildDir: build, DynamoDBPort: port, Log: &log})
	conf, err := os.ReadFile(filepath.Join(b.scratch, "elasticmq.conf"))
	if err != nil {
		t.Fatal(err)
	}
	sqsPort := strings.TrimPrefix(b.SQSURL, "http://127.0.0.1:")
	if !strings.Contains(string(conf), `node-address { protocol = http, host = "127.0.0.1", port = `+sqsPort) {
		t.Errorf("the node address is not %s: %s", b.SQSURL, conf)
	}
	scratch := b.scratch
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if want := "\n    using Docker for DynamoDB and SQS (no java in PATH)\n    fetching the image"; !strings.HasPrefix(log.indented(), want) {
		t.Errorf("the log is %q", log.indented())
	}
	// Both servers are started at once: the calls are compared as a set, without the random part of the names.
	got := map[string]int{}
	random := regexp.MustCompile(`(argyle-webhooks-[a-z]+)-[a-z0-9]{8}\b`)
	for _, call := range callsOf(t, record) {
		got[random.ReplaceAllString(strings.Join(call, " "), "$1")]++
	}
	dynamoPort := strings.TrimPrefix(b.DynamoDBURL, "http://127.0.0.1:")
	want := map[string]int{
		"info": 1,
		"image inspect amazon/dynamodb-local:2.6.1":         1,
		"image inspect softwaremill/elasticmq-native:1.7.1": 1,
		"pull --quiet amazon/dynamodb-local:2.6.1":          1,
		"pull --quiet softwaremill/elasticmq-native:1.7.1":  1,
		"run --rm --name argyle-webhooks-dynamodb --publish 127.0.0.1:" + dynamoPort + ":8000 --env DDB_LOCAL_TELEMETRY=0 amazon/dynamodb-local:2.6.1 -jar DynamoDBLocal.jar -inMemory -sharedDb -disableTelemetry -port 8000": 1,
		"run --rm --name argyle-webhooks-sqs --publish 127.0.0.1:" + sqsPort + ":9324 --volume " + scratch + "/elasticmq.conf:/opt/elasticmq.conf:ro softwaremill/elasticmq-native:1.7.1":                                      1,
		"stop --time 1 argyle-webhooks-dynamodb": 1,
		"stop --time 1 argyle-webhooks-sqs":      1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDockerFails(t *testing.T) {
	bin := t.TempDir()
	stubDocker(t, bin)
	t.Setenv("PATH", bin)
	t.Setenv("JAVA_HOME", "")
	t.Setenv("DOCKER_FAILS", "yes")
	_, err := Start(t.Context(), Options{BuildDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "has ended by itself: exit status 125\n    docker: no space left on device.") {
		t.Errorf("got %v", err)
	}
}

func TestNothingToRunOn(t *testing.T) {
	for name, test := range map[string]struct {
		programs map[string]string
		want     string
	}{
		"nothing at all":       {nil, "no java in PATH; no docker that answers"},
		"Java without Maven":   {map[string]string{"java": "exit 0"}, "no mvn in PATH; no docker that answers"},
		"Docker not running":   {map[string]string{"docker": "exit 1"}, "no java in PATH; no docker that answers"},
		"a java that runs not": {map[string]string{"java": "exit 1", "mvn": "exit 0"}, "does not run (exit status 1)"},
		"an old Java":          {map[string]string{"java": "echo '    java.specification.version = 11'", "mvn": "exit 0"}, "is Java 11, and DynamoDB Local needs 17 or later"},
		"a Java of old times":  {map[string]string{"java": "echo '    java.specification.version = 1.8'", "mvn": "exit 0"}, "is Java 1.8, and"},
		"a JRE": {map[string]string{
			"java": `case $1 in --describe-module) exit 1;; *) echo '    java.specification.version = 21';; esac`, "mvn": "exit 0",
		}, "a JDK is needed"},
	} {
		t.Run(name, func(t *testing.T) {
			bin := t.TempDir()
			for program, text := range test.programs {
				script(t, bin, program, text)
			}
			t.Setenv("PATH", bin)
			t.Setenv("JAVA_HOME", "")
			_, err := Start(t.Context(), Options{BuildDir: t.TempDir()})
			if !errors.Is(err, ErrNothingToRunOn) {
				t.Fatalf("got %v", err)
			}
			if text := err.Error(); !strings.Contains(text, test.want) || strings.Contains(text, "\n") {
				t.Errorf("got %q, want one line with %q", text, test.want)
			}
		})
	}
}

// TestJarsWithoutMaven starts on jars that are there, with Java and no Maven.
func TestJarsWithoutMaven(t *testing.T) {
	build, java := buildDir(t), findJava()
	bin := t.TempDir()
	if err := os.Symlink(java, filepath.Join(bin, "java")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("JAVA_HOME", "")
	var log tail
	startFor(t, Options{BuildDir: build, Log: &log})
	if got := log.indented(); got != "" {
		t.Errorf("a warm start has something to say: %s", got)
	}
}

func TestServerFailsToStart(t *testing.T) {
	bin := t.TempDir()
	script(t, bin, "java", "echo 'SLF4J: noise' >&2; echo 'Error: could not create the Java Virtual Machine.' >&2; exit 1")
	j := onJava{java: filepath.Join(bin, "java"), jars: jarsIn(t.TempDir()), scratch: t.TempDir()}
	_, err := j.run(t.Context(), elasticMQ, 0)
	if err == nil || !strings.HasSuffix(err.Error(), "has ended by itself: exit status 1\n    Error: could not create the Java Virtual Machine.") {
		t.Errorf("got %v", err)
	}
}

// stubMaven puts a java and a Maven into a folder that make files of the right names, Maven slowly and leaving a line in the returned
// file each time.
func stubMaven(t *testing.T, bin, maven string) (calls string) {
	t.Helper()
	calls = filepath.Join(t.TempDir(), "calls")
	script(t, bin, "java", `while [ $# -gt 0 ]; do [ "$1" = -d ] && : > "$2/OnLoopback.class"; shift; done`)
	script(t, bin, "mvn", `echo call >> '`+calls+`'
for a; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done
`+maven)
	return calls
}

func TestFetchOnce(t *testing.T) {
	bin, build := t.TempDir(), t.TempDir()
	calls := stubMaven(t, bin, `: > "$out/one.jar"; sleep 0.2; : > "$out/two.jar"`)
	j := jarsIn(build)
	var logs [5]tail
	var all sync.WaitGroup
	for i := range logs {
		all.Go(func() {
			if err := j.fetch(t.Context(), filepath.Join(bin, "java"), filepath.Join(bin, "mvn"), &logs[i]); err != nil {
				t.Error(err)
			}
			if !j.ready() {
				t.Error("not ready after fetching")
			}
		})
	}
	all.Wait()
	if data, _ := os.ReadFile(calls); string(data) != "call\n" {
		t.Errorf("Maven was called so: %q", data)
	}
	said := map[string]int{}
	for i := range logs {
		first, _, _ := strings.Cut(strings.TrimSpace(logs[i].indented()), " ")
		said[first]++
	}
	if diff := cmp.Diff(map[string]int{"fetching": 1, "waiting": 4}, said); diff != "" {
		t.Error(diff)
	}
	files, _ := filepath.Glob(filepath.Join(j.root, "*", "*"))
	if diff := cmp.Diff([]string{filepath.Join(j.dir, "OnLoopback.class"), filepath.Join(j.dir, "one.jar"), filepath.Join(j.dir, "two.jar")}, files); diff != "" {
		t.Error(diff)
	}
}

func TestFetchFails(t *testing.T) {
	for name, test := range map[string]struct{ maven, want string }{
		"Maven fails":       {`: > "$out/one.jar"; i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo "line $i"; done; echo '[ERROR] no route to the repository' >&2; exit 1`, "line 50\n    [ERROR] no route to the repository"},
		"Maven has nothing": {"exit 0", "after Maven ran"},
	} {
		t.Run(name, func(t *testing.T) {
			bin, build := t.TempDir(), t.TempDir()
			stubMaven(t, bin, test.maven)
			j := jarsIn(build)
			err := j.fetch(t.Context(), filepath.Join(bin, "java"), filepath.Join(bin, "mvn"), &tail{})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Count(err.Error(), "\n") > tailLines {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if left, _ := filepath.Glob(filepath.Join(j.root, "*")); len(left) != 1 || j.ready() {
				t.Errorf("left behind besides the lock: %v", left)
			}
		})
	}
}
