package deployed

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/template"
)

func TestMain(m *testing.M) { local.Main(m) }

// TestFindLocal requires the parts that the local stack itself names, and clients that reach them whatever the environment says of AWS.
func TestFindLocal(t *testing.T) {
	at := local.ForTest(t)
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	got, cfg, err := FindLocal(t.Context(), at.URL())
	if err != nil {
		t.Fatal(err)
	}
	want := &Stack{
		Name: "local", Local: true, WebhookURL: at.WebhookURL(), Table: at.TableName(), SecretARN: got.SecretARN,
		Queues: map[string]string{"unrouted": at.QueueURL("UnroutedQueue")}, DeadLetterQueues: map[string]string{},
	}
	for _, family := range []string{"Accounts", "Identities", "Paystubs", "Users"} {
		want.Queues[strings.ToLower(family)] = at.QueueURL(family + "Queue")
		want.DeadLetterQueues[strings.ToLower(family)] = at.QueueURL(family + "DeadLetterQueue")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	endpoints := []string{
		*sqs.NewFromConfig(cfg).Options().BaseEndpoint, *dynamodb.NewFromConfig(cfg).Options().BaseEndpoint, *secretsmanager.NewFromConfig(cfg).Options().BaseEndpoint,
	}
	if diff := cmp.Diff([]string{at.SQSURL(), at.DynamoDBURL(), at.SecretsURL()}, endpoints); diff != "" {
		t.Errorf("endpoints, -want +got:\n%s", diff)
	}
	secret := secretsmanager.NewFromConfig(cfg)
	value, err := secret.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &got.SecretARN})
	if err != nil || *value.SecretString != local.DefaultSecret {
		t.Errorf("the secret at %q cannot be read: %v", got.SecretARN, err)
	}
}

// TestTheTemplateHasTheOutputs has Find read the outputs of template.yaml itself.
func TestTheTemplateHasTheOutputs(t *testing.T) {
	source, err := template.Load("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := source.Resolve(template.Params{}, template.Placeholders{})
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{}
	for _, output := range resolved.Outputs {
		outputs[output.Name], _ = output.Value.(string)
	}
	got, err := Find(t.Context(), cloudFormation(t, 200, described("UPDATE_COMPLETE", outputs)), stackName)
	if err != nil {
		t.Fatal(err)
	}
	if got.Queues["users"] == got.DeadLetterQueues["users"] || got.Queues["users"] == got.Queues["accounts"] {
		t.Errorf("one queue for two purposes: %+v", got)
	}
}
