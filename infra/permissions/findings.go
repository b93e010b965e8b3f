package permissions

import (
	"fmt"
	"reflect"
	"slices"

	"argyle-webhooks/infra/template"
)

// silent are the types of resources that grant nobody anything, with the properties that could. A type that is neither here nor looked at by
// [Deployment.Findings] is a finding.
var silent = map[string][]string{
	"AWS::ApiGatewayV2::ApiMapping": nil,
	"AWS::ApiGatewayV2::DomainName": nil,
	"AWS::CloudWatch::Alarm":        nil,
	"AWS::CloudWatch::Dashboard":    nil,
	"AWS::Logs::MetricFilter":       nil,
	"AWS::Route53::RecordSet":       nil,
	"AWS::SNS::Subscription":        {"SubscriptionRoleArn"},
	"AWS::Serverless::HttpApi":      {"Auth", "DefinitionBody", "DefinitionUri"},
	typeLogs:                        {"ResourcePolicyDocument"},
	typeQueue:                       nil,
	typeSecret:                      nil,
	typeTable:                       {"ResourcePolicy"},
	typeTopic:                       nil,
}

// Findings are what is wrong with the roles beside what [Deployment.Compare] sees, and with whatever else grants something, a line each; none is
// as it should be.
func (d *Deployment) Findings() []string {
	f := &findings{}
	roles := map[string]string{rollout: "codedeploy.amazonaws.com"}
	for _, res := range d.Resources {
		switch res.Type {
		case typeFunction:
			roles[partOf(res.LogicalID, "Role")] = "lambda.amazonaws.com"
			d.function(f, res)
		case typeRole:
			d.role(f, res)
		case "AWS::SQS::QueuePolicy":
			targets, policy := d.queuePolicy()
			f.policy(res, "Queues", targets, policy)
		case "AWS::SNS::TopicPolicy":
			targets, policy := topicPolicy()
			f.policy(res, "Topics", targets, policy)
		default:
			granting, known := silent[res.Type]
			if !known {
				f.find(res, "is an %s, of which it is not known whether it grants something: see infra/permissions/findings.go", res.Type)
			}
			f.without(res, granting...)
		}
	}
	for _, res := range d.OfType(typeRole) {
		service, wanted := roles[res.LogicalID]
		if !wanted {
			f.find(res, "is nobody's role")
			continue
		}
		delete(roles, res.LogicalID)
		f.equal(res, "AssumeRolePolicyDocument", document(statement{
			"Effect": "Allow", "Principal": map[string]any{"Service": service}, "Action": "sts:AssumeRole",
		}))
	}
	for missing := range roles {
		f.lines = append(f.lines, "there is no "+missing)
	}
	slices.Sort(f.lines)
	return f.lines
}

// function checks that a function has its own role and log, and that SAM adds no role and no statement of its own. For a role that it is not
// given SAM makes one: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html.
func (d *Deployment) function(f *findings, res *template.Resource) {
	f.equal(res, "Role", roleARN(partOf(res.LogicalID, "Role")))
	f.without(res, "Policies", "AssumeRolePolicyDocument", "PermissionsBoundary", "FunctionUrlConfig", "EventInvokeConfig", "DeadLetterQueue")
	if logging, err := res.Properties.Map("LoggingConfig"); err != nil {
		f.add(err)
	} else if group, _ := logging.Value("LogGroup"); group != partOf(res.LogicalID, "Logs") {
		f.find(res, "LogGroup is %v, want its own", group)
	}
	if preference, err := res.Properties.MapOr("DeploymentPreference"); err != nil {
		f.add(err)
	} else if role, _ := preference.Value("Role"); preference.Len() > 0 && role != roleARN(rollout) {
		f.find(res, "DeploymentPreference.Role is %v, want %s", role, roleARN(rollout))
	}
}

// rollout is CodeDeploy's role.
const rollout = "RolloutRole"

// rolloutGrants is what CodeDeploy needs to move the front door's alias and to see the alarms: a fixed list, the part of AWSCodeDeployRoleForLambda
// (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambda.html) that a deployment without hooks, topics and
// revisions in S3 uses. Alarms are named by CloudFormation, and CodeDeploy asks for several in one call: hence all alarms of the account.
func rolloutGrants() Set {
	move := []string{"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"}
	return Union(
		On(arn("lambda", "function:WebhookFunction"), move...),
		On(arn("lambda", "function:WebhookFunction:*"), move...),
		On(arn("cloudwatch", "alarm:*"), "cloudwatch:DescribeAlarms"),
	)
}

// role checks a role's boundary and, if it is CodeDeploy's, its grants.
func (d *Deployment) role(f *findings, res *template.Resource) {
	var boundary any
	if d.boundary != "" {
		boundary = d.boundary
	}
	f.equal(res, "PermissionsBoundary", boundary)
	granted, err := d.Granted(res.LogicalID)
	if err != nil {
		f.add(err)
		return
	}
	if res.LogicalID != rollout {
		return
	}
	if diff := Diff(rolloutGrants(), granted); diff != "" {
		f.find(res, "is not what CodeDeploy needs\n%s", diff)
	}
}

// findings collects lines.
type findings struct{ lines []string }

func (f *findings) find(res *template.Resource, format string, args ...any) {
	f.lines = append(f.lines, fmt.Sprintf("template.yaml:%d: %s ", res.Line, res.LogicalID)+fmt.Sprintf(format, args...))
}

func (f *findings) add(err error) { f.lines = append(f.lines, err.Error()) }

// without finds properties that the resource must not have.
func (f *findings) without(res *template.Resource, properties ...string) {
	for _, property := range properties {
		if res.Properties.Has(property) {
			f.find(res, "has %s, which grants something beside the roles", property)
		}
	}
}

// equal finds a property that is not what it must be.
func (f *findings) equal(res *template.Resource, property string, want any) {
	if got, _ := res.Properties.Value(property); !reflect.DeepEqual(got, want) {
		f.find(res, "%s is %v, want %v", property, got, want)
	}
}
