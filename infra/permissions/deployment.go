package permissions

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"argyle-webhooks/infra/template"
)

// Where every deployment is: what package template takes for the pseudo-parameters.
const (
	region  = "us-east-1"
	account = "000000000000"
)

const (
	typeFunction = "AWS::Serverless::Function"
	typeRole     = "AWS::IAM::Role"
	typeQueue    = "AWS::SQS::Queue"
	typeTable    = "AWS::DynamoDB::Table"
	typeSecret   = "AWS::SecretsManager::Secret" //nolint:gosec // a resource type
	typeTopic    = "AWS::SNS::Topic"
	typeLogs     = "AWS::Logs::LogGroup"
)

// Deployment is the template with the values that AWS gives: names, URLs and ARNs of one region and account.
type Deployment struct {
	*template.Stack

	key, boundary string
}

// Options are what a deployment may be given. The zero Options are the template's defaults.
type Options struct {
	// Key and Boundary are the template's KmsKeyArn and PermissionsBoundaryArn.
	Key, Boundary string
	// Table is the status table's name. Like every other resource it is called like its logical id if none is given.
	Table string
}

// Root is the folder of the module that holds the working directory.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module's folder: %w", err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find the module's folder: %w", os.ErrNotExist)
		}
	}
}

// Template reads the text of that module's template.
func Template() (text string, err error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		return "", fmt.Errorf("read the template: %w", err)
	}
	return string(source), nil
}

// Deploy resolves a template's text.
func Deploy(text string, o Options) (*Deployment, error) {
	parsed, err := template.Parse("template.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	stack, err := parsed.Resolve(template.Params{"KmsKeyArn": o.Key, "PermissionsBoundaryArn": o.Boundary}, values{table: o.Table})
	if err != nil {
		return nil, err
	}
	return &Deployment{Stack: stack, key: o.Key, boundary: o.Boundary}, nil
}

// Environment is what the template gives a function, by its logical id.
func (d *Deployment) Environment(function string) (map[string]string, error) {
	res, err := d.want(function)
	if err != nil {
		return nil, err
	}
	settings, err := res.Properties.Map("Environment")
	if err != nil {
		return nil, err
	}
	if settings, err = settings.Map("Variables"); err != nil {
		return nil, err
	}
	environment := map[string]string{}
	for _, name := range settings.Keys() {
		if environment[name], err = settings.String(name); err != nil {
			return nil, err
		}
	}
	return environment, nil
}

func (d *Deployment) want(logicalID string) (*template.Resource, error) {
	res, ok := d.Resource(logicalID)
	if !ok {
		return nil, fmt.Errorf("the template has no %s", logicalID)
	}
	return res, nil
}

// values gives references what AWS gives them, so that a role that names a resource by the wrong one of its names is found out. What is no
// resource of a permission has a placeholder.
type values struct {
	template.Placeholders

	table string
}

func (v values) name(res *template.Resource) string {
	if res.Type == typeTable && v.table != "" {
		return v.table
	}
	return res.LogicalID
}

// Ref gives a queue's URL, the ARN of a secret or topic, and a name of anything else.
func (v values) Ref(res *template.Resource) (any, error) {
	switch res.Type {
	case typeQueue:
		return fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", region, account, v.name(res)), nil
	case typeSecret:
		return arn("secretsmanager", "secret:"+v.name(res)+"-AbCdEf"), nil
	case typeTopic:
		return arn("sns", v.name(res)), nil
	}
	return v.name(res), nil
}

// GetAtt gives ARNs.
func (v values) GetAtt(res *template.Resource, attribute string) (any, error) {
	if attribute != "Arn" {
		return v.Placeholders.GetAtt(res, attribute)
	}
	name := v.name(res)
	switch res.Type {
	case typeQueue:
		return arn("sqs", name), nil
	case typeTable:
		return tableARN(name), nil
	case typeFunction:
		return arn("lambda", "function:"+name), nil
	case typeLogs:
		return arn("logs", "log-group:"+name+":*"), nil
	case typeRole:
		return roleARN(name), nil
	}
	return v.Placeholders.GetAtt(res, attribute)
}

func roleARN(name string) string { return "arn:aws:iam::" + account + ":role/" + name }

// partOf is the logical id of another part of what a function belongs to: its Role, Logs or Queue.
func partOf(function, part string) string { return strings.TrimSuffix(function, "Function") + part }
