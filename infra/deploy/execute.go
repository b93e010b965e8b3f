package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// execution is a change set being carried out.
type execution struct {
	client  *cloudformation.Client
	stackID string
	out     io.Writer
	// every is the time between two looks.
	every time.Duration

	// last is the newest event seen.
	last string
	// failed is the first event of a failure that is not another one's consequence; nil before there is one.
	failed *types.StackEvent
}

// run has the change set carried out and returns once CloudFormation is done, whatever takes how long: a canary is ten minutes. It says on out what
// is done. The error of a deployment that was rolled back names what failed first and what to do. When ctx ends, CloudFormation goes on.
func (e *execution) run(ctx context.Context, id string) error {
	before, err := e.events(ctx, 1)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		e.last = aws.ToString(before[len(before)-1].EventId)
	}
	if _, err := e.client.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{ChangeSetName: &id}); err != nil {
		return fmt.Errorf("having the changes made: %w", err)
	}
	for {
		events, err := e.events(ctx, 0)
		if err != nil {
			return goesOn(err)
		}
		for i := range events {
			e.last = aws.ToString(events[i].EventId)
			e.say(events[i])
			if done(events[i]) {
				return e.outcome(events[i])
			}
		}
		select {
		case <-ctx.Done():
			return goesOn(context.Cause(ctx))
		case <-time.After(e.every):
		}
	}
}

func goesOn(err error) error {
	return fmt.Errorf("no longer watching, while CloudFormation goes on; make deploy again shows how it ended: %w", err)
}

// events are the stack's events after the last one seen, oldest first; at most limit of them, the newest, if limit is not 0.
func (e *execution) events(ctx context.Context, limit int) ([]types.StackEvent, error) {
	var found []types.StackEvent
	pages := cloudformation.NewDescribeStackEventsPaginator(e.client, &cloudformation.DescribeStackEventsInput{StackName: &e.stackID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the stack's events: %w", err)
		}
		for _, event := range page.StackEvents { // newest first
			if aws.ToString(event.EventId) == e.last || limit > 0 && len(found) == limit {
				slices.Reverse(found)
				return found, nil
			}
			found = append(found, event)
		}
	}
	slices.Reverse(found)
	return found, nil
}

// say writes a line for what is done or has failed. Of the front door's alias, which a canary moves, it writes every step.
func (e *execution) say(event types.StackEvent) {
	status, reason := string(event.ResourceStatus), aws.ToString(event.ResourceStatusReason)
	failed := strings.HasSuffix(status, "_FAILED")
	if failed && e.failed == nil && reason != "" && !strings.Contains(strings.ToLower(reason), "cancelled") {
		e.failed = &event
	}
	if strings.HasSuffix(status, "_IN_PROGRESS") && aws.ToString(event.ResourceType) != alias {
		return
	}
	line := fmt.Sprintf("  %s  %s  %s", status, aws.ToString(event.ResourceType), aws.ToString(event.LogicalResourceId))
	if reason != "" {
		line += "  " + oneLine(reason)
	}
	fmt.Fprintln(e.out, line)
}

const (
	alias = "AWS::Lambda::Alias"
	stack = "AWS::CloudFormation::Stack"
)

// done says whether an event ends the deployment: the stack's own, with a status that lasts.
func done(event types.StackEvent) bool {
	return aws.ToString(event.ResourceType) == stack && aws.ToString(event.PhysicalResourceId) == aws.ToString(event.StackId) &&
		!strings.HasSuffix(string(event.ResourceStatus), "_IN_PROGRESS")
}

// outcome is nil for a deployment that is made.
func (e *execution) outcome(last types.StackEvent) error {
	if last.ResourceStatus == types.ResourceStatusCreateComplete || last.ResourceStatus == types.ResourceStatusUpdateComplete {
		return nil
	}
	name := aws.ToString(last.StackName)
	reason := "CloudFormation names no cause"
	if e.failed != nil {
		reason = fmt.Sprintf("First to fail was %s (%s): %s", aws.ToString(e.failed.LogicalResourceId), aws.ToString(e.failed.ResourceType),
			oneLine(aws.ToString(e.failed.ResourceStatusReason)))
	}
	return fmt.Errorf("%s is not deployed (%s). %s. %s", name, last.ResourceStatus, reason, e.advice(last.ResourceStatus, name))
}

// advice is what to do about a deployment that failed.
func (e *execution) advice(status types.ResourceStatus, name string) string {
	switch {
	case status == types.ResourceStatusUpdateRollbackFailed:
		return "The way back failed too: remove what is in its way, then aws cloudformation continue-update-rollback --stack-name " + name
	case status == types.ResourceStatusRollbackFailed:
		return "It never was deployed, and a protected table is in the way of removing it: aws dynamodb update-table --no-deletion-protection-enabled " +
			"--table-name (the StatusTable among aws cloudformation list-stack-resources), then aws cloudformation delete-stack --stack-name " + name +
			", mend it and deploy again"
	case status == types.ResourceStatusCreateFailed || status == types.ResourceStatusRollbackComplete:
		return "It never was deployed and holds nothing: aws cloudformation delete-stack --stack-name " + name + ", mend it and deploy again"
	case status != types.ResourceStatusUpdateRollbackComplete:
		return "It was left as it is: see the stack's events in the console before anything else"
	case e.failed != nil && aws.ToString(e.failed.ResourceType) == alias:
		return "The version before serves again. See which alarm is on and the webhook function's log; a fix goes out past the alarm with ROLLOUT=all-at-once"
	}
	return "All is as it was before: mend it and deploy again"
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
