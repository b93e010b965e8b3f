package template

import (
	"strconv"
	"strings"
)

// join evaluates Join: [delimiter, [items]].
func (ev *evaluator) join(n *node) (any, error) {
	args, err := arguments(n, 2)
	if err != nil {
		return nil, err
	}
	delimiter, err := ev.text(args[0], "Join")
	if err != nil {
		return nil, err
	}
	list, err := ev.list(args[1], "Join")
	if err != nil {
		return nil, err
	}
	parts := make([]string, len(list))
	for i, item := range list {
		s, ok := text(item)
		if !ok {
			return nil, lineError(n.line, "Join: item %d is %s, not text", i, kind(item))
		}
		parts[i] = s
	}
	return strings.Join(parts, delimiter), nil
}

// split evaluates Split: [delimiter, text].
func (ev *evaluator) split(n *node) (any, error) {
	args, err := arguments(n, 2)
	if err != nil {
		return nil, err
	}
	delimiter, err := ev.text(args[0], "Split")
	if err != nil {
		return nil, err
	}
	s, err := ev.text(args[1], "Split")
	if err != nil {
		return nil, err
	}
	if delimiter == "" {
		return nil, lineError(n.line, "Split: the delimiter is empty")
	}
	list := []any{}
	for _, part := range strings.Split(s, delimiter) {
		list = append(list, part)
	}
	return list, nil
}

// selectItem evaluates Select: [index, [items]].
func (ev *evaluator) selectItem(n *node) (any, error) {
	args, err := arguments(n, 2)
	if err != nil {
		return nil, err
	}
	s, err := ev.text(args[0], "Select")
	if err != nil {
		return nil, err
	}
	list, err := ev.list(args[1], "Select")
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(s)
	if err != nil || i < 0 || i >= len(list) {
		return nil, lineError(n.line, "Select: there is no item %s in a list of %d", s, len(list))
	}
	return list[i], nil
}

// findInMap evaluates FindInMap: [map, key, key].
func (ev *evaluator) findInMap(n *node) (any, error) {
	args, err := arguments(n, 3)
	if err != nil {
		return nil, err
	}
	at, path := ev.mappings, []string{}
	for _, arg := range args {
		key, err := ev.text(arg, "FindInMap")
		if err != nil {
			return nil, err
		}
		path = append(path, key)
		if at = at.get(key); at == nil {
			return nil, lineError(n.line, "FindInMap: there is no mapping %s", strings.Join(path, "."))
		}
	}
	return ev.eval(at)
}
