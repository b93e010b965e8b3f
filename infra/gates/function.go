package main

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"argyle-webhooks/infra/template"
	"argyle-webhooks/shared/argyle"
)

// foldersRule: the Makefile builds FamilyFunction from functions/family, and the families are the workers.
func foldersRule(p *project, r *report) {
	mains, err := fs.Glob(p.files, "functions/*/main.go")
	if err != nil {
		r.findAt("functions", "cannot be listed: %v", err)
		return
	}
	var folders []string
	for _, main := range mains {
		folders = append(folders, title(path.Base(path.Dir(main)))+"Function")
	}
	want := []string{frontDoor}
	for _, family := range argyle.Families() {
		want = append(want, title(family)+"Function")
	}
	slices.Sort(want)
	slices.Sort(folders)
	if !slices.Equal(folders, want) {
		r.findAt("functions", "the folders are for %s, want %s", strings.Join(folders, ", "), strings.Join(want, ", "))
	}
	var declared []string
	for _, function := range p.deployments[0].OfType(typeFunction) {
		declared = append(declared, function.LogicalID)
	}
	slices.Sort(declared)
	if !slices.Equal(declared, want) {
		r.findAt("template.yaml", "its functions are %s, want %s", strings.Join(declared, ", "), strings.Join(want, ", "))
	}
}

// wiringRule: each function has its own role, log group, queue and settings, and nobody else's.
func wiringRule(d *deployment, r *report) {
	for _, function := range d.OfType(typeFunction) {
		name := strings.TrimSuffix(function.LogicalID, "Function")
		if function.Metadata.Raw()["BuildMethod"] != "makefile" {
			r.find(function, "BuildMethod is not makefile: SAM would pack the whole tree")
		}
		if got, want := text(function, "Role"), name+"Role.Arn"; got != want {
			r.find(function, "Role is %q, want its own, %q", got, want)
		}
		if function.Properties.Has("Policies") {
			r.find(function, "has Policies, which SAM adds statements to: they belong into %sRole", name)
		}
		if got, want := text(function, "Tracing"), d.parameter("Tracing", "Active"); got != want {
			r.find(function, "Tracing is %q, want %q: a trace that a function does not join ends there", got, want)
		}
		for key, want := range map[string]any{"Runtime": "provided.al2023", "Handler": "bootstrap", "CodeUri": "."} {
			if got := at(function, key); got != want {
				r.find(function, "%s is %v, want %v", key, got, want)
			}
		}
		settings, _ := at(function, "Environment", "Variables").(map[string]any)
		want := d.settings(function)
		for _, setting := range slices.Sorted(maps.Keys(want)) {
			if got, has := settings[setting]; !has || got != want[setting] {
				r.find(function, "the setting %s is %v, want %q", setting, got, want[setting])
			}
		}
		for setting := range settings {
			if _, known := want[setting]; !known {
				r.find(function, "has a setting %s that it does not read", setting)
			}
		}
	}
	for _, worker := range d.workers() {
		name := strings.TrimSuffix(worker.LogicalID, "Function")
		if source := d.source(r, worker); source != nil && source.LogicalID != name+"Queue" {
			r.find(worker, "takes from %s, want %sQueue", source.LogicalID, name)
		} else if source != nil && text(source, "RedrivePolicy", "deadLetterTargetArn") != name+"DeadLetterQueue.Arn" {
			r.find(source, "its dead-letter queue is %q, want %sDeadLetterQueue.Arn", text(source, "RedrivePolicy", "deadLetterTargetArn"), name)
		}
	}
}

// settings are a function's environment variables.
func (d *deployment) settings(function *template.Resource) map[string]any {
	settings := map[string]any{
		"VERSION": "dev", "STACK_NAME": d.stackName(), "LOG_LEVEL": text(function, "LoggingConfig", "ApplicationLogLevel"),
		"AWS_ENDPOINT_URL_SQS": "", "AWS_ENDPOINT_URL_DYNAMODB": "", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "",
	}
	if function.LogicalID != frontDoor {
		settings["TABLE_NAME"] = "StatusTable"
		return settings
	}
	settings["RELEASE"] = ""
	settings["SECRET_ARN"] = "SigningSecret"
	settings["SOURCE_IP_POLICY"] = d.parameter("SourceIpPolicy", "observe")
	for _, route := range routes() {
		settings["QUEUE_URL_"+strings.ToUpper(route)] = route + "Queue"
	}
	return settings
}

// logsRule: every function has a log group of its own with a retention, which outlives what lies in a dead-letter queue; the lines arrive as
// written, and so do the metrics in them.
func logsRule(d *deployment, r *report) {
	for _, function := range d.OfType(typeFunction) {
		want := strings.TrimSuffix(function.LogicalID, "Function") + "Logs"
		if got := text(function, "LoggingConfig", "LogGroup"); got != want {
			r.find(function, "LogGroup is %q, want its own, %q: Lambda's default one keeps logs for ever", got, want)
		}
		if got := text(function, "LoggingConfig", "LogFormat"); got != "JSON" {
			r.find(function, "LogFormat is %q, want JSON: of text lines Lambda knows no level", got)
		}
		if got := text(function, "LoggingConfig", "ApplicationLogLevel"); !slices.Contains([]string{"TRACE", "DEBUG", "INFO"}, got) {
			r.find(function, "ApplicationLogLevel is %q, want INFO or lower: Lambda drops the lines below it, and the metrics with them", got)
		}
		if got := text(function, "LoggingConfig", "SystemLogLevel"); got != "WARN" {
			r.find(function, "SystemLogLevel is %q, want WARN: lower, a start and a report line for every invocation double the log's cost; higher, timeouts are not in it", got)
		}
	}
	if audit := d.must(r, "AuditLogs"); audit != nil && number(r, audit, "RetentionInDays") < leastAuditDays {
		r.find(audit, "RetentionInDays is %v, want at least %d: who looked at personal data is asked a year later", at(audit, "RetentionInDays"), leastAuditDays)
	}
	for _, group := range d.OfType(typeLogs) {
		if name := text(group, "LogGroupName"); !strings.Contains(name, "/"+d.stackName()+"/") {
			r.find(group, "LogGroupName is %q, want the stack's name in it: a second stack could not be made", name)
		}
		if days := number(r, group, "RetentionInDays"); days < leastLogDays {
			r.find(group, "RetentionInDays is %d, want at least the %d that a message lies in a dead-letter queue", days, leastLogDays)
		}
		if text(group, "LogGroupClass") == "INFREQUENT_ACCESS" {
			r.find(group, "LogGroupClass is INFREQUENT_ACCESS, which makes no metrics of log lines: want STANDARD, or nothing")
		}
	}
}

// leastMemoryMB holds a batch of Lambda's 6 MB several times over; CPU comes with it.
const leastMemoryMB = 256

// memoryRule: see leastMemoryMB.
func memoryRule(d *deployment, r *report) {
	for _, function := range d.OfType(typeFunction) {
		if got := number(r, function, "MemorySize"); got < leastMemoryMB {
			r.find(function, "MemorySize is %d MB, want at least %d", got, leastMemoryMB)
		}
	}
}

// leastAuditDays are a year.
const leastAuditDays = 365

// leastLogDays is as long as SQS keeps anything.
const leastLogDays = 14
