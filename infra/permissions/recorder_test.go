package permissions_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/permissions"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/table"
)

// nowhere is a service without a network: every call fails, and is recorded nevertheless.
var nowhere = lambdaenv.Service{
	Region: "us-east-1", Endpoint: aws.String("http://127.0.0.1:1"),
	Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
	}),
}

func TestRecorder(t *testing.T) {
	var recorder permissions.Recorder
	client := queue.NewClient(nowhere, func(o *sqs.Options) { o.APIOptions = append(o.APIOptions, recorder.APIOptions) })
	sender := queue.NewSender(client, map[string]string{argyle.FamilyUsers: "https://sqs.us-east-1.amazonaws.com/000000000000/users"})
	if err := sender.Send(t.Context(), argyle.FamilyUsers, queue.Message{Body: []byte("{}")}); !errors.Is(err, queue.ErrUnavailable) {
		t.Fatal(err)
	}
	used, err := recorder.Used()
	if err != nil {
		t.Fatal(err)
	}
	want := permissions.SetOf(permissions.Grant{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:000000000000:users"})
	if diff := cmp.Diff(want, used); diff != "" {
		t.Error(diff)
	}
	root, err := permissions.Root()
	if err != nil {
		t.Fatal(err)
	}
	sites, err := permissions.Sites(os.DirFS(root), "shared/queue")
	if err != nil || len(sites["SendMessage"]) != 1 || !recorder.Called(sites["SendMessage"][0]) {
		t.Errorf("%v (%v): want the one call of SendMessage, recorded", sites, err)
	}
	if recorder.Called(permissions.Site{File: "shared/queue/sender.go", Line: 1}) {
		t.Error("a call was recorded where none was")
	}
}

// What is not known is an error and not a call that is passed over.
func TestRecorderKnowsItsLimits(t *testing.T) {
	for name, c := range map[string]struct {
		call func(t *testing.T, r *permissions.Recorder)
		want string
	}{
		"an operation": {func(t *testing.T, r *permissions.Recorder) {
			client := table.NewClient(nowhere, func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, r.APIOptions) })
			_, _ = table.New(client, "statuses").User(t.Context(), "a-user")
		}, "a function calls DynamoDB.Query: say in infra/permissions/need.go"},
		"a queue elsewhere": {func(t *testing.T, r *permissions.Recorder) {
			client := queue.NewClient(nowhere, func(o *sqs.Options) { o.APIOptions = append(o.APIOptions, r.APIOptions) })
			_, _ = client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("https://sqs.us-east-1.amazonaws.com/1/users"), MessageBody: aws.String("{}")})
		}, `"https://sqs.us-east-1.amazonaws.com/1/users" is no URL of a queue`},
	} {
		t.Run(name, func(t *testing.T) {
			var recorder permissions.Recorder
			c.call(t, &recorder)
			if _, err := recorder.Used(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestDiff(t *testing.T) {
	get, put, scan := permissions.Grant{Action: "get", Resource: "a"}, permissions.Grant{Action: "put", Resource: "a"}, permissions.Grant{Action: "get", Resource: "b"}
	for name, c := range map[string]struct {
		needed, granted permissions.Set
		want            string
	}{
		"equal":            {permissions.SetOf(get, put), permissions.SetOf(put, get), ""},
		"one too few":      {permissions.SetOf(get, put), permissions.SetOf(put), "not granted: get on a"},
		"one too many":     {permissions.SetOf(get), permissions.SetOf(get, put), "not needed: put on a"},
		"another resource": {permissions.SetOf(get), permissions.SetOf(scan), "not granted: get on a\nnot needed: get on b"},
		"nothing granted":  {permissions.SetOf(get), nil, "not granted: get on a"},
	} {
		if got := permissions.Diff(c.needed, c.granted); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSites(t *testing.T) {
	const client = "package p\n\ntype Client interface {\n\tGet()\n\tPut()\n}\n"
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  map[string][]permissions.Site
	}{
		"nothing calls it": {fstest.MapFS{"p/a.go": {Data: []byte(client)}}, map[string][]permissions.Site{"Get": nil, "Put": nil}},
		"from two files, and from a test": {
			fstest.MapFS{
				"p/a.go":      {Data: []byte(client + "\nfunc (t T) a() { t.client.Get(); t.Put() }\n")},
				"p/b.go":      {Data: []byte("package p\n\nfunc (t T) b() {\n\tt.client.Get()\n\tt.client.Other()\n}\n")},
				"p/b_test.go": {Data: []byte("package p\n\nfunc (t T) c() { t.client.Put() }\n")},
			},
			map[string][]permissions.Site{"Get": {{File: "p/a.go", Line: 8}, {File: "p/b.go", Line: 4}}, "Put": nil},
		},
	} {
		got, err := permissions.Sites(c.files, "p")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := permissions.Sites(fstest.MapFS{"p/a.go": {Data: []byte("package p\n")}}, "p"); err == nil {
		t.Error("a folder without a Client was taken")
	}
}
