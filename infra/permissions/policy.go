package permissions

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"argyle-webhooks/infra/template"
)

// statement is one of a policy's, as the template package gives it.
type statement = map[string]any

// document is a policy.
func document(statements ...statement) map[string]any {
	list := make([]any, len(statements))
	for i, s := range statements {
		list[i] = s
	}
	return map[string]any{"Version": "2012-10-17", "Statement": list}
}

// onlyOverTLS denies everybody an action where the connection is not encrypted.
func onlyOverTLS(action string, resource any) statement {
	return statement{
		"Sid": "OnlyOverTLS", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource,
		"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
	}
}

// queuePolicy is the whole policy of the queues, of all of them: it allows nothing, since IAM's roles of this account need no policy of the queue.
// Its resource is the queue that has it: SQS takes no statement that names several.
func (d *Deployment) queuePolicy() (targets []any, policy map[string]any) {
	for _, queue := range d.OfType(typeQueue) {
		url, _ := values{}.Ref(queue)
		targets = append(targets, url)
	}
	return targets, document(onlyOverTLS("sqs:*", "*"))
}

// topicPolicy is the whole policy of the alarm topic: the alarms of this account may publish to it. A topic with a policy of its own has lost the one
// that SNS gives it, which allows the account.
func topicPolicy() (targets []any, policy map[string]any) {
	topic := arn("sns", "AlarmTopic")
	return []any{topic}, document(
		statement{
			"Sid": "AlarmsOfThisAccount", "Effect": "Allow", "Principal": map[string]any{"Service": "cloudwatch.amazonaws.com"},
			"Action": "sns:Publish", "Resource": topic,
			"Condition": map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": account}},
		},
		onlyOverTLS("sns:Publish", topic),
	)
}

// policy finds a resource's policy that is not the one it must be, or not on what it must be. The order of lists does not count.
func (f *findings) policy(res *template.Resource, property string, targets []any, policy map[string]any) {
	for name, want := range map[string]any{property: targets, "PolicyDocument": policy} {
		if got, _ := res.Properties.Value(name); !reflect.DeepEqual(sorted(got), sorted(want)) {
			f.find(res, "%s is not the fixed one in infra/permissions/policy.go", name)
		}
	}
}

// sorted is a copy of a value in which every list is sorted.
func sorted(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for key, each := range value {
			out[key] = sorted(each)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, each := range value {
			out[i] = sorted(each)
		}
		slices.SortFunc(out, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		return out
	}
	return value
}
