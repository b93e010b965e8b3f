package main

import "strconv"

// silence is the alarm that alone sees a subscription which is gone.
const silence = "SilenceAlarm"

// silenceRule: it counts what was verified, not the requests that any scanner makes, and nothing at all is what it is for.
func silenceRule(d *deployment, r *report) {
	alarm, ok := d.Resource(silence)
	if !ok {
		return // everyAlarmRule asks for it where it should be
	}
	l := lookOf(alarm)
	if l.namespace != d.stackName() || l.name != "accepted" {
		r.find(alarm, "looks at %s %s, want our own accepted", l.namespace, l.name)
	}
	if text(alarm, "TreatMissingData") != "breaching" || text(alarm, "ComparisonOperator") != "LessThanThreshold" || number(r, alarm, "Threshold") != 1 || l.statistic != "Sum" {
		r.find(alarm, "want missing data breaching, and a Sum less than 1")
	}
	if span := l.period * number(r, alarm, "EvaluationPeriods"); strconv.Itoa(span/3600) != d.parameter("SilenceHours", "24") {
		r.find(alarm, "looks back %d s, want the %s h of SilenceHours", span, d.parameter("SilenceHours", "24"))
	}
}

// thresholdRule: what must not happen at all is noticed the first time, and the age of a message long before it is lost.
func thresholdRule(d *deployment, r *report) {
	for _, alarm := range d.OfType(typeAlarm) {
		if alarm.LogicalID == silence {
			continue
		}
		if text(alarm, "ComparisonOperator") != "GreaterThanOrEqualToThreshold" || text(alarm, "TreatMissingData") != "notBreaching" {
			r.find(alarm, "want GreaterThanOrEqualToThreshold, and missing data notBreaching")
		}
		most := 1 // what must not happen at all
		switch lookOf(alarm).name {
		case "refused_bad_signature":
			most = 10
		case "ApproximateAgeOfOldestMessage":
			most = 3600
		}
		if got := number(r, alarm, "Threshold"); got < 1 || got > most {
			r.find(alarm, "Threshold is %d, want 1 to %d", got, most)
		}
	}
}

// How many seconds pass, at most, before an alarm has seen what it is for.
const (
	soonest = 60            // at the front door, for Argyle may not come again
	soon    = 15 * 60       // elsewhere, where queues hold
	late    = 2 * 24 * 3600 // for the previous secret: deliveries that were under way when it was replaced are no fault
)

// noticeRule: see soonest. An alarm that needs more data than it looks at would never be on, and CloudWatch refuses it.
func noticeRule(d *deployment, r *report) {
	for _, alarm := range d.OfType(typeAlarm) {
		if alarm.LogicalID == silence {
			continue
		}
		l, periods, most := lookOf(alarm), number(r, alarm, "EvaluationPeriods"), soon
		switch {
		case l.name == "unavailable", l.name == "lost", l.name == "throttled", l.name == "5xx", l.dimensions["FunctionName"] == frontDoor:
			most = soonest
		case l.name == "secret":
			most = late
		}
		least := 0
		if l.name == "secret" || l.name == "refused_bad_signature" { // one by itself is nothing
			least = most
		}
		if span := l.period * periods; span > most || span < least {
			r.find(alarm, "looks back %d s, want %d", span, most)
		}
		if needed := at(alarm, "DatapointsToAlarm"); needed != nil && number(r, alarm, "DatapointsToAlarm") > periods {
			r.find(alarm, "DatapointsToAlarm is %v, want at most the %d of EvaluationPeriods", needed, periods)
		}
	}
}
