package template

import "strings"

// sub evaluates Sub in both forms: a text, or [text, {name: value}].
func (ev *evaluator) sub(n *node) (any, error) {
	pattern, own := n.arg, map[string]*node{}
	if n.arg.form == isList {
		args, err := arguments(n, 2)
		if err != nil {
			return nil, err
		}
		if args[1].form != isMap {
			return nil, lineError(args[1].line, "Sub: the second argument must be a map of names")
		}
		pattern = args[0]
		for _, e := range args[1].keys {
			own[e.key] = e.val
		}
	}
	format, ok := pattern.value.(string)
	if !ok || pattern.form != isScalar {
		return nil, lineError(n.line, "Sub: the text must be a plain string")
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(format, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, lineError(n.line, "Sub: ${%s is not closed", rest)
		}
		format = after
		if literal, escaped := strings.CutPrefix(name, "!"); escaped {
			out.WriteString("${" + literal + "}")
			continue
		}
		v, err := ev.variable(n.line, strings.TrimSpace(name), own)
		if err != nil {
			return nil, err
		}
		s, ok := text(v)
		if !ok {
			return nil, lineError(n.line, "Sub: ${%s} is %s, not text", name, kind(v))
		}
		out.WriteString(s)
	}
}

// variable gives the value of ${name}: one of Sub's own names, else what Ref gives, else with a dot what GetAtt gives.
func (ev *evaluator) variable(line int, name string, own map[string]*node) (any, error) {
	if n, ok := own[name]; ok {
		return ev.eval(n)
	}
	return ev.ref(line, name)
}
