package main

import "argyle-webhooks/infra/template"

// refusedValues are parameters' values that the template must not take: each would deploy, and then do harm in silence.
var refusedValues = []struct{ parameter, value, why string }{
	{"LogLevel", "WARN", "Lambda would drop the lines of deliveries, and the metrics with them"},
	{"LogLevel", "ERROR", "Lambda would drop the lines of deliveries, and the metrics with them"},
	{"SilenceHours", "169", "an alarm looks back seven days at most"},
	{"WorkerConcurrency", "1", "Lambda takes no less than two"},
	{"Environment", "production", "everything but dev is protected by name"},
	{"SourceIpPolicy", "off", "the function knows observe and enforce"},
	{"AlarmEmail", "nobody", "that is no address"},
}

// parametersRule: see refusedValues. And a stack that somebody deploys without samconfig.toml is protected, refuses nobody by address and logs.
func parametersRule(p *project, r *report) {
	for _, refused := range refusedValues {
		if _, err := p.template.Resolve(template.Params{refused.parameter: refused.value}, template.Placeholders{}); err == nil {
			r.findAt(refused.parameter, "takes %q, and must not: %s", refused.value, refused.why)
		}
	}
	stack, err := p.template.Resolve(nil, template.Placeholders{})
	if err != nil {
		r.findAt("Parameters", "the defaults alone make no stack: %v", err)
		return
	}
	bare := &deployment{Stack: stack}
	if table := bare.must(r, "StatusTable"); table != nil && at(table, "DeletionProtectionEnabled") != true {
		r.findAt("Environment", "its default leaves the table without protection")
	}
	if webhook := bare.must(r, frontDoor); webhook != nil {
		for setting, want := range map[string]string{"SOURCE_IP_POLICY": "observe", "LOG_LEVEL": "INFO"} {
			if got := text(webhook, "Environment", "Variables", setting); got != want {
				r.find(webhook, "%s is %q by default, want %q", setting, got, want)
			}
		}
	}
}
