package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// samScript is the script that plays SAM CLI, found before a test changes its folder.
var samScript, _ = filepath.Abs("testdata/sam")

// fakeSAM is a program that notes how it was called and prints what SAM CLI 1.170 would.
func fakeSAM(t *testing.T, prints, code string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "prints"), prints)
	write(t, filepath.Join(dir, "code"), code)
	// A link: a script that this process has just written may be busy, held open by what another test starts at that moment.
	path := filepath.Join(dir, "sam")
	if err := os.Symlink(samScript, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func samArgs(t *testing.T, sam string) string {
	t.Helper()
	args, err := os.ReadFile(filepath.Join(filepath.Dir(sam), "args"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(args))
}

const (
	samMade = `{"type": "info", "managed_s3_bucket": "bucket"}` + "\nUploading…\n" +
		`{"type": "changeset", "action": "Modify", "logical_id": "WebhookFunction"}` + "\n" +
		`{"type": "result", "status": "changeset_created", "changeset_id": "` + changeSetID + `"}` + "\n" +
		`{"type": "warning", "message": "a newer SAM CLI"}` + "\n"
	samNothing = `{"type": "result", "status": "no_changes", "message": "No changes to deploy."}` + "\n"
)

// trial is one `make deploy`, in a folder of its own.
type trial struct {
	env        string
	rollout    string
	version    string
	allowed    string
	sam        string // what it prints
	samCode    string
	changes    []string
	after      []event
	answer     int
	answerBody string
	versions   string
	refuse     map[string]string
	stdin      string
	yes        bool
	noDNS      bool // the front door's name does not resolve

	err     string   // part of it; "" for none
	out     []string // parts
	called  []string
	written []string // parts of the parameters' file
}

func TestDeploy(t *testing.T) {
	const signed = `{"reason": "missing_signature"}`
	modify := []string{changed("Modify", "WebhookFunction", "AWS::Lambda::Function", "False", "")}
	removeTable := []string{modify[0], changed("Remove", "StatusTable", "AWS::DynamoDB::Table", "", "Delete") + changed("Modify", "Api", "AWS::ApiGatewayV2::Api", "Conditional", "")}
	executed := []string{"ExecuteChangeSet " + changeSetID}
	deleted := []string{"DeleteChangeSet " + changeSetID}
	protect := "UpdateTerminationProtection argyle-webhooks-"

	for name, tt := range map[string]trial{
		"a change to dev": {
			changes: modify, called: executed,
			out:     []string{"WebhookFunction  AWS::Lambda::Function  modify", "UPDATE_COMPLETE", "refused as it must be (401): argyle-webhooks-dev works"},
			written: []string{"Environment: \"dev\"\n", "Rollout: \"all-at-once\"\n", "Email: \"\"\n", "Version: \"v1\"\n", "Architecture: \"arm64\"\n"},
		},
		"for once by canary": {
			changes: modify, rollout: "canary", called: executed, written: []string{"Rollout: \"canary\"\n"},
		},
		"nothing changes": {
			sam: samNothing, called: nil, out: []string{"nothing changes", "argyle-webhooks-dev works"},
		},
		"the table and the API would go": {
			changes: removeTable, called: deleted,
			out: []string{"StatusTable      AWS::DynamoDB::Table"},
			err: "refused, and nothing was changed: the stack would lose what it must keep (StatusTable: remove; Api: replace, perhaps). " +
				"If that is meant, say ALLOW_LOSS=\"StatusTable Api\"",
		},
		"the table would go, and only the API may": {
			changes: removeTable, allowed: "Api", called: deleted, err: "(StatusTable: remove). If that is meant, say ALLOW_LOSS=\"Api StatusTable\"",
		},
		"both may go": {changes: removeTable, allowed: "Api StatusTable", called: executed},
		"prod, and yes": {
			env: "prod", changes: modify, stdin: "y\n", called: append(executed[:1:1], protect+"prod"), out: []string{"Make these changes? [y/N] "},
		},
		"prod, and yes beforehand": {
			env: "prod", changes: modify, yes: true, called: append(executed[:1:1], protect+"prod"), out: []string{"Make these changes? yes (CONFIRM=yes)"},
		},
		"prod, and no":     {env: "prod", changes: modify, stdin: "n\n", called: deleted, err: "nothing was changed: the answer was no"},
		"prod, and return": {env: "prod", changes: modify, stdin: "\n", called: deleted, err: "nothing was changed: the answer was no"},
		"prod, and nobody": {env: "prod", changes: modify, called: deleted, err: "nobody here to ask; say CONFIRM=yes"},
		"prod, and yes does not let the table go": {
			env: "prod", changes: removeTable, yes: true, called: deleted, err: "refused, and nothing was changed",
		},
		"prod, uncommitted": {
			env: "prod", changes: modify, yes: true, version: "v1-dirty", called: append(executed[:1:1], protect+"prod"),
			out: []string{"WARNING: v1-dirty has changes that are in no commit"},
		},
		"prod cannot be protected": {
			env: "prod", sam: samNothing, refuse: map[string]string{"UpdateTerminationProtection": "denied"}, err: "could not be protected from deletion: ",
		},
		"rolled back": {
			changes: modify, called: executed,
			after: []event{{"UPDATE_FAILED", "AWS::Lambda::Function", "WebhookFunction", "broken"}, {"UPDATE_ROLLBACK_COMPLETE", stack, stackName, ""}},
			err:   "First to fail was WebhookFunction (AWS::Lambda::Function): broken",
		},
		"no secret yet": {
			changes: modify, called: executed, answer: 503, answerBody: `{"reason": "no_secret"}`,
			out: []string{"answers 503 as long as there is no signing secret", "argylectl secret rotate --stack argyle-webhooks-dev --reason 'first secret' --out secret.txt"},
		},
		"before its name has a DNS record": {
			changes: modify, noDNS: true, called: executed,
			out: []string{"that name does not resolve yet; point its DNS record at 127.0.0.1, which was asked instead", "argyle-webhooks-dev works"},
		},
		"a secret that cannot be read": {
			changes: modify, called: executed, answer: 503, answerBody: `{"reason": "no_secret"}`, versions: `{"0195b3c1": ["AWSCURRENT"]}`,
			err: "reads no signing secret, though it has a value",
		},
		"does not work": {
			changes: modify, called: executed, answer: 404, answerBody: "{}", err: "/webhooks/argyle does not work: the answer is 404",
		},
		"SAM cannot": {
			sam: `{"type": "result", "status": "failure", "error": {"message": "no\n credentials"}}`, samCode: "1", err: "sam deploy: no credentials",
		},
		"SAM cannot, since the first deployment failed": {
			sam:     `{"type": "result", "status": "failure", "error": {"message": "is in ROLLBACK_COMPLETE state and can not be updated."}}`,
			samCode: "1", err: "delete it (aws cloudformation delete-stack) and deploy again",
		},
		"SAM breaks":           {sam: "{}", samCode: "3", err: "sam deploy failed, .build/sam-deploy.log says why: exit status 3"},
		"SAM says nothing":     {sam: " ", err: "sam deploy made no change set, .build/sam-deploy.log says why"},
		"changes are secret":   {refuse: map[string]string{"DescribeChangeSet": "denied"}, called: deleted, err: "reading the changes"},
		"and cannot be undone": {refuse: map[string]string{"DescribeChangeSet": "a", "DeleteChangeSet": "b"}, err: "is left behind"},
		"execution refused": {
			changes: modify, refuse: map[string]string{"ExecuteChangeSet": "stack is busy"}, err: "having the changes made: ",
		},
		"there is no stack yet": {
			changes: modify, refuse: map[string]string{"DescribeStacks": "Stack with id argyle-webhooks-dev does not exist"}, called: executed, err: "reading the outputs",
		},
		"a parameter that is wrong": {rollout: "slowly", err: "the parameters of dev do not fit"},
		"a version that SAM cannot": {version: `v"1`, err: "the value of parameter Version has a quote"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.answer == 0 {
				tt.answer, tt.answerBody = 401, signed
			}
			tt.run(t)
		})
	}
}

func (tt trial) run(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, builtTemplate, smallTemplate)
	write(t, filepath.Join(filepath.Dir(builtTemplate), "WebhookFunction", "bootstrap"), "webhook")
	url := answering(t, tt.answer, tt.answerBody)
	c := newCloud(t)
	c.pages, c.refuse, c.outputs = tt.changes, tt.refuse, map[string]string{"WebhookUrl": url, "SecretArn": "arn"}
	smoke := impatient()
	if tt.noDNS {
		c.outputs["WebhookUrl"] = strings.Replace(url, "127.0.0.1", "hooks.example.com", 1)
		c.outputs["DomainTarget"] = "127.0.0.1"
		smoke.dial = withoutDNS
	}
	if tt.after != nil {
		c.after = tt.after
	}
	if tt.versions != "" {
		c.secretVersions = tt.versions
	}
	name := or(tt.env, "dev")
	sam := fakeSAM(t, or(tt.sam, samMade), or(tt.samCode, "0"))
	var out bytes.Buffer
	d := &deployer{
		env:     environment{name: name, stack: "argyle-webhooks-" + name, confirm: name != "dev", overrides: map[string]string{"Environment": name}},
		sam:     samCLI{path: sam, environment: name, region: "eu-west-1"},
		stacks:  c.stacks(),
		secrets: c.secrets(),
		smoke:   smoke,
		ask:     asker{in: strings.NewReader(tt.stdin), out: &out, yes: tt.yes},
		out:     &out,
		every:   time.Millisecond,
	}
	err := d.deploy(t.Context(), computed{architecture: "arm64", version: or(tt.version, "v1"), rollout: tt.rollout}, strings.Fields(tt.allowed))
	if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
		t.Errorf("error %v, want %q in it", err, tt.err)
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("more than a line: %v", err)
	}
	for _, part := range tt.out {
		if !strings.Contains(out.String(), part) {
			t.Errorf("output %s\nwant %q in it", out.String(), part)
		}
	}
	if diff := cmp.Diff(tt.called, c.called()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if args := samArgs(t, sam); args != "" && args != "deploy --config-env "+name+" --region eu-west-1 --no-execute-changeset --no-confirm-changeset "+
		"--no-fail-on-empty-changeset --output json" {
		t.Errorf("SAM was called with %s", args)
	}
	written, _ := os.ReadFile(parametersFile)
	for _, part := range tt.written {
		if !strings.Contains(string(written), part) {
			t.Errorf("parameters %s\nwant %q in it", written, part)
		}
	}
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// TestRetry deploys the same build after it was deployed, and after it was rolled back. The version that was published then is still there, so only
// another release makes another one.
func TestRetry(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, builtTemplate, smallTemplate)
	write(t, filepath.Join(filepath.Dir(builtTemplate), "WebhookFunction", "bootstrap"), "webhook")
	c := newCloud(t)
	c.outputs = map[string]string{"WebhookUrl": answering(t, 401, `{"reason": "missing_signature"}`), "SecretArn": "arn"}
	releases := map[string]string{}
	for _, status := range []string{
		"<StackStatus>UPDATE_COMPLETE</StackStatus><LastUpdatedTime>2026-01-02T03:04:05.678Z</LastUpdatedTime>",
		"<StackStatus>UPDATE_ROLLBACK_COMPLETE</StackStatus><LastUpdatedTime>2026-01-02T03:04:05.678Z</LastUpdatedTime>",
		"<StackStatus>UPDATE_ROLLBACK_COMPLETE</StackStatus><LastUpdatedTime>2026-01-02T03:14:05.678Z</LastUpdatedTime>",
	} {
		c.status = status
		d := &deployer{
			env: environment{name: "dev", stack: "argyle-webhooks-dev", overrides: map[string]string{"Environment": "dev"}},
			sam: samCLI{path: fakeSAM(t, samNothing, "0"), environment: "dev", region: "eu-west-1"}, stacks: c.stacks(), secrets: c.secrets(),
			smoke: impatient(), out: &bytes.Buffer{}, every: time.Millisecond,
		}
		if err := d.deploy(t.Context(), computed{architecture: "arm64", version: "v1"}, nil); err != nil {
			t.Fatal(err)
		}
		written, err := os.ReadFile(parametersFile)
		if err != nil {
			t.Fatal(err)
		}
		_, release, _ := strings.Cut(string(written), "Release: ")
		release, _, _ = strings.Cut(release, "\n")
		if other, seen := releases[release]; seen || len(release) < 64 {
			t.Errorf("%s: the release is %s, as with %s", status, release, other)
		}
		releases[release] = status
	}
}

