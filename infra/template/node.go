package template

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxDepth bounds the nesting of a template. It is far above any real one and stops an alias that contains itself.
const maxDepth = 100

// node is one value of the template with its line: a scalar, a list, a map, or a call of an intrinsic function that is still to
// be evaluated. It exists because yaml's own decoding forgets what matters here: it turns !Ref X into the string "X".
type node struct {
	form  form
	line  int
	value any     // isScalar: string, int, float64 or bool
	list  []*node // isList
	keys  []entry // isMap, in the order of the file
	call  string  // isCall: the function's name without "Fn::": "Ref", "GetAtt", "Sub", …
	arg   *node   // isCall: its argument
}

type form int

const (
	isScalar form = iota
	isList
	isMap
	isCall
)

type entry struct {
	key  string
	line int
	val  *node
}

func (n *node) get(key string) *node {
	for _, e := range n.keys {
		if e.key == key {
			return e.val
		}
	}
	return nil
}

// intrinsics are the functions that are evaluated here. Any other is an error.
var intrinsics = []string{"And", "Condition", "Equals", "FindInMap", "GetAtt", "If", "Join", "Not", "Or", "Ref", "Select", "Split", "Sub"}

// convert turns yaml's tree into nodes.
func convert(y *yaml.Node, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, lineError(y.Line, "nested more than %d deep", maxDepth)
	}
	if name, ok := shortForm(y); ok {
		return convertCall(y, name, depth)
	}
	switch y.Kind {
	case yaml.AliasNode:
		return convert(y.Alias, depth+1)
	case yaml.ScalarNode:
		v, err := scalar(y)
		return &node{line: y.Line, value: v}, err
	case yaml.SequenceNode:
		n := &node{form: isList, line: y.Line}
		for _, item := range y.Content {
			c, err := convert(item, depth+1)
			if err != nil {
				return nil, err
			}
			n.list = append(n.list, c)
		}
		return n, nil
	case yaml.MappingNode:
		n, err := convertMap(y, depth)
		if err != nil {
			return nil, err
		}
		return longForm(n)
	default:
		return nil, lineError(y.Line, "neither a scalar, a list nor a map")
	}
}

func convertMap(y *yaml.Node, depth int) (*node, error) {
	n := &node{form: isMap, line: y.Line}
	seen := map[string]int{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		k := y.Content[i]
		if k.Kind != yaml.ScalarNode {
			return nil, lineError(k.Line, "a key that is no string")
		}
		if k.Tag == "!!merge" {
			return nil, lineError(k.Line, "the merge key << is not known to CloudFormation")
		}
		if first, twice := seen[k.Value]; twice {
			return nil, lineError(k.Line, "%s stands twice in one map, first on line %d", k.Value, first)
		}
		seen[k.Value] = k.Line
		v, err := convert(y.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		n.keys = append(n.keys, entry{key: k.Value, line: k.Line, val: v})
	}
	return n, nil
}

// shortForm says whether a value is tagged with an intrinsic function: !Ref X.
func shortForm(y *yaml.Node) (name string, ok bool) {
	if strings.HasPrefix(y.Tag, "!!") || y.Tag == "!" {
		return "", false
	}
	return strings.CutPrefix(y.Tag, "!")
}

func convertCall(y *yaml.Node, name string, depth int) (*node, error) {
	if !slices.Contains(intrinsics, name) {
		return nil, lineError(y.Line, "the intrinsic function !%s is not known here", name)
	}
	if y.Kind == yaml.ScalarNode {
		// The argument is text, whatever it looks like.
		return &node{form: isCall, line: y.Line, call: name, arg: &node{line: y.Line, value: y.Value}}, nil
	}
	untagged := *y
	untagged.Tag = ""
	arg, err := convert(&untagged, depth+1)
	return &node{form: isCall, line: y.Line, call: name, arg: arg}, err
}

// longForm recognises {"Fn::Name": argument} and {"Ref": name}. {"Condition": name} is recognised only where a condition is expected,
// for IAM statements and resources have such a key: see [evaluator.holds].
func longForm(n *node) (*node, error) {
	for _, e := range n.keys {
		name, isFn := strings.CutPrefix(e.key, "Fn::")
		if !isFn && (e.key != "Ref" || len(n.keys) > 1) {
			continue
		}
		if len(n.keys) > 1 {
			return nil, lineError(e.line, "%s must be the only key of its map", e.key)
		}
		if isFn && (!slices.Contains(intrinsics, name) || name == "Ref" || name == "Condition") {
			return nil, lineError(e.line, "the intrinsic function %s is not known here", e.key)
		}
		return &node{form: isCall, line: e.line, call: name, arg: e.val}, nil
	}
	return n, nil
}

// positioned is an error with the line it is about. The file's name is put before it once, by [Template.fail].
type positioned struct {
	line int
	err  error
}

func (e *positioned) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *positioned) Unwrap() error { return e.err }

func lineError(line int, format string, args ...any) error {
	return &positioned{line: line, err: fmt.Errorf(format, args...)}
}
