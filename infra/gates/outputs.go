package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
)

// outputsRule: argylectl works on what the outputs name, so that a queue in another's place would be shown, and emptied, by mistake.
func outputsRule(d *deployment, r *report) {
	want := map[string]string{
		"WebhookUrl": d.webhookURL(), "TableName": "StatusTable", "SecretArn": "SigningSecret", "AuditLogGroup": "AuditLogs",
		"AlarmTopicArn": d.alarmTopic(), "UnroutedQueueUrl": "UnroutedQueue", "Version": "dev",
	}
	for _, family := range argyle.Families() {
		for _, kind := range []string{"Queue", "DeadLetterQueue"} {
			want[samples.LogicalID(family, kind+"Url")] = samples.LogicalID(family, kind)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		output, _ := d.Output(name)
		if got := fmt.Sprint(output.Value); got != want[name] {
			r.findAt(name, "the output is %s, want %s", got, want[name])
		}
	}
}

// webhookURL is where Argyle is to send.
func (d *deployment) webhookURL() string {
	host := "Api.execute-api." + d.parameter("AWS::Region", "us-east-1") + ".amazonaws.com"
	if name, own := d.parameters["DomainName"]; own {
		host = name
	}
	return "https://" + host + webhookPath
}

// domainRule: a domain of one's own leads to the stage of the API, over no TLS that is older than the API's own address takes.
func domainRule(d *deployment, r *report) {
	name, own := d.parameters["DomainName"]
	if !own {
		return
	}
	domain, mapping, record := d.must(r, "ApiDomain"), d.must(r, "ApiDomainMapping"), d.must(r, "ApiDomainRecord")
	if domain == nil || mapping == nil || record == nil {
		return
	}
	configurations, _ := at(domain, "DomainNameConfigurations").([]any)
	for _, configuration := range configurations {
		if c, _ := configuration.(map[string]any); c["SecurityPolicy"] != "TLS_1_2" {
			r.find(domain, "SecurityPolicy is %v, want TLS_1_2", show(c["SecurityPolicy"]))
		}
	}
	for key, want := range map[string]string{"DomainName": "ApiDomain", "ApiId": "Api", "Stage": "Api.Stage"} {
		if got := text(mapping, key); got != want {
			r.find(mapping, "%s is %q, want %q", key, got, want)
		}
	}
	if got := strings.TrimSuffix(text(record, "Name"), "."); got != name {
		r.find(record, "Name is %q, want %q", got, name)
	}
	for key, want := range map[string]string{"DNSName": "ApiDomain.RegionalDomainName", "HostedZoneId": "ApiDomain.RegionalHostedZoneId"} {
		if got := text(record, "AliasTarget", key); got != want {
			r.find(record, "AliasTarget.%s is %q, want %q", key, got, want)
		}
	}
}
