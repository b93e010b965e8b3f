package main

// stackRules are asked of the template as each environment deploys it.
var stackRules = []struct {
	name  string
	check func(*deployment, *report)
}{
	{"front door's times", frontDoorTimes},
	{"workers' times", workerTimes},
	{"visibility", visibilityRule},
	{"receives", receivesRule},
	{"retention", retentionRule},
	{"mapping", mappingRule},
	{"concurrency", concurrencyRule},
	{"message size", messageSizeRule},
	{"wiring", wiringRule},
	{"logs", logsRule},
	{"memory", memoryRule},
	{"known", knownRule},
	{"outputs", outputsRule},
	{"domain", domainRule},
	{"table", tableRule},
	{"api", apiRule},
	{"rollout", rolloutRule},
	{"kept", keepRule},
	{"encryption", encryptionRule},
	{"tls", tlsRule},
	{"secret", secretRule},
	{"boundary", boundaryRule},
	{"alarm's form", alarmFormRule},
	{"alarm's metric", alarmMetricRule},
	{"every alarm", everyAlarmRule},
	{"topic", topicRule},
	{"silence", silenceRule},
	{"threshold", thresholdRule},
	{"notice", noticeRule},
	{"dashboard", dashboardRule},
}

// projectRules are asked once of the files.
var projectRules = []struct {
	name  string
	check func(*project, *report)
}{
	{"tombstone", tombstoneRule},
	{"parameters", parametersRule},
	{"samconfig", samconfigRule},
	{"folders", foldersRule},
	{"runbook", runbookRule},
	{"boundary's actions", boundaryActionsRule},
	{"github", githubRule},
	{"make", makeRule},
	{"cost", costRule},
}

// everywhere stands for the names of all deployments.
const everywhere = "everywhere"

// findings asks every rule. What several deployments have in common is one finding.
func (p *project) findings() []finding {
	var all []finding
	for _, rule := range stackRules {
		for _, d := range p.deployments {
			r := &report{rule: rule.name, form: d.name()}
			rule.check(d, r)
			all = append(all, r.found...)
		}
	}
	for _, rule := range projectRules {
		r := &report{rule: rule.name}
		rule.check(p, r)
		all = append(all, r.found...)
	}
	all = merge(all)
	for i := range all {
		if len(all[i].forms) == len(p.deployments) {
			all[i].forms = []string{everywhere}
		}
	}
	return all
}
