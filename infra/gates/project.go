package main

import (
	"fmt"
	"io/fs"
	"maps"

	"argyle-webhooks/infra/template"
)

// project is what the rules look at.
type project struct {
	files fs.FS
	// template is template.yaml before anything of it is evaluated.
	template *template.Template
	// environments are in the order of samconfig.toml.
	environments []environment
	// deployments are every environment in every form that is checked.
	deployments []*deployment
	// times are how long the functions' parts take at most.
	times times
}

// deployment is the template as one environment deploys it. A reference is its logical id there, an attribute "LogicalId.Attribute".
type deployment struct {
	*template.Stack

	environment
	// form is "" for the stack as samconfig.toml has it, else what is different.
	form string
	// parameters are those that are not the template's default.
	parameters template.Params
	times      times
}

// name says which deployment this is, in findings.
func (d *deployment) name() string { return d.environment.name + d.form }

// protected says whether the stack is one that nothing may be lost of: every environment but dev.
func (d *deployment) protected() bool { return d.parameter("Environment", "prod") != "dev" }

// parameter is the value of a parameter; without one it is the template's default, which the caller says.
func (d *deployment) parameter(name, byDefault string) string {
	if value, given := d.parameters[name]; given {
		return value
	}
	return byDefault
}

// forms are what each environment is checked as: as samconfig.toml has it, and with what an AWS account may have already. The ARNs are made up.
var forms = []struct {
	name       string
	parameters template.Params
}{
	{"", nil},
	{" with own key, topic and boundary", template.Params{
		"KmsKeyArn":              "arn:aws:kms:us-east-1:000000000000:key/own",
		"AlarmTopicArn":          "arn:aws:sns:us-east-1:000000000000:own",
		"PermissionsBoundaryArn": "arn:aws:iam::000000000000:policy/own",
	}},
	{" with own domain, e-mail and reserved executions", template.Params{
		"DomainName":                 "hooks.example.com",
		"CertificateArn":             "arn:aws:acm:us-east-1:000000000000:certificate/own",
		"HostedZoneId":               "Z00000000000000000000",
		"AlarmEmail":                 "on-call@example.com",
		"WebhookReservedConcurrency": "5",
	}},
}

// load reads the module at files.
func load(files fs.FS) (*project, error) {
	source, err := fs.ReadFile(files, "template.yaml")
	if err != nil {
		return nil, fmt.Errorf("reading the template: %w", err)
	}
	parsed, err := template.Parse("template.yaml", source)
	if err != nil {
		return nil, err
	}
	p := &project{files: files, template: parsed}
	if p.environments, err = readEnvironments(files); err != nil {
		return nil, err
	}
	if p.times, err = readTimes(files); err != nil {
		return nil, err
	}
	for _, env := range p.environments {
		for _, form := range forms {
			d := &deployment{environment: env, form: form.name, parameters: maps.Clone(env.overrides), times: p.times}
			maps.Copy(d.parameters, form.parameters)
			d.parameters["AWS::StackName"] = env.stackName()
			if d.Stack, err = parsed.Resolve(d.parameters, template.Placeholders{}); err != nil {
				return nil, fmt.Errorf("as %s deploys it: %w", d.name(), err)
			}
			p.deployments = append(p.deployments, d)
		}
	}
	return p, nil
}
