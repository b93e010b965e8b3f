package main

import (
	"slices"
	"strings"
	"unicode/utf8"

	"argyle-webhooks/infra/template"
)

const (
	// longestDescription is in characters; longestSpan and longestShortSpan are the most seconds that an alarm looks back, the latter with a period
	// under an hour. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html.
	longestDescription            = 1024
	longestSpan, longestShortSpan = 7 * 24 * 3600, 24 * 3600
	// firstStep is what the description names the first step with.
	firstStep = "First: "
)

// alarmFormRule: whoever is woken reads what the alarm means and what to do first, and is told when it is over.
func alarmFormRule(d *deployment, r *report) {
	topic := d.alarmTopic()
	for _, alarm := range d.OfType(typeAlarm) {
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if got := list(alarm, actions); !slices.Equal(got, []string{topic}) {
				r.find(alarm, "%s is [%s], want [%s]", actions, strings.Join(got, ", "), topic)
			}
		}
		if got := text(alarm, "TreatMissingData"); got != "breaching" && got != "notBreaching" {
			r.find(alarm, "TreatMissingData is %q, want notBreaching or breaching: our metrics are absent while nothing happens", got)
		}
		description := text(alarm, "AlarmDescription")
		meaning, step, ok := strings.Cut(description, firstStep)
		if !ok || len(strings.Fields(meaning)) < 4 || len(strings.Fields(step)) < 3 {
			r.find(alarm, "AlarmDescription is %q, want what the alarm means, then %q and a step", description, firstStep)
		}
		if n := utf8.RuneCountInString(description); n > longestDescription {
			r.find(alarm, "AlarmDescription has %d characters, want at most %d", n, longestDescription)
		}
		l, longest := lookOf(alarm), longestSpan
		if l.period < 3600 {
			longest = longestShortSpan
		}
		if span := l.period * number(r, alarm, "EvaluationPeriods"); span > longest {
			r.find(alarm, "Period × EvaluationPeriods is %d s, want at most %d s", span, longest)
		}
		if l.period%60 != 0 || l.period == 0 {
			r.find(alarm, "Period is %d s, want a multiple of 60: a shorter one costs three times as much", l.period)
		}
	}
}

// alarmTopic is where the alarms go.
func (d *deployment) alarmTopic() string { return d.parameter("AlarmTopicArn", "AlarmTopic") }

// alarmMetricRule: see metric.
func alarmMetricRule(d *deployment, r *report) {
	for _, alarm := range d.OfType(typeAlarm) {
		l := lookOf(alarm)
		if wrong := d.check(l.metric); wrong != "" {
			r.find(alarm, "%s", wrong)
		}
		if want := l.namespace == "AWS/DynamoDB"; l.filled != want {
			r.find(alarm, "FILL(…, 0) is %v, want %v: an alarm on DynamoDB's metrics, and no other, ignores missing data and would stay on", l.filled, want)
		}
		want := "Sum"
		if l.namespace == "AWS/SQS" || l.name == "secret" { // how much lies there, and which secret: a sum of either is no number of anything
			want = "Maximum"
		}
		if l.statistic != want {
			r.find(alarm, "its statistic is %q, want %s", l.statistic, want)
		}
	}
	for _, filter := range d.OfType(typeFilter) {
		for _, made := range transformations(filter) {
			if made.value != "1" {
				r.find(filter, "MetricValue is %v, want \"1\": the alarm counts lines", made.value)
			}
			if _, twice := ownMetrics[made.name]; made.namespace != d.stackName() || twice {
				r.find(filter, "makes %s in %s, want a name in %s that no function writes", made.name, made.namespace, d.stackName())
			}
		}
	}
}

// watched is a metric that has to have an alarm.
type watched struct {
	metric
	why string
}

// everyAlarmRule: all that can go wrong has its alarm, and nobody pays for alarms that dev does not need.
func everyAlarmRule(d *deployment, r *report) {
	alarms := d.OfType(typeAlarm)
	for _, w := range d.watched(r) {
		is := func(alarm *template.Resource) bool {
			m := lookOf(alarm)
			return m.namespace == w.namespace && m.name == w.name && contains(m.dimensions, w.dimensions)
		}
		if !slices.ContainsFunc(alarms, is) {
			r.findAt(d.environment.name, "no alarm looks at %s %s %v: %s", w.namespace, w.name, w.dimensions, w.why)
		}
	}
	for _, alarm := range alarms {
		perQueue := lookOf(alarm).namespace == "AWS/SQS"
		if perQueue && !d.protected() {
			r.find(alarm, "is there in dev, want Condition: Protected: an alarm for each queue costs more than the rest of dev")
		}
		if want := map[bool]string{true: "Protected", false: ""}[perQueue]; alarm.Condition != want && alarm.LogicalID != silence {
			r.find(alarm, "its condition is %q, want %q: every environment has the same alarms but for the queues'", alarm.Condition, want)
		}
	}
	if dashboards := len(d.OfType(typeDashboard)); (dashboards == 1) != d.protected() {
		r.findAt(d.environment.name, "there are %d dashboards, want one in staging and prod and none in dev", dashboards)
	}
}

// contains says whether all of some is in all.
func contains(all, some map[string]string) bool {
	for name, value := range some {
		if all[name] != value {
			return false
		}
	}
	return true
}

// watched lists what must have an alarm.
func (d *deployment) watched(r *report) []watched {
	own := func(name string) metric { return metric{namespace: d.stackName(), name: name} }
	list := []watched{
		{own("unavailable"), "deliveries are answered 503"},
		{own("refused_bad_signature"), "a wrong secret looks like silence"},
		{own("lost"), "deliveries of Argyle's are refused, and not sent again"},
		{own("secret"), "a secret that was replaced is still in use"},
		{own("secret_fetch_failed"), "new functions will have no secret"},
		{own("throttled"), "the gateway turns deliveries away"},
		{metric{"AWS/ApiGateway", "5xx", map[string]string{"ApiId": "Api"}}, "the endpoint fails"},
		{metric{"AWS/DynamoDB", "ReadThrottleEvents", map[string]string{"TableName": "StatusTable"}}, "the table throttles"},
		{metric{"AWS/DynamoDB", "WriteThrottleEvents", map[string]string{"TableName": "StatusTable"}}, "the table throttles"},
	}
	if d.parameter("SilenceHours", "24") != "0" {
		list = append(list, watched{own("accepted"), "a subscription that is gone is silent"})
	}
	for _, function := range d.OfType(typeFunction) {
		for _, name := range []string{"Errors", "Throttles"} {
			list = append(list, watched{metric{"AWS/Lambda", name, map[string]string{"FunctionName": function.LogicalID}}, "the function fails"})
		}
	}
	if !d.protected() {
		return list
	}
	sources := d.sources(r)
	for _, queue := range d.OfType(typeQueue) {
		name, why := "ApproximateNumberOfMessagesVisible", "what lies there is lost after 14 days"
		if sources[queue.LogicalID] {
			name, why = "ApproximateAgeOfOldestMessage", "statuses are late"
		}
		list = append(list, watched{metric{"AWS/SQS", name, map[string]string{"QueueName": queue.LogicalID + ".QueueName"}}, why})
	}
	return list
}
