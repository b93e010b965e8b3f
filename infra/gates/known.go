package main

import (
	"maps"
	"slices"

	"argyle-webhooks/infra/template"
)

// known are the properties that somebody has thought about, by type of resource. Whoever needs another adds it here, and with it the rule
// that it asks for.
var known = map[string][]string{
	typeFunction: {
		"Architectures", "AutoPublishAlias", "AutoPublishCodeSha256", "CodeUri", "DeploymentPreference", "Description", "Environment", "Events", "Handler",
		"LoggingConfig", "MemorySize", "ReservedConcurrentExecutions", "Role", "Runtime", "Timeout", "Tracing",
	},
	typeAPI:   {"AccessLogSettings", "DefaultRouteSettings", "Description", "StageName"},
	typeQueue: {"KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod", "RedrivePolicy", "SqsManagedSseEnabled", "VisibilityTimeout"},
	typeTable: {
		"AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled", "GlobalSecondaryIndexes", "KeySchema", "PointInTimeRecoverySpecification",
		"SSESpecification", "TimeToLiveSpecification",
	},
	typeSecret:      {"Description", "KmsKeyId"},
	typePolicy:      {"PolicyDocument", "Queues"},
	typeLogs:        {"KmsKeyId", "LogGroupName", "RetentionInDays"},
	typeFilter:      {"FilterPattern", "LogGroupName", "MetricTransformations"},
	typeTopic:       {"DisplayName"},
	typeTopicPolicy: {"PolicyDocument", "Topics"},
	typeRole:        {"AssumeRolePolicyDocument", "Description", "PermissionsBoundary", "Policies"},
	typeAlarm: {
		"AlarmActions", "AlarmDescription", "ComparisonOperator", "DatapointsToAlarm", "Dimensions", "EvaluationPeriods", "MetricName", "Metrics", "Namespace",
		"OKActions", "Period", "Statistic", "Threshold", "TreatMissingData",
	},
	typeDashboard:                   {"DashboardBody", "DashboardName"},
	typeSubscription:                {"Endpoint", "Protocol", "TopicArn"},
	"AWS::ApiGatewayV2::DomainName": {"DomainName", "DomainNameConfigurations"},
	"AWS::ApiGatewayV2::ApiMapping": {"ApiId", "DomainName", "Stage"},
	"AWS::Route53::RecordSet":       {"AliasTarget", "HostedZoneId", "Name", "Type"},
	"event of a worker":             {"BatchSize", "FunctionResponseTypes", "MaximumBatchingWindowInSeconds", "Queue", "ScalingConfig"},
	"event of the webhook function": {"ApiId", "Method", "PayloadFormatVersion", "Path", "TimeoutInMillis"},
}

// knownRule: a property that nobody has thought about can undo what the other rules ask for. An alarm with ActionsEnabled false tells nobody, a
// mapping's FilterCriteria delete what they leave out, a TableName keeps a second stack out of the account.
func knownRule(d *deployment, r *report) {
	check := func(res *template.Resource, kind string, properties map[string]any) {
		names, ok := known[kind]
		if !ok {
			r.find(res, "is of type %s, of which infra/gates/known.go has no properties", kind)
			return
		}
		for _, property := range slices.Sorted(maps.Keys(properties)) {
			if !slices.Contains(names, property) {
				r.find(res, "has the property %s, which no rule knows: if it is meant, add it to infra/gates/known.go, with a rule if it can do harm", property)
			}
		}
	}
	for _, res := range d.Resources {
		check(res, res.Type, res.Properties.Raw())
		if res.Type != typeFunction {
			continue
		}
		name, kind := "Queue", "event of a worker"
		if res.LogicalID == frontDoor {
			name, kind = "Delivery", "event of the webhook function"
		}
		events, _ := at(res, "Events").(map[string]any)
		if _, has := events[name]; !has || len(events) != 1 {
			r.find(res, "want the one event %s", name)
			continue
		}
		properties, _ := at(res, "Events", name, "Properties").(map[string]any)
		check(res, kind, properties)
	}
}
