package main

import (
	"fmt"
	"slices"
	"strings"

	"argyle-webhooks/infra/template"
)

// finding is something wrong.
type finding struct {
	rule string
	// where is a resource's logical id, or a file's name.
	where string
	// what says what it is and what it should be.
	what string
	// forms are the deployments that have it; none for what is wrong in a file as such.
	forms []string
}

func (f finding) String() string {
	line := fmt.Sprintf("gates: %s: %s: %s", f.rule, f.where, f.what)
	if len(f.forms) > 0 {
		line += " [" + strings.Join(f.forms, ", ") + "]"
	}
	return line
}

// report takes the findings of one rule on one deployment or file.
type report struct {
	rule, form string
	found      []finding
}

func (r *report) find(res *template.Resource, format string, args ...any) {
	r.findAt(res.LogicalID, format, args...)
}

func (r *report) findAt(where, format string, args ...any) {
	f := finding{rule: r.rule, where: where, what: fmt.Sprintf(format, args...)}
	if r.form != "" {
		f.forms = []string{r.form}
	}
	r.found = append(r.found, f)
}

// merge joins findings that differ only in the deployments that have them. Their order is kept.
func merge(all []finding) []finding {
	var merged []finding
	for _, f := range all {
		i := slices.IndexFunc(merged, func(m finding) bool { return m.rule == f.rule && m.where == f.where && m.what == f.what })
		if i < 0 {
			merged = append(merged, f)
			continue
		}
		merged[i].forms = append(merged[i].forms, f.forms...)
	}
	return merged
}
