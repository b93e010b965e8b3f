package main

var fileEdits = []edit{
	{rule: "samconfig", file: samconfig, old: "[staging.deploy.parameters]", new: "[stage.deploy.parameters]"},
	{rule: "samconfig", file: samconfig, old: `"Environment=staging"`, new: `"Environment=prod"`},
	{rule: "samconfig", file: samconfig, old: `  "SilenceHours=168",` + "\n", new: ""},
	{rule: "samconfig", file: samconfig, old: `tags = ["project=argyle-webhooks", "environment=prod"]`, new: `tags = ["project=argyle-webhooks"]`},
	{rule: "samconfig", file: samconfig, old: `stack_name = "argyle-webhooks-prod"`, new: `stack_name = "argyle-webhooks-staging"`},
	{
		rule: "samconfig", file: samconfig, old: "s3_prefix = \"argyle-webhooks-prod\"\ncapabilities = \"CAPABILITY_IAM\"\nconfirm_changeset = true",
		new: "s3_prefix = \"argyle-webhooks-prod\"\ncapabilities = \"CAPABILITY_IAM\"\nconfirm_changeset = false",
	},
	{rule: "samconfig", file: samconfig, old: "s3_prefix = \"argyle-webhooks-prod\"\ncapabilities = \"CAPABILITY_IAM\"\n", new: "s3_prefix = \"argyle-webhooks-prod\"\n"},
	{rule: "samconfig", file: samconfig, old: "resolve_s3 = true\ns3_prefix = \"argyle-webhooks-prod\"\n", new: "s3_prefix = \"argyle-webhooks-prod\"\n"},
	{rule: "samconfig", file: samconfig, old: "\"SilenceHours=24\",\n  \"file://.build/deploy.yaml\",\n", new: "\"SilenceHours=24\",\n"},
	{rule: "parameters", in: "LogLevel", old: "AllowedValues: [DEBUG, INFO]", new: "AllowedValues: [DEBUG, INFO, WARN]"},
	{rule: "parameters", in: "SilenceHours", old: "MaxValue: 168", new: "MaxValue: 10000"},
	{rule: "parameters", in: "Environment", old: "Default: prod", new: "Default: dev"},
	{rule: "parameters", in: "SourceIpPolicy", old: "Default: observe", new: "Default: enforce", where: "WebhookFunction"},
	{rule: "parameters", in: "AlarmEmail", old: "    AllowedPattern: ^([^@\\s]+@[^@\\s]+)?$\n", new: ""},

	{rule: "samconfig", file: samconfig, old: `"Rollout=canary"`, new: `"Rollout=all-at-once"`},
	{rule: "samconfig", file: samconfig, old: "[prod.build.parameters]\ncached = false", new: "[prod.build.parameters]\ncached = true"},

	{rule: "folders", old: "  UsersFunction:\n    Type: AWS::Serverless::Function", new: "  UsersFunction:\n    Type: AWS::Lambda::Function", where: "template.yaml"},

	{rule: "runbook", file: runbook, old: "### SecretFetchAlarm\n", new: "### Signing secret\n"},
	{rule: "runbook", in: "SecretFetchAlarm", old: "AWS::CloudWatch::Alarm", new: "AWS::CloudWatch::CompositeAlarm", where: runbook},

	{rule: "runbook", file: runbook, old: "### SilenceAlarm\n", new: "### SilenceAlarm, UnavailableAlarm\n"},
	{rule: "runbook", file: runbook, old: "### SilenceAlarm\n", new: "### SilenceAlarm, QuietAlarm\n"},
	{rule: "runbook", file: runbook, old: "**First:** ask Argyle", new: "Ask Argyle"},
	{rule: "runbook", file: runbook, old: "### SilenceAlarm\n", new: "### SilenceAlarm\n" + long + long},

	{rule: "boundary's actions", in: "WebhookRole", old: "Action: sqs:SendMessage", new: "Action: [sqs:SendMessage, sqs:GetQueueUrl]", where: runbook},
	{rule: "boundary's actions", file: runbook, old: "dynamodb:GetItem, dynamodb:PutItem,", new: "dynamodb:GetItem, dynamodb:PutItem, dynamodb:DeleteItem,"},
	{rule: "boundary's actions", file: runbook, old: "## A permissions boundary", new: "## Boundaries"},

	{rule: "github", file: github, old: "repo:${Repository}:environment:${GitHubEnvironment}", new: "repo:${Repository}:environment:*", where: "DeployRole"},
	{rule: "github", file: github, old: "Action: [dynamodb:GetItem, dynamodb:PutItem]", new: "Action: dynamodb:GetItem", where: "Boundary"},
	{rule: "github", file: github, old: "Action: [dynamodb:GetItem, dynamodb:PutItem]", new: "Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:Scan]", where: "Boundary"},
	{rule: "github", file: github, old: "                    iam:PermissionsBoundary: !Ref Boundary\n", new: "                    aws:RequestedRegion: us-east-1\n"},
	{rule: "github", file: github, old: "                  - iam:DeleteRole\n", new: "                  - iam:DeleteRole\n                  - iam:AttachRolePolicy\n"},
	{rule: "github", file: github, old: "                  - iam:DeleteRole\n", new: "                  - iam:*\n"},
	{
		rule: "github", file: github, old: "Action: iam:PassRole\n                Resource: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${StackName}-*",
		new: "Action: iam:PassRole\n                Resource: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*",
	},
	{rule: "github", file: github, old: "                    iam:PassedToService: [lambda.amazonaws.com, codedeploy.amazonaws.com]", new: "                    iam:PassedToService: [ec2.amazonaws.com]"},
	{rule: "github", file: github, old: "aws-sam-cli-managed-default-*/${StackName}/*", new: "*/*"},
	{rule: "github", file: github, old: "                  StringEqualsIfExists:\n                    aws:ResourceTag/environment: !Ref GitHubEnvironment\n", new: ""},
	{rule: "github", file: github, old: "Sid: KeepSecret", new: "Sid: Secrets"},

	{rule: "make", file: runbook, old: "make delete ENV=dev", new: "make remove ENV=dev"},
	{rule: "make", file: runbook, old: "&& make deploy ENV=prod", new: "&& make release ENV=prod"},
	{rule: "cost", in: "ApiThrottledAlarm", old: "AWS::CloudWatch::Alarm", new: "AWS::CloudWatch::CompositeAlarm", where: "README.md"},
}
