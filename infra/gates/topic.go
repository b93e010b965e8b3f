package main

import (
	"slices"

	"argyle-webhooks/infra/template"
)

// topicRule: a topic's policy takes the place of the one that lets everything of the account publish, so that without a statement for CloudWatch
// every alarm is lost in silence.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html.
func topicRule(d *deployment, r *report) {
	mail, wanted := d.parameters["AlarmEmail"]
	subscribed := slices.ContainsFunc(d.OfType(typeSubscription), func(s *template.Resource) bool {
		return text(s, "TopicArn") == "AlarmTopic" && text(s, "Protocol") == "email" && text(s, "Endpoint") == mail
	})
	if wanted != subscribed || !wanted && len(d.OfType(typeSubscription)) > 0 {
		r.findAt("AlarmEmailSubscription", "want the address of AlarmEmail subscribed to the topic, and nobody else")
	}
	for _, topic := range d.OfType(typeTopic) {
		allowed, denied := false, false
		for _, policy := range d.OfType(typeTopicPolicy) {
			if !slices.Contains(list(policy, "Topics"), topic.LogicalID) {
				continue
			}
			statements, _ := at(policy, "PolicyDocument", "Statement").([]any)
			for _, statement := range statements {
				s, _ := statement.(map[string]any)
				if s["Action"] != "sns:Publish" || s["Resource"] != topic.LogicalID {
					continue
				}
				principal, _ := s["Principal"].(map[string]any)
				allowed = allowed || s["Effect"] == "Allow" && principal["Service"] == "cloudwatch.amazonaws.com"
				denied = denied || onlyOverTLS(s)
			}
		}
		if !allowed {
			r.find(topic, "no policy lets cloudwatch.amazonaws.com publish to it")
		}
		if !denied {
			r.find(topic, "no policy denies it to whoever comes without TLS")
		}
	}
}

// onlyOverTLS says whether a statement denies what it is about to everybody who comes without TLS.
func onlyOverTLS(statement map[string]any) bool {
	condition, _ := statement["Condition"].(map[string]any)
	is, _ := condition["Bool"].(map[string]any)
	return statement["Effect"] == "Deny" && statement["Principal"] == "*" && is["aws:SecureTransport"] == "false"
}
