package template

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Template is a parsed template whose parameters and references are still open. It may be resolved several times.
type Template struct {
	// file names the template in errors.
	file       string
	parameters []parameter
	mappings   *node
	conditions *node
	resources  []declared
	outputs    []entry
}

// declared is a resource as the file has it, with Globals merged in.
type declared struct {
	id                                  string
	line                                int
	kind                                string
	condition                           string
	dependsOn                           []string
	deletionPolicy, updateReplacePolicy *node // nil where the template says nothing
	metadata, properties                *node // isMap, never nil
}

// sections are the top-level keys of a template. Those that say nothing to the local stack are passed over by name.
var sections = []string{"AWSTemplateFormatVersion", "Conditions", "Description", "Globals", "Mappings", "Metadata", "Outputs", "Parameters", "Resources", "Rules", "Transform"}

// Load reads and parses a template. Errors have the form "template.yaml:12: …".
func Load(path string) (*Template, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	return Parse(filepath.Base(path), src)
}

// Parse parses a template's text; file names it in errors.
func Parse(file string, src []byte) (*Template, error) {
	t := &Template{file: file}
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if doc.Kind != yaml.DocumentNode {
		return nil, fmt.Errorf("%s: the file is empty", file)
	}
	root, err := convert(doc.Content[0], 0)
	if err == nil {
		err = t.read(root)
	}
	if err != nil {
		return nil, t.fail(err)
	}
	return t, nil
}

// fail puts the file's name before an error, in the form that editors follow.
func (t *Template) fail(err error) error {
	var p *positioned
	if errors.As(err, &p) {
		return &located{at: fmt.Sprintf("%s:%d", t.file, p.line), err: err, p: p}
	}
	return fmt.Errorf("%s: %w", t.file, err)
}

// located is an error of [Load], [Parse] or [Template.Resolve].
type located struct {
	at  string
	err error
	p   *positioned
}

// Error leaves out the line that the position already gives.
func (e *located) Error() string {
	return e.at + ": " + strings.Replace(e.err.Error(), e.p.Error(), e.p.err.Error(), 1)
}
func (e *located) Unwrap() error { return e.err }

func (t *Template) read(root *node) error {
	if root.form != isMap {
		return lineError(root.line, "a template is a map")
	}
	for _, e := range root.keys {
		if !slices.Contains(sections, e.key) {
			return lineError(e.line, "the section %s is not known here", e.key)
		}
	}
	section := func(name string) (*node, error) {
		n := root.get(name)
		if n == nil {
			return &node{form: isMap}, nil
		}
		if n.form != isMap {
			return nil, lineError(n.line, "%s must be a map", name)
		}
		return n, nil
	}
	parameters, err := section("Parameters")
	if err != nil {
		return err
	}
	for _, e := range parameters.keys {
		p, err := readParameter(e)
		if err != nil {
			return err
		}
		t.parameters = append(t.parameters, p)
	}
	if t.mappings, err = section("Mappings"); err != nil {
		return err
	}
	if t.conditions, err = section("Conditions"); err != nil {
		return err
	}
	globals, err := section("Globals")
	if err != nil {
		return err
	}
	if err := checkGlobals(globals); err != nil {
		return err
	}
	resources, err := section("Resources")
	if err != nil {
		return err
	}
	if len(resources.keys) == 0 {
		return lineError(root.line, "the template declares no resources")
	}
	for _, e := range resources.keys {
		res, err := readResource(e, globals)
		if err != nil {
			return err
		}
		t.resources = append(t.resources, res)
	}
	outputs, err := section("Outputs")
	if err != nil {
		return err
	}
	t.outputs = outputs.keys
	return nil
}

// resourceAttributes are the keys beside a resource's Properties. The policies about creation and updates say nothing here.
var resourceAttributes = []string{"Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy", "UpdateReplacePolicy"}

func readResource(e entry, globals *node) (declared, error) {
	res := declared{id: e.key, line: e.line, metadata: &node{form: isMap, line: e.line}, properties: &node{form: isMap, line: e.line}}
	if e.val.form != isMap {
		return res, lineError(e.line, "%s must be a map", e.key)
	}
	for _, a := range e.val.keys {
		var err error
		switch a.key {
		case "Type":
			res.kind, err = literal(a)
		case "Condition":
			res.condition, err = literal(a)
		case "DeletionPolicy":
			res.deletionPolicy = a.val
		case "UpdateReplacePolicy":
			res.updateReplacePolicy = a.val
		case "DependsOn":
			res.dependsOn, err = literals(a)
		case "Metadata":
			res.metadata, err = a.val, wantMap(a)
		case "Properties":
			res.properties, err = a.val, wantMap(a)
		default:
			if !slices.Contains(resourceAttributes, a.key) {
				err = lineError(a.line, "%s is not an attribute of a resource known here", a.key)
			}
		}
		if err != nil {
			return res, fmt.Errorf("%s: %w", e.key, err)
		}
	}
	if res.kind == "" {
		return res, lineError(e.line, "%s has no Type", e.key)
	}
	res.properties = withGlobals(res.kind, res.properties, globals)
	return res, nil
}

func wantMap(e entry) error {
	if e.val.form != isMap {
		return lineError(e.line, "%s must be a map", e.key)
	}
	return nil
}

// literal is the value of a key at which CloudFormation allows no intrinsic function.
func literal(e entry) (string, error) {
	if s, ok := e.val.value.(string); ok && e.val.form == isScalar {
		return s, nil
	}
	return "", lineError(e.line, "%s must be a plain string", e.key)
}

func literals(e entry) ([]string, error) {
	if e.val.form != isList {
		s, err := literal(e)
		return []string{s}, err
	}
	var out []string
	for _, n := range e.val.list {
		s, err := literal(entry{key: e.key, line: n.line, val: n})
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
