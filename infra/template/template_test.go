package template

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// value resolves an expression as the property V of a resource X, in a template that has a bit of everything to refer to.
func value(t *testing.T, expression string, params Params) (any, error) {
	t.Helper()
	src := `
Parameters:
  Name: {Type: String, Default: world}
  Count: {Type: Number, Default: 7}
  List: {Type: CommaDelimitedList, Default: "a, b"}
Mappings:
  Map:
    one: {two: deep, list: [x, y]}
Conditions:
  Yes: !Equals [a, a]
  No: !Not [!Condition Yes]
Resources:
  Here: {Type: AWS::SQS::Queue}
  Gone: {Type: AWS::SQS::Queue, Condition: No}
  X:
    Type: Test::X
    Properties:
      V: ` + expression + "\n"
	tmpl, err := Parse("t.yaml", []byte(src))
	if err != nil {
		return nil, err
	}
	stack, err := tmpl.Resolve(params, Placeholders{})
	if err != nil {
		return nil, err
	}
	x, _ := stack.Resource("X")
	v, _ := x.Properties.Value("V")
	return v, nil
}

func TestScalars(t *testing.T) {
	for expression, want := range map[string]any{
		"word":                 "word",
		"12":                   12,
		"-3":                   -3,
		"0":                    0,
		"0123":                 "0123",
		"0x1F":                 "0x1F",
		"1_000":                "1_000",
		"123456789012":         123456789012,
		"99999999999999999999": "99999999999999999999",
		"1.5":                  1.5,
		".5":                   0.5,
		"1e3":                  1000.0,
		"1e999":                "1e999",
		"e5":                   "e5",
		"1.2.3":                "1.2.3",
		"2012-10-17":           "2012-10-17",
		"12:30":                "12:30",
		"true":                 true,
		"False":                false,
		"yes":                  "yes",
		"on":                   "on",
		`"12"`:                 "12",
		`'true'`:               "true",
		`""`:                   "",
		`!!str 12`:             "12",
		"|\n        12\n":      "12\n",
		"$default":             "$default",
		"{a: 1, b: [x, true]}": map[string]any{"a": 1, "b": []any{"x", true}},
	} {
		t.Run(expression, func(t *testing.T) {
			got, err := value(t, expression, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIntrinsics(t *testing.T) {
	const partition = "aws"
	tests := []struct {
		name, expression string
		params           Params
		want             any
	}{
		{"Ref of a parameter", "!Ref Name", nil, "world"},
		{"Ref of a number is text", "!Ref Count", nil, "7"},
		{"Ref of a list", "!Ref List", nil, []any{"a", "b"}},
		{"Ref, long", "{Ref: Name}", Params{"Name": "you"}, "you"},
		{"Ref of a resource", "!Ref Here", nil, "Here"},
		{"Ref of a pseudo-parameter", "!Ref AWS::Partition", nil, partition},
		{"a pseudo-parameter set", "!Ref AWS::Region", Params{"AWS::Region": "eu-west-1"}, "eu-west-1"},
		{"Ref of a generated alias", "!Ref Here.Alias", nil, "Here.Alias"},
		{"a map with Ref among other keys is a map", "{Ref: Name, Other: 1}", nil, map[string]any{"Ref": "Name", "Other": 1}},
		{"GetAtt, dotted", "!GetAtt Here.Arn", nil, "Here.Arn"},
		{"GetAtt of a dotted attribute", "!GetAtt Here.Outputs.Arn", nil, "Here.Outputs.Arn"},
		{"GetAtt, list", "!GetAtt [Here, Arn]", nil, "Here.Arn"},
		{"GetAtt, long", "{Fn::GetAtt: [Here, !Ref Name]}", nil, "Here.world"},
		{"Sub", "!Sub 'hello ${Name}, ${Here.Arn} in ${AWS::Region}'", nil, "hello world, Here.Arn in us-east-1"},
		{"Sub of a number", "!Sub '${Count} days'", nil, "7 days"},
		{"Sub with literals", "!Sub '${!Name} $Name $${Name} {}'", nil, "${Name} $Name $world {}"},
		{"Sub with names", "!Sub ['${a}-${Name}-${b}', {a: 1, b: !Ref Here}]", nil, "1-world-Here"},
		{"Sub's own name wins", "!Sub ['${Name}', {Name: own}]", nil, "own"},
		{"Sub, long", "{Fn::Sub: '${ Name }'}", nil, "world"},
		{"If, true", "!If [Yes, 1, 2]", nil, 1},
		{"If, false", "{Fn::If: [No, 1, {a: !Ref Name}]}", nil, map[string]any{"a": "world"}},
		{"If leaves the other side alone", "!If [Yes, 1, !Ref Gone]", nil, 1},
		{"NoValue in a map", "{a: !Ref AWS::NoValue, b: !If [No, 1, !Ref 'AWS::NoValue'], c: 1}", nil, map[string]any{"c": 1}},
		{"NoValue in a list", "[1, !Ref AWS::NoValue, !If [No, 2, !Ref AWS::NoValue], 3]", nil, []any{1, 3}},
		{"NoValue of a property", "!Ref AWS::NoValue", nil, nil},
		{"Join", "!Join [':', [a, 1, !Ref Name]]", nil, "a:1:world"},
		{"Join of a list parameter", "!Join ['', !Ref List]", nil, "ab"},
		{"Split", "!Split [',', 'a,b,']", nil, []any{"a", "b", ""}},
		{"Select", "!Select [1, [a, b]]", nil, "b"},
		{"Select of a split", "!Select ['0', !Split ['.', x.y]]", nil, "x"},
		{"FindInMap", "!FindInMap [Map, one, two]", nil, "deep"},
		{"FindInMap of a list", "!Select [1, !FindInMap [Map, !Sub one, list]]", nil, "y"},
		{"Condition is no intrinsic in a policy", "{Condition: {Bool: {x: true}}}", nil, map[string]any{"Condition": map[string]any{"Bool": map[string]any{"x": true}}}},
		{"a condition as a value", "!Equals [a, b]", nil, false},
		{"Or", "!Or [!Condition No, {Condition: Yes}]", nil, true},
		{"And", "!And [!Condition No, !Equals [1, '1']]", nil, false},
		{"Equals across types", "!Equals [1, '1']", nil, true},
		{"an alias", "{a: &x [1], b: *x}", nil, map[string]any{"a": []any{1}, "b": []any{1}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := value(t, test.expression, test.params)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestErrors checks that whatever is not understood is said, with its line: the expression stands on line 18.
func TestErrors(t *testing.T) {
	tests := []struct {
		name, expression string
		params           Params
		want             string
	}{
		{"an unknown intrinsic", "!Cidr [a, 1, 2]", nil, "t.yaml:18: the intrinsic function !Cidr is not known here"},
		{"an unknown long intrinsic", "{Fn::ImportValue: x}", nil, "t.yaml:18: the intrinsic function Fn::ImportValue is not known here"},
		{"Fn::Ref", "{Fn::Ref: x}", nil, "Fn::Ref is not known here"},
		{"an intrinsic among other keys", "{Fn::Sub: x, a: 1}", nil, "t.yaml:18: Fn::Sub must be the only key of its map"},
		{"an unknown tag", "!!timestamp 2012-10-17", nil, "t.yaml:18: the tag !!timestamp is not known here"},
		{"a null", "", nil, "t.yaml:18: an empty (null) value"},
		{"a null inside", "{a: }", nil, "t.yaml:18: an empty (null) value"},
		{"a key twice", "{a: 1, a: 2}", nil, "t.yaml:18: a stands twice in one map, first on line 18"},
		{"a merge key", "{<<: {a: 1}}", nil, "t.yaml:18: the merge key <<"},
		{"an unknown name", "!Ref Nobody", nil, "t.yaml:18: X.V: Nobody is neither a parameter nor a resource"},
		{"an unknown name in Sub", "!Sub 'a ${Nobody.Arn}'", nil, "t.yaml:18: X.V: Nobody is neither"},
		{"a resource whose condition is false", "!GetAtt Gone.Arn", nil, "t.yaml:18: X.V: Gone does not exist here: its condition No is false"},
		{"GetAtt without an attribute", "!GetAtt Here", nil, "t.yaml:18: X.V: GetAtt wants a logical id and an attribute"},
		{"an unknown condition", "!If [Perhaps, 1, 2]", nil, "t.yaml:18: X.V: there is no condition Perhaps"},
		{"If with two arguments", "!If [Yes, 1]", nil, "t.yaml:18: X.V: If wants a list of 3 arguments"},
		{"an open Sub", "!Sub 'a ${Name'", nil, "t.yaml:18: X.V: Sub: ${Name is not closed"},
		{"a list in Sub", "!Sub 'a ${List}'", nil, "t.yaml:18: X.V: Sub: ${List} is a list, not text"},
		{"NoValue in Sub", "!Sub '${AWS::NoValue}'", nil, "Sub: ${AWS::NoValue} is AWS::NoValue, not text"},
		{"Select beyond the list", "!Select [2, [a, b]]", nil, "t.yaml:18: X.V: Select: there is no item 2 in a list of 2"},
		{"FindInMap of nothing", "!FindInMap [Map, one, three]", nil, "t.yaml:18: X.V: FindInMap: there is no mapping Map.one.three"},
		{"a value that is no condition", "!Not [a]", nil, "t.yaml:18: X.V: want a condition"},
		{"an unknown parameter", "1", Params{"Nope": "1"}, "t.yaml: the template has no parameter Nope"},
		{"a parameter that is no number", "1", Params{"Count": "many"}, "t.yaml:4: parameter Count: the value is not a number"},
		{"no YAML", "[", nil, "t.yaml: yaml: "},
		{"an alias of itself", "&x [*x]", nil, "nested more than 100 deep"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := value(t, test.expression, test.params)
			if err == nil {
				t.Fatalf("no error, and the value %#v", got)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q lacks %q", err, test.want)
			}
		})
	}
}

func TestSections(t *testing.T) {
	const resources = "\nResources:\n  X: {Type: T}\n"
	for name, test := range map[string]struct{ src, want string }{
		"an empty file":                {"", "t.yaml: the file is empty"},
		"a list":                       {"[1]", "t.yaml:1: a template is a map"},
		"no resources":                 {"Parameters: {}", "declares no resources"},
		"an unknown section":           {"Hooks: {}" + resources, "t.yaml:1: the section Hooks is not known here"},
		"an unknown section of Global": {"Globals:\n  Layer: {}" + resources, "t.yaml:2: Globals.Layer is not known here"},
		"no type":                      {"Resources:\n  X: {Properties: {}}", "t.yaml:2: X has no Type"},
		"an unknown attribute":         {"Resources:\n  X:\n    Type: T\n    Propertys: {}", "t.yaml:4: X: Propertys is not an attribute"},
		"an intrinsic as type":         {"Resources:\n  X:\n    Type: !Ref Y", "t.yaml:3: X: Type must be a plain string"},
		"an unknown condition":         {"Resources:\n  X: {Type: T, Condition: C}", "t.yaml:2: X: there is no condition C"},
		"an unknown dependency":        {"Resources:\n  X: {Type: T, DependsOn: Y}", "t.yaml:2: X depends on Y, which is no resource"},
		"a condition of itself":        {"Conditions:\n  C: !Not [!Condition C]" + resources, "t.yaml:2: condition C: the condition C depends on itself"},
		"a value not allowed":          {"Parameters:\n  P: {Type: String, Default: c, AllowedValues: [a, b]}" + resources, "t.yaml:2: the default of parameter P: the value is not among the allowed ones: a, b"},
		"a parameter without a value":  {"Parameters:\n  P: {Type: String}\n  Q: {Type: String}" + resources, "t.yaml: parameters without a default need a value: P, Q"},
		"a pattern":                    {"Parameters:\n  P: {Type: String, Default: xa, AllowedPattern: '[a-w]+'}" + resources, "does not match the pattern"},
		"a length":                     {"Parameters:\n  P: {Type: String, Default: '', MinLength: 1}" + resources, "has 0 characters"},
		"a number too small":           {"Parameters:\n  P: {Type: Number, Default: 0, MinValue: 1}" + resources, "0 is outside MinValue and MaxValue"},
		"an output without a value":    {resources + "Outputs:\n  O: {Description: d}", "t.yaml:5: output O: it has no Value"},
		"an output of nothing":         {resources + "Outputs:\n  O: {Value: !Ref Y}", "t.yaml:5: output O: Y is neither"},
	} {
		t.Run(name, func(t *testing.T) {
			tmpl, err := Parse("t.yaml", []byte(test.src))
			if err == nil {
				_, err = tmpl.Resolve(nil, Placeholders{})
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestStack(t *testing.T) {
	tmpl, err := Load("testdata/stack.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dev, err := tmpl.Resolve(nil, Placeholders{})
	if err != nil {
		t.Fatal(err)
	}
	prod, err := tmpl.Resolve(Params{"Stage": "prod", "Key": "k"}, Placeholders{})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		stack     *Stack
		resources []string
		outputs   []string
		queue     map[string]any
	}{
		"dev": {dev, []string{"Queue", "DeadQueue", "Worker", "Api"}, []string{"QueueUrl"}, map[string]any{
			"QueueName":     "local-queue",
			"RedrivePolicy": map[string]any{"deadLetterTargetArn": "DeadQueue.Arn", "maxReceiveCount": 10},
		}},
		"prod": {prod, []string{"Queue", "DeadQueue", "Extra", "Worker", "Api"}, []string{"QueueUrl", "Topic"}, map[string]any{
			"QueueName":      "local-queue",
			"KmsMasterKeyId": "k",
			"RedrivePolicy":  map[string]any{"deadLetterTargetArn": "DeadQueue.Arn", "maxReceiveCount": 10},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var ids, outputs []string
			for _, res := range test.stack.Resources {
				ids = append(ids, res.LogicalID)
			}
			for _, out := range test.stack.Outputs {
				outputs = append(outputs, out.Name)
			}
			queue, _ := test.stack.Resource("Queue")
			if diff := cmp.Diff(test.resources, ids); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.outputs, outputs); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.queue, queue.Properties.Raw()); diff != "" {
				t.Error(diff)
			}
		})
	}
	queue, worker := dev.OfType("AWS::SQS::Queue")[0], dev.OfType("AWS::Serverless::Function")[0]
	if queue.DeletionPolicy != "Delete" || queue.UpdateReplacePolicy != "Snapshot" || queue.Line != 50 {
		t.Errorf("queue: %+v", queue)
	}
	if kept := prod.OfType("AWS::SQS::Queue")[0]; kept.DeletionPolicy != "Retain" {
		t.Errorf("queue in production: %+v", kept)
	}
	if diff := cmp.Diff([]string{"Queue", "DeadQueue"}, worker.DependsOn); diff != "" {
		t.Error(diff)
	}
	if method, err := worker.Metadata.String("BuildMethod"); err != nil || method != "makefile" {
		t.Errorf("BuildMethod: %q, %v", method, err)
	}
	if out, ok := dev.Output("QueueUrl"); !ok || out.Value != "Queue" || out.Description != "Where to send." {
		t.Errorf("output: %+v", out)
	}
}

func TestGlobals(t *testing.T) {
	tmpl, err := Load("testdata/stack.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := tmpl.Resolve(nil, Placeholders{})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]map[string]any{
		"Worker": {
			"Handler":       "bootstrap",
			"Architectures": []any{"arm64"},
			"Timeout":       10,
			"Layers":        []any{"global", "own"},
			"Environment":   map[string]any{"Variables": map[string]any{"FROM_GLOBALS": "yes", "LEVEL": "debug", "QUEUE": "Queue", "DAYS": "30"}},
		},
		"Api":       {"FailOnWarnings": true},
		"DeadQueue": {},
	} {
		res, _ := stack.Resource(id)
		if diff := cmp.Diff(want, res.Properties.Raw()); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
}

// byName makes a queue's reference from its name, which is itself resolved on demand.
type byName struct{ asked int }

func (r *byName) Ref(res *Resource) (any, error) {
	r.asked++
	name, ok, err := res.Property("QueueName")
	if err != nil || !ok {
		return res.LogicalID, err
	}
	return "url/" + name.(string), nil
}

func (r *byName) GetAtt(res *Resource, attribute string) (any, error) {
	if attribute != "Arn" {
		return nil, errors.New("no such attribute")
	}
	v, err := r.Ref(res)
	return "arn:" + v.(string), err
}

func TestResolverAskedLazily(t *testing.T) {
	tests := []struct{ name, src, property, want, wantErr string }{
		{"a reference forward", "A: {Type: Q, Properties: {QueueName: a, Dead: !GetAtt B.Arn}}\n  B: {Type: Q, Properties: {QueueName: !Sub '${AWS::Region}-b'}}", "Dead", "arn:url/us-east-1-b", ""},
		{"two that refer to each other", "A: {Type: Q, Properties: {QueueName: a, Dead: !Ref B}}\n  B: {Type: Q, Properties: {QueueName: b, Source: !Ref A}}", "Dead", "url/b", ""},
		{"itself", "A: {Type: Q, Properties: {QueueName: a, Dead: !Ref A}}", "Dead", "url/a", ""},
		{"a circle", "A: {Type: Q, Properties: {QueueName: !Ref B}}\n  B: {Type: Q, Properties: {QueueName: !Ref A}}", "", "", "t.yaml:2: A.QueueName: Ref B: B.QueueName: Ref A: A.QueueName depends on itself"},
		{"an unknown attribute", "A: {Type: Q, Properties: {Dead: !GetAtt A.Url}}", "", "", "t.yaml:2: A.Dead: GetAtt A.Url: no such attribute"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tmpl, err := Parse("t.yaml", []byte("Resources:\n  "+test.src+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			stack, err := tmpl.Resolve(nil, &byName{})
			if test.wantErr != "" {
				if err == nil || err.Error() != test.wantErr {
					t.Fatalf("got %v, want %s", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			a, _ := stack.Resource("A")
			if got, err := a.Properties.String(test.property); err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// TestRepositoryTemplate reads the template that is deployed: it must always be readable by the local stack.
func TestRepositoryTemplate(t *testing.T) {
	tmpl, err := Load("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := tmpl.Resolve(nil, Placeholders{})
	if err != nil {
		t.Fatal(err)
	}
	if len(stack.OfType("AWS::Serverless::Function")) == 0 || len(stack.OfType("AWS::SQS::Queue")) == 0 || len(stack.OfType("AWS::DynamoDB::Table")) == 0 {
		t.Errorf("functions, queues or tables are missing among %d resources", len(stack.Resources))
	}
}

func TestLoadMissing(t *testing.T) {
	if _, err := Load("testdata/none.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
