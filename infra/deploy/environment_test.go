package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadEnvironment(t *testing.T) {
	t.Parallel()
	const head = "version = 0.1\n[default.build.parameters]\ncached = false\n[dev.deploy.parameters]\n"
	const complete = "stack_name = \"s\"\nconfirm_changeset = true\n"
	const file = `"file://.build/deploy.yaml"`
	tests := map[string]struct {
		name, settings string
		want           environment
		err            string
	}{
		"complete": {
			settings: complete + `parameter_overrides = ["Environment=dev", "AlarmTopicArn=arn:aws:sns:eu-west-1:0:x=y", ` + file + `]`,
			want: environment{name: "dev", stack: "s", confirm: true, overrides: map[string]string{
				"Environment": "dev", "AlarmTopicArn": "arn:aws:sns:eu-west-1:0:x=y",
			}},
		},
		"another name":    {name: "production", settings: complete, err: `no environment "production" in `},
		"one that builds": {name: "default", settings: complete, err: "there are dev"},
		"no stack":        {settings: "confirm_changeset = true", err: "stack_name is missing"},
		"no confirmation": {settings: `stack_name = "s"`, err: "confirm_changeset must be true or false"},
		"no file":         {settings: complete + `parameter_overrides = ["Environment=dev"]`, err: "the last of parameter_overrides must be file://.build/deploy.yaml"},
		"no overrides":    {settings: complete, err: "the last of parameter_overrides must be file://.build/deploy.yaml"},
		"the file before others": {
			settings: complete + `parameter_overrides = [` + file + `, "Environment=dev"]`, err: "the last of parameter_overrides must be",
		},
		"twice":       {settings: complete + `parameter_overrides = ["A=1", "A=2", ` + file + `]`, err: "names A twice"},
		"empty":       {settings: complete + `parameter_overrides = ["A=", ` + file + `]`, err: `has "A=": want Name=value`},
		"a space":     {settings: complete + `parameter_overrides = ["A=x y", ` + file + `]`, err: `has "A=x y": want Name=value`},
		"quotes":      {settings: complete + `parameter_overrides = ["A='x'", ` + file + `]`, err: `has "A='x'": want Name=value`},
		"a backslash": {settings: complete + `parameter_overrides = ['A=x\y', ` + file + `]`, err: "want Name=value"},
		"a table":     {settings: complete + `parameter_overrides = [{A = "x"}, ` + file + `]`, err: "want Name=value"},
		"no TOML":     {settings: "stack_name", err: "samconfig.toml: toml:"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "samconfig.toml")
			write(t, path, head+tt.settings)
			if tt.name == "" {
				tt.name = "dev"
			}
			got, err := loadEnvironment(path, tt.name)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %q in it", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(environment{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	t.Run("no file at all", func(t *testing.T) {
		t.Parallel()
		if _, err := loadEnvironment(filepath.Join(t.TempDir(), "samconfig.toml"), "dev"); err == nil {
			t.Error("no error")
		}
	})
}

// The repository's own environments are complete and fit the template.
func TestOwnEnvironments(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		confirm bool
		rollout string
	}{"dev": {false, "all-at-once"}, "staging": {true, "all-at-once"}, "prod": {true, "canary"}} {
		env, err := loadEnvironment("../../samconfig.toml", name)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		source, err := os.ReadFile("../../template.yaml")
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "template.yaml"), string(source))
		write(t, filepath.Join(dir, "WebhookFunction", "bootstrap"), "binary")
		values, err := computed{architecture: "arm64", version: "v1"}.parameters(filepath.Join(dir, "template.yaml"), env)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if env.stack != "argyle-webhooks-"+name || env.confirm != want.confirm || values["Environment"] != name || values["Rollout"] != want.rollout {
			t.Errorf("%s: %+v", name, env)
		}
		if all, err := defaults("../../template.yaml"); err != nil || len(values) != len(all) || values["KmsKeyArn"] != "" || values["WebhookReservedConcurrency"] != "0" {
			t.Errorf("%s: %d parameters: %v, %v", name, len(values), values, err)
		}
	}
}
