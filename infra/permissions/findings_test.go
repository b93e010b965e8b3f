package permissions_test

import (
	"strings"
	"testing"

	"argyle-webhooks/infra/permissions"
)

// forms are what a deployment may be given. The ARNs are made up.
var forms = []permissions.Options{
	{},
	{Key: "arn:aws:kms:us-east-1:000000000000:key/own"},
	{Boundary: "arn:aws:iam::000000000000:policy/own"},
	{Key: "arn:aws:kms:us-east-1:000000000000:key/own", Boundary: "arn:aws:iam::000000000000:policy/own"},
}

func text(t *testing.T) string {
	t.Helper()
	source, err := permissions.Template()
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// findings are those of a template's text in every form.
func findings(t *testing.T, source string) (found []string) {
	t.Helper()
	for _, form := range forms {
		deployment, err := permissions.Deploy(source, form)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, deployment.Findings()...)
	}
	return found
}

func TestTemplateGrantsNothingElse(t *testing.T) {
	for _, finding := range findings(t, text(t)) {
		t.Error(finding)
	}
}

// TestFindings makes template.yaml wrong in one way after the other.
func TestFindings(t *testing.T) {
	const boundary = "      PermissionsBoundary: !If [HasBoundary, !Ref PermissionsBoundaryArn, !Ref AWS::NoValue]\n"
	inRole := func(role string) string { return "  " + role + ":\n    Type: AWS::IAM::Role\n    Properties:\n" }
	source := text(t)
	for name, c := range map[string]struct {
		// after is where old is looked for; its first occurrence there becomes new.
		after, old, new string
		want            string
	}{
		"a boundary less":                {inRole("UsersRole"), boundary, "", "UsersRole PermissionsBoundary is <nil>, want arn:aws:iam"},
		"no boundary for CodeDeploy":     {inRole("RolloutRole"), boundary, "", "RolloutRole PermissionsBoundary is <nil>, want arn:aws:iam"},
		"another boundary":               {inRole("UsersRole"), "!Ref AWS::NoValue", "arn:aws:iam::aws:policy/ReadOnlyAccess", "UsersRole PermissionsBoundary is arn:aws:iam::aws:policy/ReadOnlyAccess, want <nil>"},
		"a managed policy":               {inRole("UsersRole"), "      Policies:\n", "      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]\n      Policies:\n", "UsersRole: ManagedPolicyArns: not a property known here"},
		"another trustee":                {inRole("UsersRole"), "lambda.amazonaws.com", "ec2.amazonaws.com", "UsersRole AssumeRolePolicyDocument is"},
		"the account as trustee":         {inRole("WebhookRole"), "Service: lambda.amazonaws.com", "AWS: !Sub arn:aws:iam::${AWS::AccountId}:root", "WebhookRole AssumeRolePolicyDocument is"},
		"another's role":                 {"  UsersFunction:\n", "UsersRole.Arn", "PaystubsRole.Arn", "UsersFunction Role is"},
		"a role of SAM's":                {"  UsersFunction:\n", "      Role: !GetAtt UsersRole.Arn\n", "", "UsersFunction Role is <nil>"},
		"a policy of SAM's":              {"  UsersFunction:\n", "      Timeout: 10\n", "      Timeout: 10\n      Policies: [AmazonDynamoDBFullAccess]\n", "UsersFunction has Policies"},
		"a URL of its own":               {"  WebhookFunction:\n", "      Timeout: 7\n", "      Timeout: 7\n      FunctionUrlConfig: {AuthType: NONE}\n", "WebhookFunction has FunctionUrlConfig"},
		"another's log":                  {"  UsersFunction:\n", "!Ref UsersLogs", "!Ref PaystubsLogs", "UsersFunction LogGroup is PaystubsLogs"},
		"a role of SAM's for CodeDeploy": {"  WebhookFunction:\n", "        Role: !GetAtt RolloutRole.Arn\n", "", "WebhookFunction DeploymentPreference.Role is <nil>"},
		"CodeDeploy may invoke":          {inRole("RolloutRole"), "lambda:UpdateAlias", "lambda:UpdateAlias, lambda:InvokeFunction", "not needed: lambda:InvokeFunction on arn:aws:lambda"},
		"CodeDeploy may not move":        {inRole("RolloutRole"), "lambda:UpdateAlias, ", "", "not granted: lambda:UpdateAlias"},
		"CodeDeploy anywhere":            {inRole("RolloutRole"), "                  - !GetAtt WebhookFunction.Arn\n", "                  - \"*\"\n", "not needed: lambda:UpdateAlias on *"},
		"a role of nobody's":             {"", "Resources:\n", "Resources:\n  SpareRole:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {}\n" + boundary, "SpareRole is nobody's role"},
		"a policy by itself":             {"", "Resources:\n", "Resources:\n  Extra:\n    Type: AWS::IAM::Policy\n    Properties: {Roles: [!Ref UsersRole]}\n", "Extra is an AWS::IAM::Policy"},
		"a permission by hand":           {"", "Resources:\n", "Resources:\n  Extra:\n    Type: AWS::Lambda::Permission\n    Properties: {Principal: \"*\"}\n", "Extra is an AWS::Lambda::Permission"},
		"a connector":                    {"", "Resources:\n", "Resources:\n  Extra:\n    Type: AWS::Serverless::Connector\n", "Extra is an AWS::Serverless::Connector"},
		"a policy of the table":          {"  StatusTable:\n", "    Properties:\n", "    Properties:\n      ResourcePolicy: {}\n", "StatusTable has ResourcePolicy"},
		"a policy of a log":              {"  UsersLogs:\n", "    Properties:\n", "    Properties:\n      ResourcePolicyDocument: {}\n", "UsersLogs has ResourcePolicyDocument"},
		"queues let in":                  {"  QueuePolicy:\n", "Effect: Deny", "Effect: Allow", "QueuePolicy PolicyDocument is not"},
		"a queue without TLS":            {"  QueuePolicy:\n", "        - !Ref UsersQueue\n", "", "QueuePolicy Queues is not"},
		"a queue denied to nobody":       {"  QueuePolicy:\n", `Resource: "*"`, "Resource: !GetAtt UsersQueue.Arn", "QueuePolicy PolicyDocument is not"},
		"any account's alarms":           {"  AlarmTopicPolicy:\n", "              StringEquals:\n                aws:SourceAccount: !Ref AWS::AccountId\n", "              StringLike:\n                aws:SourceAccount: \"*\"\n", "AlarmTopicPolicy PolicyDocument is not"},
		"anybody may publish":            {"  AlarmTopicPolicy:\n", "Service: cloudwatch.amazonaws.com", "AWS: \"*\"", "AlarmTopicPolicy PolicyDocument is not"},
	} {
		t.Run(name, func(t *testing.T) {
			at := strings.Index(source, c.after)
			if at < 0 || !strings.Contains(source[at:], c.old) {
				t.Fatalf("%q is not in the template after %q", c.old, c.after)
			}
			found := strings.Join(findings(t, source[:at]+strings.Replace(source[at:], c.old, c.new, 1)), "\n")
			if !strings.Contains(found, c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}
