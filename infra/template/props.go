package template

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ErrMissing says that a property is not there. Errors of the accessors of [Props] wrap it.
var ErrMissing = errors.New("is missing")

// Props are resolved properties: a map of strings, ints, floats, bools, lists ([]any) and maps (map[string]any), with accessors whose
// errors say which property of which resource, on which line, is wrong and how. The zero Props is empty.
type Props struct {
	values map[string]any
	// at names the map in errors: "template.yaml:12: AccountsQueue".
	at string
	// path leads from there to here: "RedrivePolicy.".
	path string
}

// Raw returns the values themselves. They are not a copy.
func (p Props) Raw() map[string]any { return p.values }

// Len is the number of properties.
func (p Props) Len() int { return len(p.values) }

// Keys are the names of the properties, sorted.
func (p Props) Keys() []string { return slices.Sorted(maps.Keys(p.values)) }

// Has says whether a property is there.
func (p Props) Has(key string) bool {
	_, ok := p.values[key]
	return ok
}

// Value returns a property as it is.
func (p Props) Value(key string) (any, bool) {
	v, ok := p.values[key]
	return v, ok
}

// Errorf makes an error about one property, with its place in the file.
func (p Props) Errorf(key, format string, args ...any) error {
	return fmt.Errorf("%s: %s%s: %w", p.at, p.path, key, fmt.Errorf(format, args...))
}

// Only returns an error unless every property is among the known ones: it keeps whoever acts on properties from passing over
// one that it does not know.
func (p Props) Only(known ...string) error {
	for _, key := range p.Keys() {
		if !slices.Contains(known, key) {
			return p.Errorf(key, "not a property known here (known: %s)", strings.Join(known, ", "))
		}
	}
	return nil
}

// String returns a string property. Numbers and booleans become strings, as CloudFormation makes them.
func (p Props) String(key string) (string, error) {
	v, err := p.want(key)
	if err != nil {
		return "", err
	}
	s, ok := text(v)
	if !ok {
		return "", p.Errorf(key, "want a string, got %s", kind(v))
	}
	return s, nil
}

// StringOr is [Props.String] with a value for a property that is missing.
func (p Props) StringOr(key, fallback string) (string, error) {
	return or(p, key, fallback, Props.String)
}

// Int returns a whole number. Strings that spell one are taken, as CloudFormation takes them: a parameter's value is always a string.
func (p Props) Int(key string) (int, error) {
	v, err := p.want(key)
	if err != nil {
		return 0, err
	}
	switch v := v.(type) {
	case int:
		return v, nil
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int(v), nil
		}
	case string:
		if n, err := strconv.Atoi(v); err == nil {
			return n, nil
		}
	}
	return 0, p.Errorf(key, "want a whole number, got %s", kind(v))
}

// IntOr is [Props.Int] with a value for a property that is missing.
func (p Props) IntOr(key string, fallback int) (int, error) { return or(p, key, fallback, Props.Int) }

// Bool returns a boolean. The strings "true" and "false" are taken, as CloudFormation takes them.
func (p Props) Bool(key string) (bool, error) {
	v, err := p.want(key)
	if err != nil {
		return false, err
	}
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		switch strings.ToLower(v) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
	}
	return false, p.Errorf(key, "want true or false, got %s", kind(v))
}

// BoolOr is [Props.Bool] with a value for a property that is missing.
func (p Props) BoolOr(key string, fallback bool) (bool, error) {
	return or(p, key, fallback, Props.Bool)
}

// Map returns a property that is itself a map.
func (p Props) Map(key string) (Props, error) {
	v, err := p.want(key)
	if err != nil {
		return Props{}, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return Props{}, p.Errorf(key, "want a map, got %s", kind(v))
	}
	return Props{values: m, at: p.at, path: p.path + key + "."}, nil
}

// MapOr is [Props.Map] with no properties for one that is missing.
func (p Props) MapOr(key string) (Props, error) {
	return or(p, key, Props{at: p.at, path: p.path + key + "."}, Props.Map)
}

// List returns a property that is a list.
func (p Props) List(key string) ([]any, error) {
	v, err := p.want(key)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, p.Errorf(key, "want a list, got %s", kind(v))
	}
	return list, nil
}

// Maps returns a list of maps. A missing list is empty.
func (p Props) Maps(key string) ([]Props, error) {
	list, err := or(p, key, nil, Props.List)
	if err != nil {
		return nil, err
	}
	out := make([]Props, 0, len(list))
	for i, item := range list {
		name := fmt.Sprintf("%s[%d]", key, i)
		m, ok := item.(map[string]any)
		if !ok {
			return nil, p.Errorf(name, "want a map, got %s", kind(item))
		}
		out = append(out, Props{values: m, at: p.at, path: p.path + name + "."})
	}
	return out, nil
}

// Strings returns a list of strings. A missing list is empty; a single string is a list of one, as IAM and SAM read it.
func (p Props) Strings(key string) ([]string, error) {
	v, ok := p.values[key]
	if !ok {
		return nil, nil
	}
	if s, ok := text(v); ok {
		return []string{s}, nil
	}
	list, err := p.List(key)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(list))
	for i, item := range list {
		s, ok := text(item)
		if !ok {
			return nil, p.Errorf(fmt.Sprintf("%s[%d]", key, i), "want a string, got %s", kind(item))
		}
		out = append(out, s)
	}
	return out, nil
}

func (p Props) want(key string) (any, error) {
	v, ok := p.values[key]
	if !ok {
		return nil, p.Errorf(key, "%w", ErrMissing)
	}
	return v, nil
}

func or[T any](p Props, key string, fallback T, read func(Props, string) (T, error)) (T, error) {
	if !p.Has(key) {
		return fallback, nil
	}
	return read(p, key)
}

// text gives a scalar as CloudFormation writes it into a string.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// kind names a value in an error. Strings are quoted, for what is wrong with one is mostly what it says.
func kind(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case int, float64, bool:
		s, _ := text(v)
		return s
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	case noValue:
		return "AWS::NoValue"
	}
	return fmt.Sprintf("%T", v)
}
