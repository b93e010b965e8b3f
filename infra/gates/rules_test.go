package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// repository is the module's folder.
func repository() fs.FS { return os.DirFS("../..") }

// TestRepository asks all rules of the repository as it is.
func TestRepository(t *testing.T) {
	t.Parallel()
	p, err := load(repository())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.findings() {
		t.Error(f)
	}
}

// edit breaks a file of the repository in one place, and names the rule that must find it.
type edit struct {
	rule string
	// file is "" for template.yaml. In it in is the resource, or the parameter, in which old stands; in other files it is empty.
	file, in string
	// old stands there exactly once, and new is put in its place.
	old, new string
	// where is the resource of the finding, if it is not the one that was edited.
	where string
}

// apply returns the edited file. An edit whose text is not there any more, or is there twice, proves nothing.
func (e edit) apply(source string) (string, error) {
	from, to := 0, len(source)
	if e.in != "" {
		found := regexp.MustCompile(`(?m)^  ` + regexp.QuoteMeta(e.in) + `:\n(?: {4,}.*\n|\n|  +#.*\n)*`).FindStringIndex(source)
		if found == nil {
			return "", fmt.Errorf("there is no %s", e.in)
		}
		from, to = found[0], found[1]
	}
	if n := strings.Count(source[from:to], e.old); n != 1 {
		return "", fmt.Errorf("%q stands there %d times, want once", e.old, n)
	}
	return source[:from] + strings.Replace(source[from:to], e.old, e.new, 1) + source[to:], nil
}

// overlay is files with one of them replaced.
type overlay struct {
	fs.FS

	name    string
	content []byte
}

func (o overlay) Open(name string) (fs.File, error) {
	if name != o.name {
		return o.FS.Open(name)
	}
	return fstest.MapFS{name: {Data: o.content}}.Open(name)
}

// edited is the repository with an edit.
func edited(t *testing.T, e edit) fs.FS {
	t.Helper()
	file := e.file
	if file == "" {
		file = "template.yaml"
	}
	source, err := fs.ReadFile(repository(), file)
	if err != nil {
		t.Fatal(err)
	}
	broken, err := e.apply(string(source))
	if err != nil {
		t.Fatalf("the edit of %s does not apply: %v", file, err)
	}
	return overlay{repository(), file, []byte(broken)}
}

// TestEdits breaks the repository, edit by edit, and requires the rule to notice.
func TestEdits(t *testing.T) {
	t.Parallel()
	unbroken, err := load(repository())
	if err != nil {
		t.Fatal(err)
	}
	before := unbroken.findings()
	for _, e := range slices.Concat(queueEdits, functionEdits, protectionEdits, alarmEdits, fileEdits) {
		t.Run(strings.Join([]string{e.rule, e.in + e.file, e.new}, ": "), func(t *testing.T) {
			t.Parallel()
			p, err := load(edited(t, e))
			if err != nil {
				t.Fatal(err)
			}
			where := e.where
			if where == "" {
				where = e.in + e.file
			}
			found := p.findings()
			i := slices.IndexFunc(found, func(f finding) bool {
				return f.rule == e.rule && f.where == where && !slices.ContainsFunc(before, func(b finding) bool { return b.String() == f.String() })
			})
			if i < 0 {
				t.Fatalf("the rule has not noticed; found:\n%v", found)
			}
			t.Log(found[i])
		})
	}
}

// TestEveryRuleHasItsEdit keeps the rules from being added without being seen to fail.
func TestEveryRuleHasItsEdit(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	for _, e := range slices.Concat(queueEdits, functionEdits, protectionEdits, alarmEdits, fileEdits) {
		broken[e.rule] = true
	}
	names := map[string]bool{}
	for _, rule := range stackRules {
		names[rule.name] = true
	}
	for _, rule := range projectRules {
		names[rule.name] = true
	}
	for name := range names {
		if !broken[name] {
			t.Errorf("no edit breaks the rule %q", name)
		}
	}
	for name := range broken {
		if !names[name] {
			t.Errorf("an edit is for the rule %q, which does not exist", name)
		}
	}
}

// What cannot be read at all is an error that says what to do.
func TestCannotLoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit edit
		want string
	}{
		"a parameter that the template does not have": {
			edit{file: samconfig, old: `  "LogLevel=DEBUG",`, new: `  "LogLevl=DEBUG",`},
			"as dev deploys it: template.yaml: the template has no parameter LogLevl",
		},
		"a value that the template does not allow": {
			edit{file: samconfig, old: `"Rollout=canary"`, new: `"Rollout=slow"`},
			"as prod deploys it: template.yaml:",
		},
		"a time that is not there any more": {
			edit{file: "functions/webhook/handler.go", old: "const budget =", new: "const most ="},
			"functions/webhook/handler.go has no constant budget any more: say in infra/gates/times.go where it is now",
		},
		"a time of another form": {
			edit{file: "functions/webhook/handler.go", old: "const budget = 5 * time.Second", new: "const budget = time.Duration(5e9)"},
			"functions/webhook/handler.go: budget: its value has a form that infra/gates does not read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(edited(t, c.edit))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want %s…", err, c.want)
			}
		})
	}
}

// TestRun looks at what a person sees of a finding: one line, the environments that have it, and exit code 1.
func TestRun(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := run(edited(t, edit{in: "Api5xxAlarm", old: "MetricName: 5xx", new: "MetricName: 5XXError"}), &stdout, &stderr)
	want := "gates: alarm's metric: Api5xxAlarm: AWS/ApiGateway has no metric 5XXError: want one of 4xx, 5xx, Count, DataProcessed, IntegrationLatency, Latency " +
		"[everywhere]\n"
	if code != 1 || !strings.Contains(stderr.String(), want) {
		t.Errorf("exit %d, and on standard error:\n%s", code, stderr.String())
	}
	if !strings.Contains(stdout.String(), "without traffic, dollars a month") {
		t.Errorf("no costs on standard output:\n%s", stdout.String())
	}
}

// Where nothing is wrong the exit code is 0, and the last line says how much was asked.
func TestRunFindsNothing(t *testing.T) {
	t.Parallel()
	p, err := load(repository())
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := run(overlay{repository(), "README.md", []byte(costSentence(p))}, &stdout, &stderr)
	if code != 0 || stderr.Len() > 0 || !strings.HasSuffix(stdout.String(), "rules hold in 9 forms of the stack\n") {
		t.Errorf("exit %d\n%s%s", code, stdout.String(), stderr.String())
	}
}
