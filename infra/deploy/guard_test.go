package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever would be lost is found in what CloudFormation answers, on whichever page it stands.
func TestGuard(t *testing.T) {
	t.Parallel()
	const table = "AWS::DynamoDB::Table"
	for name, tt := range map[string]struct {
		change  string
		allowed string
		lost    string
		effect  string
	}{
		"table added":             {change: changed("Add", "StatusTable", table, "", ""), effect: "add"},
		"table modified":          {change: changed("Modify", "StatusTable", table, "False", ""), effect: "modify"},
		"table imported":          {change: changed("Import", "StatusTable", table, "", ""), effect: "import"},
		"table removed":           {change: changed("Remove", "StatusTable", table, "", "Delete"), lost: "StatusTable", effect: "remove"},
		"table removed and kept":  {change: changed("Remove", "StatusTable", table, "", "Retain"), lost: "StatusTable", effect: "remove (the old one stays, outside the stack)"},
		"table replaced":          {change: changed("Modify", "StatusTable", table, "True", "ReplaceAndRetain"), lost: "StatusTable", effect: "replace (the old one stays, outside the stack)"},
		"table perhaps replaced":  {change: changed("Modify", "StatusTable", table, "Conditional", ""), lost: "StatusTable", effect: "replace, perhaps"},
		"table, who knows":        {change: changed("Dynamic", "StatusTable", table, "", ""), lost: "StatusTable", effect: "dynamic"},
		"table, allowed":          {change: changed("Remove", "StatusTable", table, "", ""), allowed: "Api StatusTable", effect: "remove"},
		"table, another allowed":  {change: changed("Remove", "StatusTable", table, "", ""), allowed: "Api", lost: "StatusTable", effect: "remove"},
		"queue replaced":          {change: changed("Modify", "UsersQueue", "AWS::SQS::Queue", "True", ""), lost: "UsersQueue", effect: "replace"},
		"queue's policy removed":  {change: changed("Remove", "QueuePolicy", "AWS::SQS::QueuePolicy", "", ""), effect: "remove"},
		"secret removed":          {change: changed("Remove", "SigningSecret", "AWS::SecretsManager::Secret", "", ""), lost: "SigningSecret", effect: "remove"},
		"API replaced":            {change: changed("Modify", "Api", "AWS::ApiGatewayV2::Api", "True", ""), lost: "Api", effect: "replace"},
		"stage replaced":          {change: changed("Modify", "ApiApiGatewayDefaultStage", "AWS::ApiGatewayV2::Stage", "Conditional", ""), lost: "ApiApiGatewayDefaultStage", effect: "replace, perhaps"},
		"domain replaced":         {change: changed("Modify", "ApiDomain", "AWS::ApiGatewayV2::DomainName", "True", ""), lost: "ApiDomain", effect: "replace"},
		"domain's mapping gone":   {change: changed("Remove", "ApiDomainMapping", "AWS::ApiGatewayV2::ApiMapping", "", ""), lost: "ApiDomainMapping", effect: "remove"},
		"domain's record gone":    {change: changed("Remove", "ApiDomainRecord", "AWS::Route53::RecordSet", "", ""), lost: "ApiDomainRecord", effect: "remove"},
		"audit log removed":       {change: changed("Remove", "AuditLogs", "AWS::Logs::LogGroup", "", ""), lost: "AuditLogs", effect: "remove"},
		"another log removed":     {change: changed("Remove", "UsersLogs", "AWS::Logs::LogGroup", "", ""), effect: "remove"},
		"version of the door out": {change: changed("Remove", "WebhookFunctionVersion0123456789", "AWS::Lambda::Version", "", "Retain"), effect: "remove (the old one stays, outside the stack)"},
		"role replaced":           {change: changed("Modify", "UsersRole", "AWS::IAM::Role", "True", "ReplaceAndDelete"), effect: "replace"},
		"a hook":                  {change: "<member><Type>Resource</Type></member>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			other := changed("Modify", "WebhookFunction", "AWS::Lambda::Function", "False", "")
			c.pages = []string{other, tt.change}
			set, err := describe(t.Context(), c.stacks(), changeSetID)
			if err != nil || set.stackID != stackARN {
				t.Fatalf("%+v, %v", set, err)
			}
			var lost []string
			for _, c := range losses(set.changes, strings.Fields(tt.allowed)) {
				lost = append(lost, c.id)
			}
			if got := strings.Join(lost, " "); got != tt.lost {
				t.Errorf("lost %q, want %q", got, tt.lost)
			}
			if tt.effect != "" && set.changes[1].effect() != tt.effect {
				t.Errorf("effect %q, want %q", set.changes[1].effect(), tt.effect)
			}
		})
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	show(&out, []change{
		{action: "Remove", id: "Old", kind: "AWS::SQS::Queue", policy: "Retain"},
		{action: "Modify", id: "WebhookFunction", kind: "AWS::Lambda::Function", replacement: "False"},
		{action: "Add", id: "New", kind: "AWS::SQS::Queue"},
	})
	want := "  New              AWS::SQS::Queue        add\n" +
		"  WebhookFunction  AWS::Lambda::Function  modify\n" +
		"  Old              AWS::SQS::Queue        remove (the old one stays, outside the stack)\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
