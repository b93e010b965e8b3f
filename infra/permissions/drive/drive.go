// Package drive is for the tests beside the functions that hold what a function calls against its role: it runs a function with the environment that
// template.yaml declares, records its calls and says where they and the role differ. [Worker] is the whole test of a family's worker; the front
// door's test begins with [New].
package drive

import (
	"errors"
	"os"
	"strings"
	"testing"

	"argyle-webhooks/infra/permissions"
)

// Function is a function that is being driven.
type Function struct {
	permissions.Recorder

	logicalID string
	text      string
	options   permissions.Options
}

// New sets the environment of the function with that logical id, for the time of the test: what the template declares, what Lambda adds, and where
// the services are, by the names of their variables. table is the status table's name; "" is its logical id.
func New(t *testing.T, logicalID, table string, endpoints map[string]string) *Function {
	t.Helper()
	text, err := permissions.Template()
	if err != nil {
		t.Fatal(err)
	}
	f := &Function{logicalID: logicalID, text: text, options: permissions.Options{Table: table}}
	deployment, err := permissions.Deploy(text, f.options)
	if err != nil {
		t.Fatal(err)
	}
	environment, err := deployment.Environment(logicalID)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range environment {
		t.Setenv(name, value)
	}
	for name, value := range map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": ""} {
		t.Setenv(name, value)
	}
	for name, url := range endpoints {
		if _, declared := environment[name]; !declared {
			t.Fatalf("%s has no %s in the template", logicalID, name)
		}
		t.Setenv(name, url)
	}
	return f
}

// forms are what a deployment may be given. The ARNs are made up.
var forms = map[string]permissions.Options{
	"AWS's keys": {},
	"own key":    {Key: "arn:aws:kms:us-east-1:000000000000:key/own"},
	"own key and boundary": {
		Key: "arn:aws:kms:us-east-1:000000000000:key/own", Boundary: "arn:aws:iam::000000000000:policy/own",
	},
}

// CheckRole requires that the function's role allows what was recorded and what the platform needs, and nothing else.
func (f *Function) CheckRole(t *testing.T) {
	t.Helper()
	for name, form := range forms {
		form.Table = f.options.Table
		if err := f.compare(t, f.text, form); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (f *Function) compare(t *testing.T, text string, form permissions.Options) error {
	t.Helper()
	used, err := f.Used()
	if err != nil {
		t.Fatal(err)
	}
	deployment, err := permissions.Deploy(text, form)
	if err != nil {
		t.Fatal(err)
	}
	return deployment.Compare(f.logicalID, used)
}

// CheckSites requires that every operation in a folder's interface Client has been called, and from every place that calls it. others are the
// operations that the folder has for programs which are no functions; one of them that was called is as wrong.
func (f *Function) CheckSites(t *testing.T, folder string, others ...string) {
	t.Helper()
	root, err := permissions.Root()
	if err != nil {
		t.Fatal(err)
	}
	sites, err := permissions.Sites(os.DirFS(root), folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range others {
		for _, site := range sites[other] {
			if f.Called(site) {
				t.Errorf("%s calls %s, which is said to be for no function", site, other)
			}
		}
		delete(sites, other)
	}
	for operation, calls := range sites {
		if len(calls) == 0 {
			t.Errorf("%s has %s in its Client, and nothing calls it", folder, operation)
		}
		for _, site := range calls {
			if !f.Called(site) {
				t.Errorf("%s calls %s, and no branch that this test drives comes there", site, operation)
			}
		}
	}
}

// Edit changes the text of a role in the template.
type Edit struct{ Old, New string }

// roleEdits make any function's role wrong.
var roleEdits = map[string]Edit{
	"a log action too many": {"logs:PutLogEvents]", "logs:PutLogEvents, logs:CreateLogGroup]"},
	"a log action too few":  {"logs:CreateLogStream, logs:PutLogEvents", "logs:PutLogEvents"},
	"all log actions":       {"[logs:CreateLogStream, logs:PutLogEvents]", "logs:*"},
	"all logs":              {"Resource: !GetAtt LOGS.Arn", `Resource: "*"`},
	"another's log":         {"Resource: !GetAtt LOGS.Arn", "Resource: !GetAtt ApiLogs.Arn"},
	"a trace action less":   {"xray:PutTraceSegments, xray:PutTelemetryRecords", "xray:PutTraceSegments"},
	"everything":            {"Action: [xray:PutTraceSegments, xray:PutTelemetryRecords]", `Action: "*"`},
	"a managed policy":      {"      Policies:\n", "      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]\n      Policies:\n"},
	"a denial":              {"- Sid: SendTraces\n                Effect: Allow", "- Sid: SendTraces\n                Effect: Deny"},
	"all but":               {"Action: [xray:PutTraceSegments, xray:PutTelemetryRecords]", "NotAction: [iam:CreateUser]"},
	"all resources but":     {`Resource: "*"`, `NotResource: "arn:aws:s3:::x"`},
	"a condition":           {"                Resource: \"*\"", "                Condition: {Bool: {aws:SecureTransport: \"true\"}}\n                Resource: \"*\""},
	"no key":                {"                - HasKey\n", "                - HasBoundary\n"},
	"all keys":              {"Resource: !Ref KmsKeyArn", `Resource: "*"`},
	"another key too":       {"Resource: !Ref KmsKeyArn", "Resource: [!Ref KmsKeyArn, \"arn:aws:kms:us-east-1:000000000000:key/other\"]"},
}

// CheckEdits makes the role wrong in one way after the other, and requires that each is found.
func (f *Function) CheckEdits(t *testing.T, edits map[string]Edit) {
	t.Helper()
	for _, list := range []map[string]Edit{roleEdits, edits} {
		for name, edit := range list {
			t.Run(name, func(t *testing.T) {
				var found error
				for _, form := range forms {
					form.Table = f.options.Table
					found = errors.Join(found, f.compare(t, f.edited(t, edit), form))
				}
				if found == nil {
					t.Error("was not found")
				}
			})
		}
	}
}

// edited is the template with the function's role changed.
func (f *Function) edited(t *testing.T, edit Edit) string {
	t.Helper()
	name := strings.TrimSuffix(f.logicalID, "Function")
	before, rest, ok := strings.Cut(f.text, "\n  "+name+"Role:\n")
	if !ok {
		t.Fatalf("the template has no %sRole", name)
	}
	role, after, _ := strings.Cut(rest, "\n\n")
	edit.Old = strings.ReplaceAll(edit.Old, "LOGS", name+"Logs")
	if n := strings.Count(role, edit.Old); n != 1 {
		t.Fatalf("%sRole has %q %d times, want once", name, edit.Old, n)
	}
	return before + "\n  " + name + "Role:\n" + strings.Replace(role, edit.Old, edit.New, 1) + "\n\n" + after
}
