package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// environment is what a section of samconfig.toml says of the stack that it deploys.
type environment struct {
	// name is the section's, "dev".
	name string
	// stack is the name of the stack in CloudFormation.
	stack string
	// confirm says whether a person has to say yes to the changes.
	confirm bool
	// overrides are the template's parameters that the section names.
	overrides map[string]string
}

// loadEnvironment reads one environment. Every error says what in the file to mend, or which environments there are.
func loadEnvironment(path, name string) (environment, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return environment{}, fmt.Errorf("reading the environments: %w", err)
	}
	document := map[string]any{}
	if err := toml.Unmarshal(content, &document); err != nil {
		return environment{}, fmt.Errorf("%s: %w", path, err)
	}
	settings, known := deploySettings(document, name)
	if !known {
		var names []string
		for _, other := range slices.Sorted(maps.Keys(document)) {
			if _, ok := deploySettings(document, other); ok {
				names = append(names, other)
			}
		}
		return environment{}, fmt.Errorf("no environment %q in %s: there are %s", name, path, strings.Join(names, ", "))
	}
	env, err := readSettings(name, settings)
	if err != nil {
		return environment{}, fmt.Errorf("%s: [%s.deploy.parameters]: %w", path, name, err)
	}
	return env, nil
}

// deploySettings are the entries of [name.deploy.parameters].
func deploySettings(document map[string]any, name string) (map[string]any, bool) {
	at := document
	for _, key := range []string{name, "deploy", "parameters"} {
		below, ok := at[key].(map[string]any)
		if !ok {
			return nil, false
		}
		at = below
	}
	return at, true
}

func readSettings(name string, settings map[string]any) (environment, error) {
	env := environment{name: name, overrides: map[string]string{}}
	var isText, isBool, isList bool
	if env.stack, isText = settings["stack_name"].(string); !isText || env.stack == "" {
		return environment{}, errors.New("stack_name is missing")
	}
	if env.confirm, isBool = settings["confirm_changeset"].(bool); !isBool {
		return environment{}, errors.New("confirm_changeset must be true or false")
	}
	list, isList := settings["parameter_overrides"].([]any)
	if !isList || len(list) == 0 || list[len(list)-1] != "file://"+parametersFile {
		return environment{}, fmt.Errorf("the last of parameter_overrides must be file://%s, which holds what make deploy computes", parametersFile)
	}
	for _, item := range list[:len(list)-1] {
		parameter, value, err := readOverride(item)
		if err != nil {
			return environment{}, err
		}
		if _, twice := env.overrides[parameter]; twice {
			return environment{}, fmt.Errorf("parameter_overrides names %s twice", parameter)
		}
		env.overrides[parameter] = value
	}
	return env, nil
}

// override is an entry of parameter_overrides that SAM CLI reads as it stands. Of `A=x y` it would take `A=x`, quotes and backslashes it
// takes away, `A=` it refuses (samcli/cli/types.py, CfnParameterOverridesType, in 1.170).
var override = regexp.MustCompile(`^([A-Za-z0-9]+)=([^\s"'\\]+)$`)

func readOverride(item any) (parameter, value string, err error) {
	text, isText := item.(string)
	parts := override.FindStringSubmatch(text)
	if !isText || parts == nil {
		return "", "", fmt.Errorf("parameter_overrides has %q: want Name=value without spaces, quotes and backslashes, "+
			"which SAM CLI would read differently; a parameter that is to be empty is left out", fmt.Sprint(item))
	}
	return parts[1], parts[2], nil
}