// Whoever changes their mind at the question leaves no change set behind.
func TestInterruptedQuestion(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.pages = []string{""}
	in, answers, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answers.Close() }) // nobody ever answers
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	d := &deployer{env: environment{name: "prod", confirm: true}, stacks: c.stacks(), ask: asker{in: in, out: &out}, out: &out}
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := d.change(ctx, changeSetID, nil); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]string{"DeleteChangeSet " + changeSetID}, c.called()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kind, code string
		yes        bool
		stdin      string
		called     bool
		err        string
	}{
		"dev":                 {kind: "dev", yes: true, called: true},
		"dev, and yes":        {kind: "dev", stdin: "yes\n", called: true},
		"dev, and no":         {kind: "dev", stdin: "n\n", err: "the answer was no"},
		"dev, and nobody":     {kind: "dev", err: "nobody here to ask"},
		"SAM cannot":          {kind: "dev", yes: true, code: "1", called: true, err: "sam delete failed, see above"},
		"staging":             {kind: "staging", yes: true, err: `its Environment is "staging", and what it keeps would stay behind without a stack. infra/RUNBOOK.md, "Taking a stack down"`},
		"prod":                {kind: "prod", yes: true, err: `its Environment is "prod"`},
		"none, which is prod": {yes: true, err: `is not deleted from here: its Environment is ""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sam := fakeSAM(t, "Deleted successfully\n", or(tt.code, "0"))
			var out, errs bytes.Buffer
			d := &deployer{
				env: environment{name: "trial", stack: "argyle-webhooks-trial", overrides: map[string]string{"Environment": tt.kind}},
				sam: samCLI{path: sam, environment: "trial", region: "eu-west-1"}, out: &out,
				ask: asker{in: strings.NewReader(tt.stdin), out: &out, yes: tt.yes},
			}
			err := d.remove(t.Context(), &errs)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q in it", err, tt.err)
			}
			want := ""
			if tt.called {
				want = "delete --config-env trial --region eu-west-1 --no-prompts"
			}
			if args := samArgs(t, sam); args != want {
				t.Errorf("SAM was called with %q, want %q", args, want)
			}
			if err == nil && (!strings.Contains(out.String(), "Deleted successfully") || !strings.Contains(out.String(), "argyle-webhooks-trial is gone")) {
				t.Errorf("output %s", out.String())
			}
		})
	}
}

func TestRun(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, configFile, "[dev.deploy.parameters]\nstack_name = \"s\"\nconfirm_changeset = false\nparameter_overrides = [\"Environment=dev\", \"file://.build/deploy.yaml\"]\n")
	for variable, value := range map[string]string{
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(variable, value)
	}
	const eu = "eu-west-1"
	sam := fakeSAM(t, "Deleted successfully\n", "0")
	for name, tt := range map[string]struct {
		args   string
		region string
		code   int
		stderr string
	}{
		"nothing":         {"", eu, 2, "usage: deploy -env NAME"},
		"no version":      {"-env dev -arch arm64", eu, 2, "usage: deploy -env NAME"},
		"no architecture": {"-env dev -version v1", eu, 2, "usage: deploy -env NAME"},
		"too much":        {"-env dev -delete now", eu, 2, "usage: deploy -env NAME"},
		"unknown flag":    {"-fast", eu, 2, "not defined: -fast"},
		"unknown name":    {"-env production -delete", eu, 2, `deploy: no environment "production" in samconfig.toml: there are dev`},
		"no region":       {"-env dev -delete -yes", "", 1, "deploy: no AWS region: set AWS_REGION, or AWS_PROFILE"},
		"no build":        {"-env dev -arch arm64 -version v1", eu, 1, "deploy: there is no built template, run make build"},
		"deleted":         {"-env dev -delete -yes -sam " + sam, eu, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_REGION", tt.region)
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), strings.Fields(tt.args), strings.NewReader(""), &stdout, &stderr); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("standard error %q, want %q in it", stderr.String(), tt.stderr)
			}
		})
	}
}
