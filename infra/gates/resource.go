package main

import (
	"slices"
	"strings"

	"argyle-webhooks/infra/template"
	"argyle-webhooks/shared/argyle"
)

// Types of the template's resources.
const (
	typeFunction     = "AWS::Serverless::Function"
	typeAPI          = "AWS::Serverless::HttpApi"
	typeQueue        = "AWS::SQS::Queue"
	typePolicy       = "AWS::SQS::QueuePolicy"
	typeTable        = "AWS::DynamoDB::Table"
	typeSecret       = "AWS::SecretsManager::Secret" //nolint:gosec // the name of a type
	typeLogs         = "AWS::Logs::LogGroup"
	typeFilter       = "AWS::Logs::MetricFilter"
	typeTopic        = "AWS::SNS::Topic"
	typeTopicPolicy  = "AWS::SNS::TopicPolicy"
	typeSubscription = "AWS::SNS::Subscription"
	typeRole         = "AWS::IAM::Role"
	typeAlarm        = "AWS::CloudWatch::Alarm"
	typeDashboard    = "AWS::CloudWatch::Dashboard"
)

// frontDoor is the function that takes Argyle's deliveries; every other is a worker with a queue.
const frontDoor = "WebhookFunction"

// must returns a resource that has to be there; nil, and a finding, if it is not.
func (d *deployment) must(r *report, logicalID string) *template.Resource {
	res, ok := d.Resource(logicalID)
	if !ok {
		r.findAt(logicalID, "there is no such resource")
		return nil
	}
	return res
}

// workers are the functions with a queue.
func (d *deployment) workers() []*template.Resource {
	return slices.DeleteFunc(d.OfType(typeFunction), func(res *template.Resource) bool { return res.LogicalID == frontDoor })
}

// mapping are the keys of a worker's event source mapping, followed by others.
func mapping(keys ...string) []string {
	return append([]string{"Events", "Queue", "Properties"}, keys...)
}

// source is the queue that a worker takes its messages from; nil, and a finding, if there is none.
func (d *deployment) source(r *report, worker *template.Resource) *template.Resource {
	if id, ok := strings.CutSuffix(text(worker, mapping("Queue")...), ".Arn"); ok {
		if queue, ok := d.Resource(id); ok {
			return queue
		}
	}
	r.find(worker, "has no event source mapping, called Queue, of a queue of the template")
	return nil
}

// sources are the logical ids of the queues that workers take their messages from.
func (d *deployment) sources(r *report) map[string]bool {
	ids := map[string]bool{}
	for _, worker := range d.workers() {
		if source := d.source(r, worker); source != nil {
			ids[source.LogicalID] = true
		}
	}
	return ids
}

// dead is the dead-letter queue of a queue; nil, and a finding, if there is none.
func (d *deployment) dead(r *report, queue *template.Resource) *template.Resource {
	if id, ok := strings.CutSuffix(text(queue, "RedrivePolicy", "deadLetterTargetArn"), ".Arn"); ok {
		if dead, ok := d.Resource(id); ok {
			return dead
		}
	}
	r.find(queue, "has no dead-letter queue of the template: what fails would come back until it expires")
	return nil
}

// title is a family as it begins logical ids: "accounts" is "Accounts".
func title(family string) string { return strings.ToUpper(family[:1]) + family[1:] }

// routes are the families, and what has none, as they begin the logical ids of queues.
func routes() []string {
	var names []string
	for _, family := range append(argyle.Families(), argyle.Unrouted) {
		names = append(names, title(family))
	}
	return names
}
