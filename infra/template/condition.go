package template

// condition evaluates a condition by its name.
func (ev *evaluator) condition(line int, name string) (bool, error) {
	if v, ok := ev.known[name]; ok {
		return v, nil
	}
	n := ev.conditions.get(name)
	if n == nil {
		return false, lineError(line, "there is no condition %s", name)
	}
	if ev.pending[name] {
		return false, lineError(line, "the condition %s depends on itself", name)
	}
	ev.pending[name] = true
	v, err := ev.holds(n)
	delete(ev.pending, name)
	if err != nil {
		return false, err
	}
	ev.known[name] = v
	return v, nil
}

// holds evaluates an expression of which CloudFormation expects a condition.
func (ev *evaluator) holds(n *node) (bool, error) {
	if n.form == isMap && len(n.keys) == 1 && n.keys[0].key == "Condition" {
		n = &node{form: isCall, line: n.line, call: "Condition", arg: n.keys[0].val}
	}
	if n.form != isCall {
		return false, lineError(n.line, "want a condition: Equals, Not, And, Or or Condition")
	}
	switch n.call {
	case "Condition":
		name, ok := n.arg.value.(string)
		if !ok || n.arg.form != isScalar {
			return false, lineError(n.line, "Condition wants the name of a condition")
		}
		return ev.condition(n.line, name)
	case "Equals":
		args, err := arguments(n, 2)
		if err != nil {
			return false, err
		}
		a, err := ev.text(args[0], "Equals")
		if err != nil {
			return false, err
		}
		b, err := ev.text(args[1], "Equals")
		return a == b, err
	case "Not":
		args, err := arguments(n, 1)
		if err != nil {
			return false, err
		}
		v, err := ev.holds(args[0])
		return !v, err
	case "And", "Or":
		return ev.every(n)
	}
	return false, lineError(n.line, "%s is no condition", n.call)
}

// every evaluates And and Or, which take two to ten conditions. All are evaluated, so that a mistake in the last one shows.
func (ev *evaluator) every(n *node) (bool, error) {
	if n.arg.form != isList || len(n.arg.list) < 2 || len(n.arg.list) > 10 {
		return false, lineError(n.line, "%s wants a list of 2 to 10 conditions", n.call)
	}
	result := n.call == "And"
	for _, arg := range n.arg.list {
		v, err := ev.holds(arg)
		if err != nil {
			return false, err
		}
		if n.call == "And" {
			result = result && v
		} else {
			result = result || v
		}
	}
	return result, nil
}
