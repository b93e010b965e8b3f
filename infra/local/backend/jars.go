package backend

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

//go:embed pom.xml
var pom []byte

//go:embed launcher/OnLoopback.java
var launcher []byte

// jars is the folder with everything the servers need to run on Java: their jars and the compiled launcher. Its name holds a hash of
// what it is made from and it appears by a rename, so that it is complete if it is there.
type jars struct {
	// root is .build/jars, dir the folder in it.
	root, dir string
}

func jarsIn(buildDir string) jars {
	sum := sha256.New()
	sum.Write(pom)
	sum.Write(launcher)
	root := filepath.Join(buildDir, "jars")
	return jars{root: root, dir: filepath.Join(root, hex.EncodeToString(sum.Sum(nil))[:12])}
}

// ready says whether the folder is there.
func (j jars) ready() bool {
	info, err := os.Stat(j.dir)
	return err == nil && info.IsDir()
}

// classpath is what java's -cp takes.
func (j jars) classpath() string {
	return j.dir + string(os.PathListSeparator) + filepath.Join(j.dir, "*")
}

// jarsList names every jar of a folder, for the compiler, which does not understand "*" when it is started as a module.
func jarsList(dir string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("no jars in %s after Maven ran", dir)
	}
	return strings.Join(found, string(os.PathListSeparator)), nil
}

// fetch makes the folder with Maven and java's own compiler. Of several processes that want it, one works and the others wait.
func (j jars) fetch(ctx context.Context, java, mvn string, log io.Writer) error {
	if err := os.MkdirAll(j.root, 0o755); err != nil {
		return fmt.Errorf("make the folder for the jars: %w", err)
	}
	unlock, err := lockFile(ctx, filepath.Join(j.root, "lock"), func() {
		if !j.ready() {
			fmt.Fprintln(log, "waiting for another process that fetches DynamoDB Local and ElasticMQ")
		}
	})
	if err != nil {
		return err
	}
	defer unlock()
	if j.ready() {
		return nil
	}
	began := time.Now()
	fmt.Fprintf(log, "fetching DynamoDB Local and ElasticMQ with Maven into %s (about 85 MB, this once)\n", j.root)
	staging, err := os.MkdirTemp(j.root, "fetching-*")
	if err != nil {
		return fmt.Errorf("make a folder to fetch into: %w", err)
	}
	defer os.RemoveAll(staging)
	if err := fill(ctx, staging, java, mvn); err != nil {
		return err
	}
	if err := os.Chmod(staging, 0o755); err != nil {
		return fmt.Errorf("open the folder with the jars: %w", err)
	}
	if err := os.Rename(staging, j.dir); err != nil {
		return fmt.Errorf("put the jars in place: %w", err)
	}
	fmt.Fprintf(log, "fetched in %s\n", time.Since(began).Round(time.Second))
	return nil
}

func fill(ctx context.Context, dir, java, mvn string) error {
	work := filepath.Join(dir, "work")
	if err := os.Mkdir(work, 0o755); err != nil {
		return fmt.Errorf("make a folder to build in: %w", err)
	}
	pomFile, source := filepath.Join(work, "pom.xml"), filepath.Join(work, "OnLoopback.java")
	if err := os.WriteFile(pomFile, pom, 0o644); err != nil {
		return fmt.Errorf("write Maven's project: %w", err)
	}
	if err := os.WriteFile(source, launcher, 0o644); err != nil {
		return fmt.Errorf("write the launcher's source: %w", err)
	}
	// The plugin's version is the pom's.
	if err := run(ctx, "Maven could not fetch DynamoDB Local and ElasticMQ", mvn, "--batch-mode", "--no-transfer-progress", "--file", pomFile,
		"org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies", "-DoutputDirectory="+dir); err != nil {
		return err
	}
	classpath, err := jarsList(dir)
	if err != nil {
		return err
	}
	if err := run(ctx, "java could not compile the servers' launcher", java, "-m", "jdk.compiler/com.sun.tools.javac.Main",
		"--release", "17", "-proc:none", "-cp", classpath, "-d", dir, source); err != nil {
		return err
	}
	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("clear the folder built in: %w", err)
	}
	return nil
}
