// Package deployed finds the parts of a running stack, in AWS or on this machine: its endpoint, table, queues, secret and audit log.
//
// In AWS they are the outputs of the CloudFormation stack, on this machine what the local stack tells of itself.
package deployed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
)

// Stack is where a stack's parts are.
type Stack struct {
	// Name is the CloudFormation stack's, which is also its metrics' namespace; [LocalName] on this machine.
	Name string
	// Local is whether it is the local stack.
	Local bool
	// WebhookURL takes deliveries.
	WebhookURL string
	// Table is the status table's name, SecretARN the signing secret.
	Table, SecretARN string
	// AuditLogGroup takes the lines of who did what; empty on this machine.
	AuditLogGroup string
	// Queues are the URLs of the families' queues, by family, and of argyle.Unrouted. DeadLetterQueues has no argyle.Unrouted.
	Queues, DeadLetterQueues map[string]string
}

// Families are those of the stack's queues that have a dead-letter queue, sorted. The unrouted queue has none: it is one.
func (s *Stack) Families() []string { return slices.Sorted(maps.Keys(s.DeadLetterQueues)) }

// Describer is what Find needs of CloudFormation; *cloudformation.Client is one.
type Describer interface {
	DescribeStacks(ctx context.Context, in *cloudformation.DescribeStacksInput, options ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

// Find reads the outputs of a stack in AWS. The error is a line for a person.
func Find(ctx context.Context, client Describer, name string) (*Stack, error) {
	out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if NoStack(err) {
		return nil, fmt.Errorf("there is no stack %s in this account and region: `make deploy` names it at the end; see also AWS_PROFILE and AWS_REGION", name)
	}
	if err != nil {
		return nil, fmt.Errorf("asking CloudFormation for the stack %s: %w", name, err)
	}
	if len(out.Stacks) != 1 {
		return nil, fmt.Errorf("CloudFormation knows %d stacks %s, want one", len(out.Stacks), name)
	}
	if err := usable(name, out.Stacks[0].StackStatus); err != nil {
		return nil, err
	}
	return read(name, out.Stacks[0])
}

// NoStack says whether an error of DescribeStacks means that there is no stack of the name. CloudFormation has no error of its own for it:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html.
func NoStack(err error) bool {
	refused := smithy.APIError(nil)
	return errors.As(err, &refused) && refused.ErrorCode() == "ValidationError"
}

// usable is nil for a stack whose parts are all there: one that has been up and is not going.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html, "Stack status codes".
func usable(name string, status types.StackStatus) error {
	switch status {
	case types.StackStatusDeleteInProgress, types.StackStatusDeleteFailed, types.StackStatusDeleteComplete:
		return fmt.Errorf("the stack %s is deleted, or half deleted (%s): deploy it again before working on it", name, status)
	case types.StackStatusReviewInProgress, types.StackStatusCreateInProgress, types.StackStatusCreateFailed,
		types.StackStatusRollbackInProgress, types.StackStatusRollbackComplete, types.StackStatusRollbackFailed:
		return fmt.Errorf("the stack %s has never been up (%s): wait for its first deployment, or deploy it again by `make deploy`", name, status)
	default:
		return nil
	}
}

// read takes the parts from the outputs. A stack without one of them is another program's, or an older version's.
func read(name string, described types.Stack) (*Stack, error) {
	outputs := map[string]string{}
	for _, output := range described.Outputs {
		if output.OutputKey != nil && output.OutputValue != nil {
			outputs[*output.OutputKey] = *output.OutputValue
		}
	}
	var missing []string
	output := func(key string) string {
		if outputs[key] == "" {
			missing = append(missing, key)
		}
		return outputs[key]
	}
	stack := &Stack{
		Name:       name,
		WebhookURL: output("WebhookUrl"), Table: output("TableName"), SecretARN: output("SecretArn"), AuditLogGroup: output("AuditLogGroup"),
		Queues: map[string]string{argyle.Unrouted: output("UnroutedQueueUrl")}, DeadLetterQueues: map[string]string{},
	}
	for _, family := range argyle.Families() {
		stack.Queues[family] = output(samples.LogicalID(family, "QueueUrl"))
		stack.DeadLetterQueues[family] = output(samples.LogicalID(family, "DeadLetterQueueUrl"))
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the stack %s (%s) has no output %s: deploy this version of argyle-webhooks first, or see whether it is the right stack",
			name, described.StackStatus, strings.Join(missing, ", "))
	}
	return stack, nil
}
