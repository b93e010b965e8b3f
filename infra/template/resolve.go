package template

import (
	"fmt"
	"slices"
)

// Resolve evaluates the template. Parameters that params does not set have their defaults; one that the template does not declare, or
// a value it does not allow, is an error, as is any reference that leads nowhere. Errors have the form "template.yaml:12: …".
func (t *Template) Resolve(params Params, refs Resolver) (*Stack, error) {
	stack, err := t.resolve(params, refs)
	if err != nil {
		return nil, t.fail(err)
	}
	return stack, nil
}

func (t *Template) resolve(params Params, refs Resolver) (*Stack, error) {
	values, err := t.values(params)
	if err != nil {
		return nil, err
	}
	ev := &evaluator{
		values: values, mappings: t.mappings, conditions: t.conditions, refs: refs,
		known: map[string]bool{}, pending: map[string]bool{},
		byID: map[string]*Resource{}, absent: map[string]string{},
	}
	// Every condition is evaluated, used or not, so that a mistake in one shows.
	for _, e := range t.conditions.keys {
		if _, err := ev.condition(e.line, e.key); err != nil {
			return nil, fmt.Errorf("condition %s: %w", e.key, err)
		}
	}
	stack := &Stack{byID: ev.byID}
	for i := range t.resources {
		if err := t.add(ev, stack, &t.resources[i]); err != nil {
			return nil, err
		}
	}
	for i := range stack.Resources {
		if err := t.complete(ev, stack.Resources[i]); err != nil {
			return nil, err
		}
	}
	for _, e := range t.outputs {
		if err := ev.output(stack, e); err != nil {
			return nil, fmt.Errorf("output %s: %w", e.key, err)
		}
	}
	return stack, nil
}

// add makes a resource known, so that others can refer to it, without resolving its properties.
func (t *Template) add(ev *evaluator, stack *Stack, d *declared) error {
	if d.condition != "" {
		exists, err := ev.condition(d.line, d.condition)
		if err != nil {
			return fmt.Errorf("%s: %w", d.id, err)
		}
		if !exists {
			ev.absent[d.id] = d.condition
			return nil
		}
	}
	res := &Resource{
		LogicalID: d.id, Type: d.kind, Line: d.line, Condition: d.condition, DependsOn: d.dependsOn,
		metadata: d.metadata, properties: d.properties,
	}
	var err error
	if res.DeletionPolicy, err = ev.policy(d.deletionPolicy, "DeletionPolicy"); err != nil {
		return fmt.Errorf("%s: %w", d.id, err)
	}
	if res.UpdateReplacePolicy, err = ev.policy(d.updateReplacePolicy, "UpdateReplacePolicy"); err != nil {
		return fmt.Errorf("%s: %w", d.id, err)
	}
	res.resolve = lazily(ev, d)
	ev.byID[d.id] = res
	stack.Resources = append(stack.Resources, res)
	return nil
}

// policy evaluates what is to happen to a resource, "" where the template says nothing. It may be a function of parameters
// and conditions, but not of resources: https://github.com/aws-cloudformation/cfn-lint/pull/2784.
func (ev *evaluator) policy(n *node, name string) (string, error) {
	if n == nil {
		return "", nil
	}
	return ev.text(n, name)
}

// lazily resolves single properties on demand and remembers them. Two properties that need each other are an error.
func lazily(ev *evaluator, d *declared) func(string) (any, bool, error) {
	known, pending := map[string]any{}, map[string]bool{}
	return func(name string) (any, bool, error) {
		n := d.properties.get(name)
		if n == nil {
			return nil, false, nil
		}
		if v, ok := known[name]; ok {
			_, none := v.(noValue)
			return v, !none, nil
		}
		if pending[name] {
			return nil, false, lineError(n.line, "%s.%s depends on itself", d.id, name)
		}
		pending[name] = true
		v, err := ev.eval(n)
		delete(pending, name)
		if err != nil {
			return nil, false, fmt.Errorf("%s.%s: %w", d.id, name, err)
		}
		known[name] = v
		_, none := v.(noValue)
		return v, !none, nil
	}
}

// complete resolves all of a resource's properties.
func (t *Template) complete(ev *evaluator, res *Resource) error {
	for _, id := range res.DependsOn {
		if _, there := ev.byID[id]; !there && ev.absent[id] == "" {
			return lineError(res.Line, "%s depends on %s, which is no resource of the template", res.LogicalID, id)
		}
	}
	at := fmt.Sprintf("%s:%d: %s", t.file, res.Line, res.LogicalID)
	properties := map[string]any{}
	for _, e := range res.properties.keys {
		v, ok, err := res.resolve(e.key)
		if err != nil {
			return err
		}
		if ok {
			properties[e.key] = v
		}
	}
	metadata, err := ev.eval(res.metadata)
	if err != nil {
		return fmt.Errorf("%s.Metadata: %w", res.LogicalID, err)
	}
	res.Properties = Props{values: properties, at: at}
	values, ok := metadata.(map[string]any)
	if !ok {
		return fmt.Errorf("%s.Metadata: not a map", res.LogicalID)
	}
	res.Metadata = Props{values: values, at: at, path: "Metadata."}
	return nil
}

// outputKeys are the keys of an output.
var outputKeys = []string{"Condition", "Description", "Export", "Value"}

func (ev *evaluator) output(stack *Stack, e entry) error {
	if err := wantMap(e); err != nil {
		return err
	}
	out := Output{Name: e.key, Line: e.line}
	for _, a := range e.val.keys {
		if !slices.Contains(outputKeys, a.key) {
			return lineError(a.line, "%s is not known here", a.key)
		}
		if a.key != "Condition" {
			continue
		}
		name, err := literal(a)
		if err != nil {
			return err
		}
		exists, err := ev.condition(a.line, name)
		if err != nil || !exists {
			return err
		}
	}
	value := e.val.get("Value")
	if value == nil {
		return lineError(e.line, "it has no Value")
	}
	v, err := ev.eval(value)
	if err != nil {
		return err
	}
	out.Value = v
	if description := e.val.get("Description"); description != nil {
		if out.Description, err = ev.text(description, "Description"); err != nil {
			return err
		}
	}
	stack.Outputs = append(stack.Outputs, out)
	return nil
}
