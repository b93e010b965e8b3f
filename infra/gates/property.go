package main

import (
	"strconv"
	"strings"

	"argyle-webhooks/infra/template"
)

// at follows keys into a resource's properties; nil where one is missing.
func at(res *template.Resource, keys ...string) any {
	var value any = res.Properties.Raw()
	for _, key := range keys {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	return value
}

// text is at for a string; "" where there is none.
func text(res *template.Resource, keys ...string) string {
	s, _ := at(res, keys...).(string)
	return s
}

// whole reads a whole number, which is a string if it comes from a parameter.
func whole(value any) (int, bool) {
	switch v := value.(type) {
	case int:
		return v, true
	case string:
		n, err := strconv.Atoi(v)
		return n, err == nil
	}
	return 0, false
}

// number is at for a whole number. One that is missing is a finding, and 0.
func number(r *report, res *template.Resource, keys ...string) int {
	n, ok := whole(at(res, keys...))
	if !ok {
		r.find(res, "%s is missing or no whole number", strings.Join(keys, "."))
	}
	return n
}

// list is at for a list of strings; empty where there is none.
func list(res *template.Resource, keys ...string) []string {
	values, _ := at(res, keys...).([]any)
	var out []string
	for _, value := range values {
		if s, ok := value.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
