package main

import (
	"slices"
	"strings"
)

// apiRule: the endpoint has a limit, logs that are delivered without a resource policy of their own growing, and the payload that the function reads.
func apiRule(d *deployment, r *report) {
	api := d.must(r, "Api")
	if api == nil {
		return
	}
	for _, limit := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
		if number(r, api, "DefaultRouteSettings", limit) <= 0 {
			r.find(api, "%s is not over 0", limit)
		}
	}
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
	group, _ := strings.CutSuffix(text(api, "AccessLogSettings", "DestinationArn"), ".Arn")
	if logs, ok := d.Resource(group); !ok || !strings.HasPrefix(text(logs, "LogGroupName"), "/aws/vendedlogs/") {
		r.find(api, "its access log goes to %q, want a log group of the template whose name begins with /aws/vendedlogs/", group)
	}
	for _, personal := range []string{"$context.authorizer", "$request", "$input", "header", "$context.identity.userAgent"} {
		if strings.Contains(text(api, "AccessLogSettings", "Format"), personal) {
			r.find(api, "its access log has %s, want neither headers nor body", personal)
		}
	}
	if webhook := d.must(r, frontDoor); webhook != nil && text(webhook, "Events", "Delivery", "Properties", "PayloadFormatVersion") != "2.0" {
		r.find(webhook, `PayloadFormatVersion is not "2.0", which the function reads`)
	}
}

// rolloutRule: CodeDeploy looks at the alarms of the function and of its 503s, and only while a canary is on its way. An alarm that refers to
// the API would be a circular dependency, and one that a plain deployment looks at would keep a fix from being deployed while it is on.
func rolloutRule(d *deployment, r *report) {
	webhook := d.must(r, frontDoor)
	if webhook == nil {
		return
	}
	kind, alarms := "AllAtOnce", []string(nil)
	if d.parameter("Rollout", "all-at-once") == "canary" {
		kind, alarms = "Canary10Percent10Minutes", []string{"WebhookErrorsAlarm", "UnavailableAlarm"}
	}
	if got := text(webhook, "DeploymentPreference", "Type"); got != kind {
		r.find(webhook, "DeploymentPreference is %s, want %s", got, kind)
	}
	if got := list(webhook, "DeploymentPreference", "Alarms"); !slices.Equal(got, alarms) {
		r.find(webhook, "DeploymentPreference looks at [%s], want [%s]", strings.Join(got, ", "), strings.Join(alarms, ", "))
	}
	if text(webhook, "AutoPublishAlias") == "" || at(webhook, "AutoPublishCodeSha256") == nil {
		r.find(webhook, "has no AutoPublishAlias or no AutoPublishCodeSha256: a changed parameter alone would reach no version")
	}
}
