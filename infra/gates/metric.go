package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"argyle-webhooks/infra/template"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/telemetry"
)

// metric is what an alarm or a graph asks CloudWatch for. A name or dimension that does not exist is no error there: it is an alarm that never
// fires and an empty graph.
type metric struct {
	namespace, name string
	// dimensions are values by name.
	dimensions map[string]string
}

// ownMetrics are the metrics that the functions write, each with whether it has the dimension function; metric_test.go holds them against what
// the functions write.
var ownMetrics = map[string]bool{
	"accepted": false, "unavailable": false, "secret": false, "secret_fetch_failed": false, "unrouted": false, "outside": false,
	"refused_missing_signature": false, "refused_bad_signature": false, "refused_source_ip": false,
	"refused_not_an_event": false, "refused_too_large": false, "lost": false,
	"lag_ms": true, "messages": true, "records": true, "written": true, "unchanged": true, "failed": true, "late": true, "conflicts": true,
}

// awsMetrics are the metrics of AWS's that are of use here, by namespace.
//
// Sources: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html (those of REST APIs have other names),
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html.
var awsMetrics = map[string][]string{
	"AWS/Lambda":     {"ConcurrentExecutions", "Duration", "Errors", "Invocations", "Throttles"},
	"AWS/ApiGateway": {"4xx", "5xx", "Count", "DataProcessed", "IntegrationLatency", "Latency"},
	"AWS/SQS": {
		"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesVisible",
		"NumberOfEmptyReceives", "NumberOfMessagesDeleted", "NumberOfMessagesReceived", "NumberOfMessagesSent", "SentMessageSize",
	},
	"AWS/DynamoDB": {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"},
}

// awsDimensions are the dimension of each namespace's metrics, the type of resource it names, and what ends the reference that gives that name:
// a queue's Ref is its URL, and only its QueueName is the dimension.
var awsDimensions = map[string]struct{ name, of, reference string }{
	"AWS/Lambda":     {"FunctionName", typeFunction, ""},
	"AWS/ApiGateway": {"ApiId", typeAPI, ""},
	"AWS/SQS":        {"QueueName", typeQueue, ".QueueName"},
	"AWS/DynamoDB":   {"TableName", typeTable, ""},
}

// check returns what is wrong with a metric; "" if it exists.
func (d *deployment) check(m metric) string {
	if m.namespace == d.stackName() {
		return d.checkOwn(m)
	}
	names, known := awsMetrics[m.namespace]
	if !known {
		return fmt.Sprintf("the namespace %q is not known: want the stack's name or one of %s", m.namespace, strings.Join(slices.Sorted(maps.Keys(awsMetrics)), ", "))
	}
	if !slices.Contains(names, m.name) {
		return fmt.Sprintf("%s has no metric %s: want one of %s", m.namespace, m.name, strings.Join(names, ", "))
	}
	want := awsDimensions[m.namespace]
	var there []string
	for _, res := range d.OfType(want.of) {
		there = append(there, res.LogicalID+want.reference)
	}
	value := m.dimensions[want.name]
	if !slices.Contains(there, value) {
		return fmt.Sprintf("the dimension %s is %q, want one of %s", want.name, value, strings.Join(there, ", "))
	}
	others := maps.Clone(m.dimensions)
	delete(others, want.name)
	if m.namespace == "AWS/Lambda" && others["Resource"] == value+":"+d.alias(value) { // the metrics of the alias
		delete(others, "Resource")
	}
	if len(others) > 0 {
		return fmt.Sprintf("%s %s has no metric with the dimensions %v beside %s", m.namespace, m.name, others, want.name)
	}
	return ""
}

// alias is the name of a function's alias.
func (d *deployment) alias(function string) string {
	res, ok := d.Resource(function)
	if !ok {
		return ""
	}
	return text(res, "AutoPublishAlias")
}

// checkOwn is check for the metrics in the stack's namespace: those of the functions, and those that metric filters make.
func (d *deployment) checkOwn(m metric) string {
	hasDimension, known := ownMetrics[m.name]
	for _, filter := range d.OfType(typeFilter) {
		known = known || slices.ContainsFunc(transformations(filter), func(made transformation) bool { return made.namespace == m.namespace && made.name == m.name })
	}
	if !known {
		return fmt.Sprintf("nothing writes a metric %s", m.name)
	}
	if !hasDimension {
		if len(m.dimensions) > 0 {
			return fmt.Sprintf("%s is written without dimensions, not with %v", m.name, m.dimensions)
		}
		return ""
	}
	if len(m.dimensions) != 1 || !slices.Contains(argyle.Families(), m.dimensions[telemetry.Dimension]) {
		return fmt.Sprintf("%s is written with the one dimension %s, a family, not with %v", m.name, telemetry.Dimension, m.dimensions)
	}
	return ""
}

// transformation is a metric that a metric filter makes, and what it counts a line as.
type transformation struct {
	metric
	value any
}

// transformations are what a metric filter makes.
func transformations(filter *template.Resource) []transformation {
	items, _ := at(filter, "MetricTransformations").([]any)
	var made []transformation
	for _, item := range items {
		m, _ := item.(map[string]any)
		t := transformation{value: m["MetricValue"]}
		t.namespace, _ = m["MetricNamespace"].(string)
		t.name, _ = m["MetricName"].(string)
		made = append(made, t)
	}
	return made
}

// look is what an alarm looks at.
type look struct {
	metric
	statistic string
	// period is in seconds.
	period int
	// filled says that the metric is 0 where it has no data.
	filled bool
}

// lookOf reads an alarm's metric: its own properties, or the one metric that the expression FILL(…, 0) is about.
func lookOf(alarm *template.Resource) look {
	from, statistic, period, filled := alarm.Properties.Raw(), at(alarm, "Statistic"), at(alarm, "Period"), false
	if math, _ := at(alarm, "Metrics").([]any); len(math) == 2 {
		expression, _ := math[0].(map[string]any)
		about, _ := math[1].(map[string]any)
		stat, _ := about["MetricStat"].(map[string]any)
		from, _ = stat["Metric"].(map[string]any)
		statistic, period = stat["Stat"], stat["Period"]
		filled = about["ReturnData"] == false && expression["Expression"] == fmt.Sprintf("FILL(%v, 0)", about["Id"])
	}
	l := look{filled: filled, metric: metric{dimensions: map[string]string{}}}
	l.namespace, _ = from["Namespace"].(string)
	l.name, _ = from["MetricName"].(string)
	l.statistic, _ = statistic.(string)
	l.period, _ = whole(period)
	items, _ := from["Dimensions"].([]any)
	for _, item := range items {
		dimension, _ := item.(map[string]any)
		name, _ := dimension["Name"].(string)
		l.dimensions[name], _ = dimension["Value"].(string)
	}
	return l
}
