package template

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parameter is a declared parameter and the rules for its value.
type parameter struct {
	name, kind string
	line       int
	fallback   *string
	allowed    []string
	pattern    *regexp.Regexp
	// Bounds of a number, and of a string's length in characters; nil where there is none.
	minValue, maxValue, minLength, maxLength *float64
}

func readParameter(e entry) (parameter, error) {
	p := parameter{name: e.key, line: e.line}
	if e.val.form != isMap {
		return p, lineError(e.line, "parameter %s must be a map", e.key)
	}
	for _, a := range e.val.keys {
		if err := p.readAttribute(a); err != nil {
			return p, fmt.Errorf("parameter %s: %w", e.key, err)
		}
	}
	if p.kind == "" {
		return p, lineError(e.line, "parameter %s has no Type", e.key)
	}
	if p.fallback != nil {
		if err := p.check(*p.fallback); err != nil {
			return p, lineError(e.line, "the default of parameter %s: %w", e.key, err)
		}
	}
	return p, nil
}

func (p *parameter) readAttribute(a entry) error {
	s, isText := text(a.val.value)
	if !isText && a.key != "AllowedValues" {
		return lineError(a.line, "%s must be a plain value", a.key)
	}
	var err error
	switch a.key {
	case "Type":
		p.kind = s
	case "Default":
		p.fallback = &s
	case "AllowedPattern":
		if p.pattern, err = regexp.Compile(`^(?:` + s + `)$`); err != nil {
			return lineError(a.line, "AllowedPattern: %w", err)
		}
	case "AllowedValues":
		for _, n := range a.val.list {
			v, ok := text(n.value)
			if !ok {
				return lineError(n.line, "AllowedValues must be plain values")
			}
			p.allowed = append(p.allowed, v)
		}
	case "MinValue":
		p.minValue, err = bound(a, s)
	case "MaxValue":
		p.maxValue, err = bound(a, s)
	case "MinLength":
		p.minLength, err = bound(a, s)
	case "MaxLength":
		p.maxLength, err = bound(a, s)
	case "Description", "ConstraintDescription", "NoEcho":
	default:
		return lineError(a.line, "%s is not known here", a.key)
	}
	return err
}

func bound(a entry, s string) (*float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, lineError(a.line, "%s must be a number", a.key)
	}
	return &f, nil
}

// check says whether a value is allowed. The value is not repeated: a parameter may hold what no log should.
func (p *parameter) check(v string) error {
	if p.allowed != nil && !slices.Contains(p.allowed, v) {
		return fmt.Errorf("the value is not among the allowed ones: %s", strings.Join(p.allowed, ", "))
	}
	if p.pattern != nil && !p.pattern.MatchString(v) {
		return fmt.Errorf("the value does not match the pattern %s", p.pattern)
	}
	length := float64(utf8.RuneCountInString(v))
	if (p.minLength != nil && length < *p.minLength) || (p.maxLength != nil && length > *p.maxLength) {
		return fmt.Errorf("the value has %v characters, which MinLength or MaxLength forbids", length)
	}
	numbers := []string{}
	switch p.kind {
	case "Number":
		numbers = append(numbers, v)
	case "List<Number>":
		numbers = splitList(v)
	}
	for _, n := range numbers {
		f, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return fmt.Errorf("the value is not a number")
		}
		if (p.minValue != nil && f < *p.minValue) || (p.maxValue != nil && f > *p.maxValue) {
			return fmt.Errorf("%v is outside MinValue and MaxValue", f)
		}
	}
	return nil
}

// typed gives what Ref of the parameter gives: a string, or a list of strings for the list types. (A Number's value is a string too.)
func (p *parameter) typed(v string) any {
	if p.kind != "CommaDelimitedList" && !strings.HasPrefix(p.kind, "List<") {
		return v
	}
	list := []any{}
	for _, item := range splitList(v) {
		list = append(list, item)
	}
	return list
}

func splitList(v string) []string {
	if v == "" {
		return nil
	}
	items := strings.Split(v, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

// pseudoParameters gives the pseudo-parameters' values on the local stack. (CloudFormation user guide, "Pseudo parameters reference".)
func pseudoParameters() map[string]any {
	return map[string]any{
		"AWS::AccountId":        "000000000000",
		"AWS::NoValue":          noValue{},
		"AWS::NotificationARNs": []any{},
		"AWS::Partition":        "aws",
		"AWS::Region":           "us-east-1",
		"AWS::StackId":          "arn:aws:cloudformation:us-east-1:000000000000:stack/local/00000000-0000-0000-0000-000000000000",
		"AWS::StackName":        "local",
		"AWS::URLSuffix":        "amazonaws.com",
	}
}

// values gives every parameter and pseudo-parameter its value.
func (t *Template) values(params Params) (map[string]any, error) {
	values := pseudoParameters()
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if _, pseudo := values[name].(string); pseudo {
			values[name] = params[name]
			continue
		}
		if !slices.ContainsFunc(t.parameters, func(p parameter) bool { return p.name == name }) {
			return nil, fmt.Errorf("the template has no parameter %s", name)
		}
	}
	var missing []string
	for _, p := range t.parameters {
		v, given := params[p.name]
		switch {
		case given:
			if err := p.check(v); err != nil {
				return nil, lineError(p.line, "parameter %s: %w", p.name, err)
			}
		case p.fallback != nil:
			v = *p.fallback
		default:
			missing = append(missing, p.name)
			continue
		}
		values[p.name] = p.typed(v)
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("parameters without a default need a value: %s", strings.Join(missing, ", "))
	}
	return values, nil
}
