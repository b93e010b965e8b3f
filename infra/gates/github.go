package main

import (
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"argyle-webhooks/infra/template"
)

// github is the template of the role with which GitHub deploys.
const github = "infra/github-oidc.yaml"

// Values for the parameters of [github]. A reference to its own boundary is the logical id.
var githubParameters = template.Params{
	"Repository": "owner/name", "GitHubEnvironment": "staging", "StackName": "the-stack", "HostedZoneId": "Z0",
	"KmsKeyArn": "arn:aws:kms:us-east-1:000000000000:key/own",
}

// wide are the statements whose resources do not hold the stack's name, each with the condition or the kind of resource that bounds it instead.
// A new one is thought about here.
var wide = []string{
	"KnowNoResources", "Secret", "Key", // of the boundary
	"UseSam", "FindSamsBucket", "Mappings", "MappingTags", "Rollouts", "MakeSecret", "KeepSecret", "KeyForTheStacksServices",
	"Api", "FirstDomain", "ApiLogDelivery", "SeeAlarms", "DomainRecord", "DomainRecordIsIn", "DeployStack",
}

// conditions are what must stand between a statement and what it could do to others: without the first, the role could make a role that may do
// anything; without the tags, it could take another environment's secret.
var conditions = map[string]map[string]any{
	"MakeBoundRoles": {"StringEquals": map[string]any{"iam:PermissionsBoundary": "Boundary"}},
	"GiveRoles":      {"StringEquals": map[string]any{"iam:PassedToService": []any{"lambda.amazonaws.com", "codedeploy.amazonaws.com"}}},
	"Mappings":       {"ArnLike": map[string]any{"lambda:FunctionArn": "arn:aws:lambda:*:000000000000:function:the-stack-*"}},
	"Secret":         {"StringEquals": map[string]any{"aws:ResourceTag/environment": "staging"}},
	"KeepSecret":     {"StringEquals": map[string]any{"aws:ResourceTag/environment": "staging"}},
	"MakeSecret": {
		"StringEquals":         map[string]any{"aws:RequestTag/environment": "staging"},
		"StringEqualsIfExists": map[string]any{"aws:ResourceTag/environment": "staging"},
	},
	"FirstDomain": {"StringEquals": map[string]any{"iam:AWSServiceName": "ops.apigateway.amazonaws.com"}},
}

// boundActions make a role, or give it permissions or a boundary; only MakeBoundRoles has them, since only it asks for the boundary.
var boundActions = []string{"iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary"}

// githubRule: only the jobs of one environment of one repository take the role; it makes no role that may do more than the template's roles, and
// touches no other stack's parts. That it may do all that a deployment needs only a deployment shows.
func githubRule(p *project, r *report) {
	source, err := fs.ReadFile(p.files, github)
	if err != nil {
		r.findAt(github, "cannot be read: %v", err)
		return
	}
	parsed, err := template.Parse(github, source)
	if err != nil {
		r.findAt(github, "cannot be read: %v", err)
		return
	}
	stack, err := parsed.Resolve(githubParameters, template.Placeholders{})
	if err != nil {
		r.findAt(github, "cannot be read: %v", err)
		return
	}
	d := &deployment{Stack: stack}
	boundary, role := d.must(r, "Boundary"), d.must(r, "DeployRole")
	if boundary == nil || role == nil {
		return
	}
	trustOfGitHub(r, role)

	bound := slices.Sorted(slices.Values(actionsOf(at(boundary, "PolicyDocument"))))
	if granted := p.granted(); !slices.Equal(bound, granted) {
		r.find(boundary, "allows %s, want what the template's roles have: %s", strings.Join(bound, ", "), strings.Join(granted, ", "))
	}
	statements, _ := at(boundary, "PolicyDocument", "Statement").([]any)
	policies, _ := at(role, "Policies").([]any)
	for _, policy := range policies {
		p, _ := policy.(map[string]any)
		document, _ := p["PolicyDocument"].(map[string]any)
		more, _ := document["Statement"].([]any)
		statements = append(statements, more...)
	}
	seen := map[string]bool{}
	for _, statement := range statements {
		s, _ := statement.(map[string]any)
		sid, _ := s["Sid"].(string)
		seen[sid] = true
		checkStatement(r, sid, s)
	}
	for sid := range conditions {
		if !seen[sid] {
			r.findAt(github, "has no statement %s, which infra/gates/github.go knows", sid)
		}
	}
}

// checkStatement looks at one statement of the boundary or the role.
func checkStatement(r *report, sid string, statement map[string]any) {
	bad := func(format string, args ...any) { r.findAt(github, sid+": "+format, args...) }
	if want, bounded := conditions[sid]; bounded {
		if got, _ := statement["Condition"].(map[string]any); !reflect.DeepEqual(got, want) {
			bad("its condition is %v, want %v", got, want)
		}
	}
	for _, action := range actionsOf(map[string]any{"Action": statement["Action"]}) {
		if strings.Contains(action, "*") && !strings.HasPrefix(action, "kms:") {
			bad("the action %s is wider than any call", action)
		}
		if slices.Contains(boundActions, action) && sid != "MakeBoundRoles" {
			bad("has %s, want it in MakeBoundRoles alone", action)
		}
	}
	walk("", map[string]any{"Resource": statement["Resource"]}, func(_, resource string) {
		if !strings.Contains(resource, "the-stack") && !slices.Contains(wide, sid) {
			bad("its resource %s has not the stack's name", resource)
		}
	})
}

// trustOfGitHub: https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services.
func trustOfGitHub(r *report, role *template.Resource) {
	statements, _ := at(role, "AssumeRolePolicyDocument", "Statement").([]any)
	want := []any{map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Federated": "Provider"}, "Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": map[string]any{"StringEquals": map[string]any{ //nolint:gosec // who may ask for credentials, and none
			"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
			"token.actions.githubusercontent.com:sub": "repo:owner/name:environment:staging",
		}},
	}}
	if !reflect.DeepEqual(statements, want) {
		r.find(role, "trusts %v, want %v", statements, want)
	}
}
