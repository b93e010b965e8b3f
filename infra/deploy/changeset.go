package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// changeSet is what a deployment would do.
type changeSet struct {
	id, stackID string
	changes     []change
}

// change is what would happen to one resource.
type change struct {
	action types.ChangeAction
	id     string
	kind   string
	// replacement is "" where the resource is not modified.
	replacement types.Replacement
	// policy is what becomes of the resource that goes, "" where none does.
	policy types.PolicyAction
}

// describe reads a change set by its ARN.
func describe(ctx context.Context, client *cloudformation.Client, id string) (changeSet, error) {
	set := changeSet{id: id}
	pages := cloudformation.NewDescribeChangeSetPaginator(client, &cloudformation.DescribeChangeSetInput{ChangeSetName: &id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return changeSet{}, fmt.Errorf("reading the changes that CloudFormation would make: %w", err)
		}
		set.stackID = aws.ToString(page.StackId)
		for _, listed := range page.Changes {
			resource := listed.ResourceChange
			if resource == nil {
				continue // no change of a resource
			}
			set.changes = append(set.changes, change{
				action:      resource.Action,
				id:          aws.ToString(resource.LogicalResourceId),
				kind:        aws.ToString(resource.ResourceType),
				replacement: resource.Replacement,
				policy:      resource.PolicyAction,
			})
		}
	}
	return set, nil
}

// effect says in a word or two what happens to the resource.
func (c change) effect() string {
	effect := strings.ToLower(string(c.action))
	switch c.replacement {
	case types.ReplacementTrue:
		effect = "replace"
	case types.ReplacementConditional:
		effect = "replace, perhaps"
	case types.ReplacementFalse:
	}
	switch c.policy {
	case types.PolicyActionRetain, types.PolicyActionReplaceAndRetain:
		effect += " (the old one stays, outside the stack)"
	case types.PolicyActionSnapshot, types.PolicyActionReplaceAndSnapshot:
		effect += " (a snapshot of the old one stays)"
	case types.PolicyActionDelete, types.PolicyActionReplaceAndDelete:
	}
	return effect
}

// show writes the changes as a table, the dangerous ones last, where they are seen.
func show(out io.Writer, changes []change) {
	sorted := slices.SortedStableFunc(slices.Values(changes), func(a, b change) int { return weight(a) - weight(b) })
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, c := range sorted {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", c.id, c.kind, c.effect())
	}
	_ = table.Flush() // to a terminal
}

func weight(c change) int {
	switch {
	case c.loses():
		return 2
	case c.action == types.ChangeActionAdd:
		return 0
	}
	return 1
}
