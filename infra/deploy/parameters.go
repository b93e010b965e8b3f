package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"argyle-webhooks/infra/template"
)

// computed are the parameters that come from the Makefile and not from samconfig.toml.
type computed struct {
	architecture string
	version      string
	// rollout overrides the environment's for one deployment; "" does not.
	rollout string
	// retryOf is when the deployment began that was rolled back last, if nothing was deployed since. It makes another release of the same build: the
	// version that was published then is still there, and Lambda publishes no second one that is like the last.
	retryOf string
}

// parameters gives every parameter of the built template its value: the template's default, over it the environment's, over it the Makefile's,
// and the Release of all of it. Every one, because CloudFormation would keep the last deployment's value of a parameter that is not passed: one
// taken out of samconfig.toml would not go back to its default. An error names a parameter that the template does not have (SAM CLI would pass
// over it) or whose value it does not allow.
func (c computed) parameters(templatePath string, env environment) (map[string]string, error) {
	values, err := defaults(templatePath)
	if err != nil {
		return nil, err
	}
	maps.Copy(values, env.overrides)
	values["Architecture"], values["Version"] = c.architecture, c.version
	if c.rollout != "" {
		values["Rollout"] = c.rollout
	}
	summed := values
	if c.retryOf != "" {
		summed = maps.Clone(values)
		summed["the retry of"] = c.retryOf
	}
	if values["Release"], err = release(templatePath, summed); err != nil {
		return nil, err
	}
	parsed, err := template.Load(templatePath)
	if err != nil {
		return nil, fmt.Errorf("reading the built template: %w", err)
	}
	if _, err := parsed.Resolve(values, template.Placeholders{}); err != nil {
		return nil, fmt.Errorf("the parameters of %s do not fit: %w", env.name, err)
	}
	return values, nil
}

// defaults are the template's parameters that have a default, each as the string that CloudFormation makes of it.
func defaults(templatePath string) (map[string]string, error) {
	content, err := os.ReadFile(templatePath)
	if err != nil {
		return nil, fmt.Errorf("there is no built template, run make build: %w", err)
	}
	var declared struct {
		Parameters map[string]struct {
			Default yaml.Node `yaml:"Default"`
		} `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(content, &declared); err != nil {
		return nil, fmt.Errorf("%s: %w", templatePath, err)
	}
	values := map[string]string{}
	for name, parameter := range declared.Parameters {
		if !parameter.Default.IsZero() {
			values[name] = parameter.Default.Value
		}
	}
	return values, nil
}

// writeParameters writes the file that samconfig.toml's parameter_overrides end with. SAM CLI takes quotes and backslashes out of a value
// even there, so one with them is refused.
func writeParameters(path string, values map[string]string) error {
	var content strings.Builder
	content.WriteString("# All parameters of the last `make deploy`.\n")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if strings.ContainsAny(values[name], "\"'\\\n") {
			return fmt.Errorf("the value of parameter %s has a quote, a backslash or a line break, which SAM CLI would take out", name)
		}
		content.WriteString(name + `: "` + values[name] + "\"\n") // %q would write Go's escapes, which are not YAML's
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing the parameters: %w", err)
	}
	if err := os.WriteFile(path, []byte(content.String()), 0o644); err != nil {
		return fmt.Errorf("writing the parameters: %w", err)
	}
	return nil
}
