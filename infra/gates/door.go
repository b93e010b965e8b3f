package main

import (
	"encoding/json"
	"slices"
	"strings"
)

// throttledLines is the pattern of the access log's lines of what the gateway turned away.
const throttledLines = `{ $.status = "429" }`

// leastRate is how many requests a second must be let in: Argyle sends in bursts, and what is turned away is lost.
const leastRate = 100

// webhookPath is where Argyle's deliveries come in.
const webhookPath = "/webhooks/argyle"

// defaultQuota is how many concurrent executions an AWS account has that is not new.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const defaultQuota = 1000

// apiRule: the endpoint has a limit, logs that are delivered without a resource policy of their own growing, and the payload that the function reads.
func apiRule(d *deployment, r *report) {
	api := d.must(r, "Api")
	if api == nil {
		return
	}
	if stage := text(api, "StageName"); stage != "$default" {
		r.find(api, "StageName is %q, want $default: another one would be part of the address", stage)
	}
	rate, burst := number(r, api, "DefaultRouteSettings", "ThrottlingRateLimit"), number(r, api, "DefaultRouteSettings", "ThrottlingBurstLimit")
	if rate < leastRate || burst < rate || burst > defaultQuota {
		r.find(api, "ThrottlingRateLimit is %d and ThrottlingBurstLimit %d, want at least %d, and a burst of a second's at least and an AWS account's %d executions at most",
			rate, burst, leastRate, defaultQuota)
	}
	if float64(rate)*d.times.handler.Seconds() > defaultQuota {
		r.find(api, "ThrottlingRateLimit is %d, want at most %.0f: each held for the handler's %v, more would take all of an AWS account's %d executions",
			rate, defaultQuota/d.times.handler.Seconds(), d.times.handler, defaultQuota)
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
	fields := map[string]string{}
	if err := json.Unmarshal([]byte(text(api, "AccessLogSettings", "Format")), &fields); err != nil {
		r.find(api, "its access log's format is no JSON object of strings: %v", err)
	}
	// What the metric filter and the runbook look for.
	for field, want := range map[string]string{"status": "$context.status", "source_ip": "$context.identity.sourceIp", "integration_error": "$context.integrationErrorMessage"} {
		if fields[field] != want {
			r.find(api, "the field %s of its access log is %q, want %q", field, fields[field], want)
		}
	}
	for _, filter := range d.OfType(typeFilter) {
		if got := text(filter, "FilterPattern"); text(filter, "LogGroupName") != group || got != throttledLines {
			r.find(filter, "looks for %s in %s, want %s in %s, the access log", got, text(filter, "LogGroupName"), throttledLines, group)
		}
	}
	if webhook := d.must(r, frontDoor); webhook != nil {
		for key, want := range map[string]string{"ApiId": "Api", "Method": "POST", "Path": webhookPath, "PayloadFormatVersion": "2.0"} {
			if got := text(webhook, "Events", "Delivery", "Properties", key); got != want {
				r.find(webhook, "%s is %q, want %q", key, got, want)
			}
		}
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
	if alarm := d.must(r, "WebhookErrorsAlarm"); alarm != nil && lookOf(alarm).dimensions["Resource"] != frontDoor+":"+d.alias(frontDoor) {
		r.find(alarm, "does not look at the alias, which is what the API calls")
	}
	if text(webhook, "AutoPublishAlias") == "" || at(webhook, "AutoPublishCodeSha256") == nil {
		r.find(webhook, "has no AutoPublishAlias or no AutoPublishCodeSha256: a changed parameter alone would reach no version")
	}
}
