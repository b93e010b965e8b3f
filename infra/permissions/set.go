package permissions

import (
	"fmt"
	"slices"
	"strings"
)

// Grant is an IAM action on a resource: what a call needs, or what a role allows.
type Grant struct {
	// Action is as IAM spells it: "sqs:SendMessage". Source: https://docs.aws.amazon.com/service-authorization/latest/reference/.
	Action string
	// Resource is an ARN, or "*".
	Resource string
}

func (g Grant) String() string { return g.Action + " on " + g.Resource }

// Set is a set of grants. Those that are members are true.
type Set map[Grant]bool

// SetOf makes a set.
func SetOf(grants ...Grant) Set {
	s := Set{}
	for _, grant := range grants {
		s[grant] = true
	}
	return s
}

// On is the set of the actions on one resource.
func On(resource string, actions ...string) Set {
	s := Set{}
	for _, action := range actions {
		s[Grant{action, resource}] = true
	}
	return s
}

// Union is the set of what is in any of the sets.
func Union(sets ...Set) Set {
	all := Set{}
	for _, s := range sets {
		for grant := range s {
			all[grant] = true
		}
	}
	return all
}

// Diff says how what is granted differs from what is needed, one line a grant, sorted; "" if the sets are equal.
func Diff(needed, granted Set) string {
	var lines []string
	for grant := range needed {
		if !granted[grant] {
			lines = append(lines, fmt.Sprintf("not granted: %s", grant))
		}
	}
	for grant := range granted {
		if !needed[grant] {
			lines = append(lines, fmt.Sprintf("not needed: %s", grant))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
