package main

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

const (
	runbook = "infra/RUNBOOK.md"
	// longestSection is how many words a person who was woken reads of one alarm.
	longestSection = 260
	// firstOf begins the first step in a section.
	firstOf = "**First:**"
)

// page is a section of the runbook.
type page struct {
	heading string
	body    string
	// alarms are the logical ids in the heading.
	alarms []string
}

var (
	heading   = regexp.MustCompile(`^#{1,6} +(.*)$`)
	alarmName = regexp.MustCompile(`\b[A-Z][A-Za-z0-9]*Alarm\b`)
)

// readPages splits a runbook at its headings; "#" within a fence is none.
func readPages(source string) []page {
	var pages []page
	fenced := false
	for line := range strings.Lines(source) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if found := heading.FindStringSubmatch(strings.TrimRight(line, "\r\n")); found != nil && !fenced {
			pages = append(pages, page{heading: found[1], alarms: alarmName.FindAllString(found[1], -1)})
		} else if len(pages) > 0 {
			pages[len(pages)-1].body += line
		}
	}
	return pages
}

// runbookRule: every alarm has its section, and every section its alarm.
func runbookRule(p *project, r *report) {
	source, err := fs.ReadFile(p.files, runbook)
	if err != nil {
		r.findAt(runbook, "cannot be read: %v", err)
		return
	}
	var told []string
	for _, page := range readPages(string(source)) {
		if len(page.alarms) == 0 {
			continue
		}
		for _, alarm := range page.alarms {
			if slices.Contains(told, alarm) {
				r.findAt(runbook, "%s has two sections", alarm)
			}
		}
		told = append(told, page.alarms...)
		if n := len(strings.Fields(page.body)); n > longestSection {
			r.findAt(runbook, "%q has %d words, want at most %d", page.heading, n, longestSection)
		}
		if !strings.Contains(page.body, firstOf) {
			r.findAt(runbook, "%q has no line with %s and the first step", page.heading, firstOf)
		}
	}
	var declared []string
	for _, d := range p.deployments {
		for _, alarm := range d.OfType(typeAlarm) {
			if !slices.Contains(declared, alarm.LogicalID) {
				declared = append(declared, alarm.LogicalID)
			}
		}
	}
	for _, alarm := range declared {
		if !slices.Contains(told, alarm) {
			r.findAt(runbook, "has no section for %s", alarm)
		}
	}
	for _, alarm := range told {
		if !slices.Contains(declared, alarm) {
			r.findAt(runbook, "has a section for %s, which is no alarm of the template", alarm)
		}
	}
}

// boundaryPage is the heading of the section that says what a permissions boundary has to allow.
const boundaryPage = "A permissions boundary"

// boundaryActionsRule: a boundary that a team writes by the runbook allows every action of the roles, and no more is asked of it.
func boundaryActionsRule(p *project, r *report) {
	source, err := fs.ReadFile(p.files, runbook)
	if err != nil {
		r.findAt(runbook, "cannot be read: %v", err)
		return
	}
	var told []string
	for _, page := range readPages(string(source)) {
		if page.heading == boundaryPage {
			told = action.FindAllString(page.body, -1)
		}
	}
	granted := p.granted()
	for _, name := range granted {
		if !slices.Contains(told, name) {
			r.findAt(runbook, "%q does not name %s, which a role has", boundaryPage, name)
		}
	}
	for _, name := range told {
		if !slices.Contains(granted, name) {
			r.findAt(runbook, "%q names %s, which no role has", boundaryPage, name)
		}
	}
}

// granted are the actions of the template's roles, sorted.
func (p *project) granted() []string {
	var all []string
	for _, d := range p.deployments {
		for _, role := range d.OfType(typeRole) {
			all = append(all, actionsOf(role.Properties.Raw()["Policies"])...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// actionsOf are the actions of statements, however deep they stand.
func actionsOf(value any) []string {
	var found []string
	walk("", value, func(path, s string) {
		if strings.Contains(path, ".Action") {
			found = append(found, s)
		}
	})
	return found
}

var (
	action = regexp.MustCompile(`\b[a-z]+:[A-Z][A-Za-z]+\b`)
	target = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	makes  = regexp.MustCompile("(?:^|[`(]|&& )make ([a-z][a-z-]*)")
)

// makeRule: a command that the runbook, the README or an alarm tells is there.
func makeRule(p *project, r *report) {
	makefile, err := fs.ReadFile(p.files, "Makefile")
	if err != nil {
		r.findAt("Makefile", "cannot be read: %v", err)
		return
	}
	var targets []string
	for _, found := range target.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, found[1])
	}
	for _, name := range []string{runbook, "README.md"} {
		source, err := fs.ReadFile(p.files, name)
		if err != nil {
			r.findAt(name, "cannot be read: %v", err)
			continue
		}
		for line := range strings.Lines(string(source)) {
			for _, found := range makes.FindAllStringSubmatch(strings.TrimSpace(line), -1) {
				if !slices.Contains(targets, found[1]) {
					r.findAt(name, "tells to run make %s, which the Makefile does not have", found[1])
				}
			}
		}
	}
}
