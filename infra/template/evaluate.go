package template

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// noValue is what Ref of AWS::NoValue gives: its key or item is left out.
type noValue struct{}

// evaluator evaluates nodes for one [Template.Resolve].
type evaluator struct {
	values     map[string]any
	mappings   *node
	conditions *node
	// known memorises the conditions; one that is being evaluated is in pending.
	known, pending map[string]bool
	// byID holds the resources that exist, absent those whose condition is false.
	byID   map[string]*Resource
	absent map[string]string
	refs   Resolver
}

func (ev *evaluator) eval(n *node) (any, error) {
	switch n.form {
	case isList:
		list := make([]any, 0, len(n.list))
		for _, item := range n.list {
			v, err := ev.eval(item)
			if err != nil {
				return nil, err
			}
			if _, drop := v.(noValue); !drop {
				list = append(list, v)
			}
		}
		return list, nil
	case isMap:
		m := make(map[string]any, len(n.keys))
		for _, e := range n.keys {
			v, err := ev.eval(e.val)
			if err != nil {
				return nil, err
			}
			if _, drop := v.(noValue); !drop {
				m[e.key] = v
			}
		}
		return m, nil
	case isCall:
		return ev.callIntrinsic(n)
	default:
		return n.value, nil
	}
}

func (ev *evaluator) callIntrinsic(n *node) (any, error) {
	switch n.call {
	case "Ref":
		name, err := ev.text(n.arg, "Ref")
		if err != nil {
			return nil, err
		}
		return ev.ref(n.line, name)
	case "GetAtt":
		return ev.getAtt(n)
	case "Sub":
		return ev.sub(n)
	case "If":
		args, err := arguments(n, 3)
		if err != nil {
			return nil, err
		}
		name, ok := args[0].value.(string)
		if !ok || args[0].form != isScalar {
			return nil, lineError(n.line, "If: the first argument must be the name of a condition")
		}
		holds, err := ev.condition(n.line, name)
		if err != nil {
			return nil, err
		}
		if holds {
			return ev.eval(args[1])
		}
		return ev.eval(args[2])
	case "Join":
		return ev.join(n)
	case "Split":
		return ev.split(n)
	case "Select":
		return ev.selectItem(n)
	case "FindInMap":
		return ev.findInMap(n)
	default:
		return ev.holds(n)
	}
}

// ref evaluates Ref, which may name a parameter, a pseudo-parameter, a resource or, in SAM, a resource's generated version or alias.
func (ev *evaluator) ref(line int, name string) (any, error) {
	if v, ok := ev.values[name]; ok {
		return v, nil
	}
	if id, attribute, dotted := strings.Cut(name, "."); dotted {
		return ev.attribute(line, id, attribute)
	}
	res, err := ev.resource(line, name)
	if err != nil {
		return nil, err
	}
	v, err := ev.refs.Ref(res)
	if err != nil {
		return nil, nested(line, "Ref "+name, err)
	}
	return v, nil
}

// getAtt evaluates GetAtt, whose argument is "Id.Attribute" or [Id, Attribute].
func (ev *evaluator) getAtt(n *node) (any, error) {
	var id, attribute string
	switch n.arg.form {
	case isList:
		args, err := arguments(n, 2)
		if err != nil {
			return nil, err
		}
		if id, err = ev.text(args[0], "GetAtt"); err != nil {
			return nil, err
		}
		if attribute, err = ev.text(args[1], "GetAtt"); err != nil {
			return nil, err
		}
	default:
		name, err := ev.text(n.arg, "GetAtt")
		if err != nil {
			return nil, err
		}
		id, attribute, _ = strings.Cut(name, ".")
	}
	if id == "" || attribute == "" {
		return nil, lineError(n.line, "GetAtt wants a logical id and an attribute")
	}
	return ev.attribute(n.line, id, attribute)
}

func (ev *evaluator) attribute(line int, id, attribute string) (any, error) {
	res, err := ev.resource(line, id)
	if err != nil {
		return nil, err
	}
	v, err := ev.refs.GetAtt(res, attribute)
	if err != nil {
		return nil, nested(line, "GetAtt "+id+"."+attribute, err)
	}
	return v, nil
}

func (ev *evaluator) resource(line int, id string) (*Resource, error) {
	if res, ok := ev.byID[id]; ok {
		return res, nil
	}
	if condition, ok := ev.absent[id]; ok {
		return nil, lineError(line, "%s does not exist here: its condition %s is false", id, condition)
	}
	return nil, lineError(line, "%s is neither a parameter nor a resource of the template", id)
}

// text evaluates an argument that must be a string.
func (ev *evaluator) text(n *node, function string) (string, error) {
	v, err := ev.eval(n)
	if err != nil {
		return "", err
	}
	s, ok := text(v)
	if !ok {
		return "", lineError(n.line, "%s: want text, got %s", function, kind(v))
	}
	return s, nil
}

// list evaluates an argument that must be a list.
func (ev *evaluator) list(n *node, function string) ([]any, error) {
	v, err := ev.eval(n)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, lineError(n.line, "%s: want a list, got %s", function, kind(v))
	}
	return slices.Clone(list), nil
}

// arguments are the items of a call's list, of which there must be count.
func arguments(n *node, count int) ([]*node, error) {
	if n.arg.form != isList || len(n.arg.list) != count {
		return nil, lineError(n.line, "%s wants a list of %d arguments", n.call, count)
	}
	return n.arg.list, nil
}

// nested gives an error from a [Resolver] the line of the reference, unless it has come back from evaluating another property and
// has a line of its own already.
func nested(line int, what string, err error) error {
	var p *positioned
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return lineError(line, "%s: %w", what, err)
}
