package template_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/template"
	"argyle-webhooks/shared/argyle"
)

// TestDeploymentPermissions holds each role against the list of what its function calls: more is as wrong as less.
func TestDeploymentPermissions(t *testing.T) {
	t.Parallel()
	stack := deployment(t)
	functions := stack.OfType(functionType)
	for _, function := range functions {
		t.Run(function.LogicalID, func(t *testing.T) {
			t.Parallel()
			name := strings.TrimSuffix(function.LogicalID, "Function")
			role := must(t, stack, name+"Role")
			if got := at(function, "Role"); got != role.LogicalID+".Arn" {
				t.Errorf("Role is %v, want its own", got)
			}
			if got := at(function, "LoggingConfig", "LogGroup"); got != name+"Logs" {
				t.Errorf("LogGroup is %v, want its own", got)
			}
			// SAM adds statements for Policies, and a managed policy is a list that AWS changes.
			if function.Properties.Has("Policies") {
				t.Error("has Policies: they belong into its role")
			}
			if err := role.Properties.Only("Description", "AssumeRolePolicyDocument", "Policies"); err != nil {
				t.Error(err)
			}

			want := []string{
				"logs:CreateLogStream on " + name + "Logs.Arn",
				"logs:PutLogEvents on " + name + "Logs.Arn",
			}
			if name == "Webhook" {
				want = append(want, "secretsmanager:GetSecretValue on SigningSecret")
				for _, family := range append(argyle.Families(), argyle.Unrouted) {
					want = append(want, fmt.Sprintf("sqs:SendMessage on %sQueue.Arn", title(family)))
				}
			} else {
				want = append(
					want,
					"dynamodb:GetItem on StatusTable.Arn",
					"dynamodb:PutItem on StatusTable.Arn",
					"sqs:ReceiveMessage on "+name+"Queue.Arn",
					"sqs:DeleteMessage on "+name+"Queue.Arn",
					"sqs:GetQueueAttributes on "+name+"Queue.Arn",
				)
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, grants(t, role)); diff != "" {
				t.Errorf("grants (-want +got):\n%s", diff)
			}
		})
	}
	if roles := stack.OfType("AWS::IAM::Role"); len(roles) != len(functions) {
		t.Errorf("%d roles for %d functions, want one each", len(roles), len(functions))
	}
}

// grants lists what a role's policies allow, an "action on resource" for each pair, sorted. Anything but a plain Allow fails the test.
func grants(t *testing.T, role *template.Resource) []string {
	t.Helper()
	policies, err := role.Properties.Maps("Policies")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, policy := range policies {
		document, err := policy.Map("PolicyDocument")
		if err != nil {
			t.Fatal(err)
		}
		statements, err := document.Maps("Statement")
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements {
			if err := statement.Only("Sid", "Effect", "Action", "Resource"); err != nil {
				t.Error(err)
			}
			if effect, err := statement.String("Effect"); err != nil || effect != "Allow" {
				t.Errorf("%s: effect %q (%v), want Allow", role.LogicalID, effect, err)
			}
			actions, err := statement.Strings("Action")
			if err != nil {
				t.Fatal(err)
			}
			resources, err := statement.Strings("Resource")
			if err != nil {
				t.Fatal(err)
			}
			for _, action := range actions {
				for _, resource := range resources {
					out = append(out, action+" on "+resource)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}
