package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const smallTemplate = `Parameters:
  Environment: {Type: String, Default: prod, AllowedValues: [dev, prod]}
  Rollout: {Type: String, Default: all-at-once, AllowedValues: [canary, all-at-once]}
  Release: {Type: String, Default: ""}
  Architecture: {Type: String, Default: arm64}
  Version: {Type: String, Default: dev, MinLength: 1}
  Silence: {Type: Number, Default: 24}
  Email: {Type: String, Default: ""}
Resources:
  Queue: {Type: AWS::SQS::Queue}
`

// built is a build of the small template with two functions.
func built(t *testing.T) (templatePath string) {
	t.Helper()
	dir := t.TempDir()
	templatePath = filepath.Join(dir, "template.yaml")
	write(t, templatePath, smallTemplate)
	write(t, filepath.Join(dir, "UsersFunction", "bootstrap"), "users")
	write(t, filepath.Join(dir, "WebhookFunction", "bootstrap"), "webhook")
	return templatePath
}

func TestParameters(t *testing.T) {
	t.Parallel()
	env := environment{name: "dev", overrides: map[string]string{"Environment": "dev", "Rollout": "canary"}}
	base := computed{architecture: "x86_64", version: "v1"}

	t.Run("every one has a value", func(t *testing.T) {
		t.Parallel()
		for rollout, want := range map[string]string{"": "canary", "all-at-once": "all-at-once"} {
			c := base
			c.rollout = rollout
			got, err := c.parameters(built(t), env)
			if err != nil {
				t.Fatal(err)
			}
			if len(got["Release"]) != 64 {
				t.Errorf("release %q", got["Release"])
			}
			delete(got, "Release")
			if diff := cmp.Diff(map[string]string{
				"Environment": "dev", "Rollout": want, "Architecture": "x86_64", "Version": "v1", "Silence": "24", "Email": "",
			}, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}
	})
	t.Run("errors", func(t *testing.T) {
		t.Parallel()
		for want, spoil := range map[string]func(*computed, map[string]string){
			"the template has no parameter Rolout": func(_ *computed, overrides map[string]string) { overrides["Rolout"] = "canary" },
			"parameter Environment":                func(_ *computed, overrides map[string]string) { overrides["Environment"] = "test" },
			"parameter Rollout":                    func(c *computed, _ map[string]string) { c.rollout = "slowly" },
			"parameter Version":                    func(c *computed, _ map[string]string) { c.version = "" },
		} {
			c, overrides := base, maps.Clone(env.overrides)
			spoil(&c, overrides)
			_, err := c.parameters(built(t), environment{name: "dev", overrides: overrides})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q in it", err, want)
			}
		}
		for _, path := range []string{filepath.Join(t.TempDir(), "template.yaml"), onlyTemplate(t)} {
			if _, err := base.parameters(path, env); err == nil || !strings.Contains(err.Error(), "run make build") {
				t.Errorf("error %v", err)
			}
		}
	})
}

func onlyTemplate(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "template.yaml")
	write(t, path, smallTemplate)
	return path
}

// Each thing that a version of the front door is made of changes the release, and nothing else does.
func TestRelease(t *testing.T) {
	t.Parallel()
	parameters := map[string]string{"Silence": "24", "Email": ""}
	sum := func(path string, parameters map[string]string) string {
		t.Helper()
		got, err := release(path, parameters)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	base := sum(built(t), parameters)
	if again := sum(built(t), maps.Clone(parameters)); again != base {
		t.Errorf("the same build in another folder: %s, want %s", again, base)
	}
	known := map[string]string{base: "the same build"}
	for name, change := range map[string]func(path string, parameters map[string]string){
		"a byte of a bootstrap": func(path string, _ map[string]string) {
			write(t, filepath.Join(filepath.Dir(path), "UsersFunction", "bootstrap"), "userz")
		},
		"a byte more of a bootstrap": func(path string, _ map[string]string) {
			write(t, filepath.Join(filepath.Dir(path), "UsersFunction", "bootstrap"), "users\n")
		},
		"two bootstraps swapped": func(path string, _ map[string]string) {
			write(t, filepath.Join(filepath.Dir(path), "UsersFunction", "bootstrap"), "webhook")
			write(t, filepath.Join(filepath.Dir(path), "WebhookFunction", "bootstrap"), "users")
		},
		"the template":             func(path string, _ map[string]string) { write(t, path, smallTemplate+"# x\n") },
		"a parameter's value":      func(_ string, parameters map[string]string) { parameters["Silence"] = "25" },
		"another parameter's":      func(_ string, parameters map[string]string) { parameters["Email"] = "a@example.com" },
		"values that run together": func(_ string, parameters map[string]string) { parameters["Email"], parameters["Silence"] = "2", "4" },
		"a function of another name": func(path string, _ map[string]string) {
			folder := filepath.Dir(path)
			if err := os.Rename(filepath.Join(folder, "UsersFunction"), filepath.Join(folder, "UsersFunctionX")); err != nil {
				t.Fatal(err)
			}
		},
		"one parameter less": func(_ string, parameters map[string]string) { delete(parameters, "Email") },
	} {
		path, own := built(t), maps.Clone(parameters)
		change(path, own)
		got := sum(path, own)
		if other, seen := known[got]; seen {
			t.Errorf("%s: the same release as %s", name, other)
		}
		known[got] = name
	}
	path := built(t)
	if sum(path, map[string]string{"A": "1", "B": "2"}) == sum(path, map[string]string{"A": "1\"B\"\n2"}) {
		t.Error("a value that reads like the next parameter: the same release")
	}
}

func TestWriteParameters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".build", "deploy.yaml")
	if err := writeParameters(path, map[string]string{"B": "", "A": "0123", "C": "two words: #1"}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "# All parameters of the last `make deploy`.\nA: \"0123\"\nB: \"\"\nC: \"two words: #1\"\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, value := range []string{`a"b`, `a'b`, `a\b`, "a\nb"} {
		if err := writeParameters(path, map[string]string{"A": value}); err == nil || !strings.Contains(err.Error(), "parameter A") {
			t.Errorf("%q: error %v", value, err)
		}
	}
}
