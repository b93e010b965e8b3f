package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"argyle-webhooks/infra/template"
)

// queueNumbers are the queue's properties that are numbers, by SQS's names for them. ElasticMQ 1.7.1 takes all and obeys all but
// MaximumMessageSize, for which it has one limit of 1 MiB, and MessageRetentionPeriod, which no local run lives to see.
var queueNumbers = map[string]string{
	"DelaySeconds":                  "DelaySeconds",
	"MaximumMessageSize":            "MaximumMessageSize",
	"MessageRetentionPeriod":        "MessageRetentionPeriod",
	"ReceiveMessageWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
	"VisibilityTimeout":             "VisibilityTimeout",
}

var (
	// queueApplied are the other properties of a queue that are applied.
	queueApplied = []string{"ContentBasedDeduplication", "FifoQueue", "QueueName", "RedrivePolicy"}
	// queueIgnored are properties without a meaning for a server in memory, on one machine, with one account: encryption, tags, and who may
	// use a queue as its dead-letter queue.
	queueIgnored = []string{"KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "RedriveAllowPolicy", "SqsManagedSseEnabled", "Tags"}
)

// queueSpec is what the template says of a queue.
type queueSpec struct {
	name       string
	attributes map[string]string
	// deadLetters is the ARN of the dead-letter queue, "" if there is none, and receives how often a message may be received.
	deadLetters string
	receives    int
}

func queueSpecOf(res *template.Resource) (queueSpec, error) {
	p := res.Properties
	spec := queueSpec{attributes: map[string]string{}}
	if err := known(p, slices.AppendSeq(slices.Clone(queueApplied), maps.Keys(queueNumbers)), queueIgnored); err != nil {
		return spec, err
	}
	var err error
	if spec.name, err = p.StringOr("QueueName", res.LogicalID); err != nil {
		return spec, err
	}
	for property, attribute := range queueNumbers {
		if !p.Has(property) {
			continue
		}
		n, err := p.Int(property)
		if err != nil {
			return spec, err
		}
		spec.attributes[attribute] = strconv.Itoa(n)
	}
	for _, property := range []string{"ContentBasedDeduplication", "FifoQueue"} {
		on, err := p.BoolOr(property, false)
		if err != nil {
			return spec, err
		}
		if on {
			spec.attributes[property] = "true"
		}
	}
	if p.Has("RedrivePolicy") {
		if err := spec.readRedrive(p); err != nil {
			return spec, err
		}
	}
	return spec, nil
}

func (s *queueSpec) readRedrive(p template.Props) error {
	policy, err := p.Map("RedrivePolicy")
	if err != nil {
		return err
	}
	if err := policy.Only("deadLetterTargetArn", "maxReceiveCount"); err != nil {
		return err
	}
	if s.deadLetters, err = policy.String("deadLetterTargetArn"); err != nil {
		return err
	}
	if s.receives, err = policy.Int("maxReceiveCount"); err != nil {
		return err
	}
	if s.receives < 1 || s.receives > 1000 {
		// The range that SQS allows: API reference, SetQueueAttributes. ElasticMQ takes any.
		return policy.Errorf("maxReceiveCount", "want 1 to 1000, got %d", s.receives)
	}
	return nil
}

// make creates the queue, or finds it to be as declared, and returns its URL.
func (s queueSpec) make(ctx context.Context, client *sqs.Client) (url string, err error) {
	attributes := maps.Clone(s.attributes)
	if s.deadLetters != "" {
		policy, err := json.Marshal(map[string]any{"deadLetterTargetArn": s.deadLetters, "maxReceiveCount": s.receives})
		if err != nil {
			return "", fmt.Errorf("queue %s: write its redrive policy: %w", s.name, err)
		}
		attributes["RedrivePolicy"] = string(policy)
	}
	there, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(s.name)})
	var missing *types.QueueDoesNotExist
	switch {
	case err == nil:
		return *there.QueueUrl, s.compare(ctx, client, *there.QueueUrl)
	case !errors.As(err, &missing):
		return "", fmt.Errorf("look for the queue %s: %w", s.name, err)
	}
	made, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(s.name), Attributes: attributes})
	if err != nil {
		return "", fmt.Errorf("create the queue %s: %w", s.name, err)
	}
	return *made.QueueUrl, nil
}

// compare checks an existing queue against the declaration. ElasticMQ does not give back every attribute; one that it leaves out
// cannot differ in how it behaves.
func (s queueSpec) compare(ctx context.Context, client *sqs.Client, url string) error {
	got, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: aws.String(url), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		return fmt.Errorf("read the attributes of the queue %s: %w", s.name, err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.attributes)) {
		if v, ok := got.Attributes[name]; ok && v != s.attributes[name] {
			return fmt.Errorf("the queue %s %w: %s is %s, not %s", s.name, ErrDiffers, name, v, s.attributes[name])
		}
	}
	var policy struct {
		Target   string      `json:"deadLetterTargetArn"`
		Receives json.Number `json:"maxReceiveCount"`
	}
	if text := got.Attributes["RedrivePolicy"]; text != "" {
		if err := json.Unmarshal([]byte(text), &policy); err != nil {
			return fmt.Errorf("read the redrive policy of the queue %s: %w", s.name, err)
		}
	}
	// Another server may call its region otherwise: the name decides.
	lastPart := func(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }
	receives := ""
	if s.deadLetters != "" {
		receives = strconv.Itoa(s.receives)
	}
	if lastPart(policy.Target) != lastPart(s.deadLetters) || policy.Receives.String() != receives {
		return fmt.Errorf("the queue %s %w: its redrive policy is %q", s.name, ErrDiffers, got.Attributes["RedrivePolicy"])
	}
	return nil
}
