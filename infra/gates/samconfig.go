package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"argyle-webhooks/infra/template"
)

const (
	samconfig = "samconfig.toml"
	// computed begins the parameters that `make deploy` computes and that stand in a file of their own.
	computed = "file://"
)

// wantEnvironments are the environments that there have to be. What the template's parameter Environment allows is the same.
var wantEnvironments = []string{"dev", "staging", "prod"}

// environment is a section of samconfig.toml.
type environment struct {
	name string
	// build and deploy are what SAM CLI is told for the two commands.
	build, deploy map[string]any
	// overrides are the template's parameters.
	overrides template.Params
}

// stackName is the name of the environment's stack in CloudFormation.
func (e environment) stackName() string {
	name, _ := e.deploy["stack_name"].(string)
	return name
}

// readEnvironments reads samconfig.toml. What is missing is a matter of the rules.
func readEnvironments(files fs.FS) ([]environment, error) {
	source, err := fs.ReadFile(files, samconfig)
	if err != nil {
		return nil, fmt.Errorf("reading the environments: %w", err)
	}
	document := map[string]any{}
	if err := toml.Unmarshal(source, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", samconfig, err)
	}
	var found []environment
	for name := range document {
		env := environment{name: name, build: section(document, name, "build"), deploy: section(document, name, "deploy"), overrides: template.Params{}}
		if env.deploy == nil {
			continue
		}
		for _, override := range words(env.deploy["parameter_overrides"]) {
			if parameter, value, isValue := strings.Cut(override, "="); isValue && !strings.HasPrefix(override, computed) {
				env.overrides[parameter] = value
			}
		}
		found = append(found, env)
	}
	place := func(e environment) int { return bytes.Index(source, []byte("["+e.name+".deploy")) }
	slices.SortFunc(found, func(a, b environment) int { return place(a) - place(b) })
	return found, nil
}

// section is [name.command.parameters]; nil if there is none.
func section(document map[string]any, name, command string) map[string]any {
	at := document
	for _, key := range []string{name, command, "parameters"} {
		at, _ = at[key].(map[string]any)
	}
	return at
}

// words are the strings of a list.
func words(value any) []string {
	items, _ := value.([]any)
	var out []string
	for _, item := range items {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// samconfigRule: SAM CLI inherits nothing between environments and reports nothing that is missing.
func samconfigRule(p *project, r *report) {
	var names []string
	for _, env := range p.environments {
		names = append(names, env.name)
	}
	if !slices.Equal(names, wantEnvironments) {
		r.findAt(samconfig, "its environments are %s, want %s", strings.Join(names, ", "), strings.Join(wantEnvironments, ", "))
		return
	}
	parameters := slices.Sorted(maps.Keys(p.environments[0].overrides))
	for _, env := range p.environments {
		bad := func(format string, args ...any) { r.findAt(samconfig, env.name+": "+format, args...) }
		if got := slices.Sorted(maps.Keys(env.overrides)); !slices.Equal(got, parameters) {
			bad("parameter_overrides are %s, want those of %s: %s", strings.Join(got, ", "), p.environments[0].name, strings.Join(parameters, ", "))
		}
		if got := env.overrides["Environment"]; got != env.name {
			bad("Environment is %q, want %q", got, env.name)
		}
		if got, want := words(env.deploy["tags"]), []string{"project=argyle-webhooks", "environment=" + env.name}; !slices.Equal(got, want) {
			bad("tags are %q, want %q: bills are read by them", got, want)
		}
		if want := env.name != "dev"; env.deploy["confirm_changeset"] != want {
			bad("confirm_changeset is %v, want %v", env.deploy["confirm_changeset"], want)
		}
		if got := env.overrides["Rollout"]; env.name == "prod" && got != "canary" {
			bad("Rollout is %q, want canary: a version that fails would take every delivery at once", got)
		}
		for setting, want := range map[string]any{"capabilities": "CAPABILITY_IAM", "resolve_s3": true, "fail_on_empty_changeset": false} {
			if env.deploy[setting] != want {
				bad("%s is %v, want %v", setting, show(env.deploy[setting]), want)
			}
		}
		if overrides := words(env.deploy["parameter_overrides"]); len(overrides) == 0 || overrides[len(overrides)-1] != computed+".build/deploy.yaml" {
			bad("the last of parameter_overrides is not %s.build/deploy.yaml, where `make deploy` puts what it computes", computed)
		}
		if want := "argyle-webhooks-" + env.name; env.deploy["stack_name"] != want || env.deploy["s3_prefix"] != want {
			bad("stack_name is %v and s3_prefix %v, want %q for both: environments must not share one", env.deploy["stack_name"], env.deploy["s3_prefix"], want)
		}
		if env.build["cached"] != false || env.build["build_in_source"] != true {
			bad("build has cached %v and build_in_source %v, want false and true: the cache keeps stale code", env.build["cached"], env.build["build_in_source"])
		}
	}
}
