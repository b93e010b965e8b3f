package backend

import (
	"fmt"

	"argyle-webhooks/infra/template"
)

const (
	tableType = "AWS::DynamoDB::Table"
	queueType = "AWS::SQS::Queue"
)

// Resolver answers for tables and queues, which need not exist yet, and asks next for every other resource (nil: such a reference is an
// error).
//
// A queue's Ref is its URL, its attributes Arn, QueueName and QueueUrl; a table's Ref is its name, its attributes Arn and StreamArn. A
// resource without a name of its own in the template is named for its logical id.
func (b *Backend) Resolver(next template.Resolver) template.Resolver {
	return resolver{sqsURL: b.SQSURL, next: next}
}

type resolver struct {
	sqsURL string
	next   template.Resolver
}

func (r resolver) Ref(res *template.Resource) (any, error) {
	switch res.Type {
	case tableType:
		return physicalName(res, "TableName")
	case queueType:
		name, err := physicalName(res, "QueueName")
		return r.sqsURL + "/" + AccountID + "/" + name, err
	}
	if r.next == nil {
		return nil, fmt.Errorf("no value is known for %s, an %s", res.LogicalID, res.Type)
	}
	return r.next.Ref(res)
}

func (r resolver) GetAtt(res *template.Resource, attribute string) (any, error) {
	switch res.Type + "." + attribute {
	case tableType + ".Arn":
		name, err := physicalName(res, "TableName")
		return tableARN(name), err
	case tableType + ".StreamArn":
		// AWS puts the time of creation at the end.
		name, err := physicalName(res, "TableName")
		return tableARN(name) + "/stream/local", err
	case queueType + ".Arn":
		name, err := physicalName(res, "QueueName")
		return queueARN(name), err
	case queueType + ".QueueName":
		return physicalName(res, "QueueName")
	case queueType + ".QueueUrl":
		return r.Ref(res)
	}
	if r.next == nil || res.Type == tableType || res.Type == queueType {
		return nil, fmt.Errorf("no attribute %s is known for %s, an %s", attribute, res.LogicalID, res.Type)
	}
	return r.next.GetAtt(res, attribute)
}

// physicalName is a resource's name: the one in its property, else its logical id.
func physicalName(res *template.Resource, property string) (string, error) {
	v, ok, err := res.Property(property)
	if err != nil {
		return "", err
	}
	if !ok {
		return res.LogicalID, nil
	}
	name, isString := v.(string)
	if !isString {
		return "", fmt.Errorf("%s.%s: want a string", res.LogicalID, property)
	}
	return name, nil
}

func tableARN(name string) string {
	return "arn:aws:dynamodb:" + Region + ":" + AccountID + ":table/" + name
}

func queueARN(name string) string { return "arn:aws:sqs:" + Region + ":" + AccountID + ":" + name }
