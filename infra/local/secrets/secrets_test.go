package secrets

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

const arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-local0"

func newClient(t *testing.T, s *Server) *secretsmanager.Client {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), Retryer: aws.NopRetryer{},
	})
}

func TestGetSecretValueThroughTheSDK(t *testing.T) {
	server := New(Secret{ARN: arn, Name: "signing", Value: "first"})
	client := newClient(t, server)
	get := func(id string) *secretsmanager.GetSecretValueOutput {
		t.Helper()
		out, err := client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &id})
		if err != nil {
			t.Fatalf("GetSecretValue(%s): %v", id, err)
		}
		return out
	}
	first := get(arn)
	if *first.SecretString != "first" || *first.ARN != arn || *first.Name != "signing" || first.CreatedDate == nil {
		t.Errorf("secret %+v", first)
	}
	if err := server.Set("signing", "second"); err != nil {
		t.Fatal(err)
	}
	second := get("signing")
	if *second.SecretString != "second" || *second.VersionId == *first.VersionId {
		t.Errorf("after Set: %q, version %s, which was %s", *second.SecretString, *second.VersionId, *first.VersionId)
	}
	if err := server.Set("other", "x"); err == nil {
		t.Error("Set took a secret that is not there")
	}
}

func TestRefusals(t *testing.T) {
	client := newClient(t, New(Secret{ARN: arn, Name: "signing"}, Secret{ARN: arn + "2", Name: "full", Value: "x"}))
	notFound := &types.ResourceNotFoundException{}
	for name, input := range map[string]*secretsmanager.GetSecretValueInput{
		"secret without a value": {SecretId: aws.String(arn)},
		"unknown secret":         {SecretId: aws.String("other")},
		"unknown stage":          {SecretId: aws.String("full"), VersionStage: aws.String("AWSPENDING")},
		"unknown version":        {SecretId: aws.String("full"), VersionId: aws.String("00000000-0000-4000-8000-000000000099")},
	} {
		if _, err := client.GetSecretValue(t.Context(), input); !errors.As(err, &notFound) {
			t.Errorf("%s: %v, want ResourceNotFoundException", name, err)
		}
	}
	_, err := client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: aws.String("full")})
	if api := smithy.APIError(nil); !errors.As(err, &api) || api.ErrorCode() != "UnknownOperationException" {
		t.Errorf("another operation: %v, want UnknownOperationException", err)
	}
}

func TestVersionsAndLabels(t *testing.T) {
	client := newClient(t, New(Secret{ARN: arn, Name: "signing"}))
	put := func(value string, labels ...string) string {
		t.Helper()
		out, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String(arn), SecretString: &value, VersionStages: labels})
		if err != nil {
			t.Fatalf("PutSecretValue(%v): %v", labels, err)
		}
		return *out.VersionId
	}
	value := func() string {
		t.Helper()
		out, err := client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(arn)})
		if err != nil {
			t.Fatal(err)
		}
		return *out.SecretString
	}
	move := func(label, from, to string) error {
		in := &secretsmanager.UpdateSecretVersionStageInput{SecretId: aws.String(arn), VersionStage: &label}
		if from != "" {
			in.RemoveFromVersionId = &from
		}
		if to != "" {
			in.MoveToVersionId = &to
		}
		_, err := client.UpdateSecretVersionStage(t.Context(), in)
		return err
	}
	first := put("first", "mine")
	if got := value(); got != "first" {
		t.Errorf("the first version is not the current one: %q", got)
	}
	second := put("second", "mine")
	if got := value(); got != "first" {
		t.Errorf("a version with another label became the current one: %q", got)
	}
	third := put("third")
	refused := &types.InvalidParameterException{}
	for name, err := range map[string]error{
		"from a version that is not current": move("AWSCURRENT", first, second),
		"from no version":                    move("AWSCURRENT", "", second),
		"the current one to nowhere":         move("AWSCURRENT", third, ""),
		"a label that is on no version":      move("other", first, ""),
	} {
		if !errors.As(err, &refused) {
			t.Errorf("moved %s: %v", name, err)
		}
	}
	if err := errors.Join(move("AWSCURRENT", third, second), move("mine", second, "")); err != nil || value() != "second" {
		t.Errorf("moved to the second: %v, current %q", err, value())
	}
	out, err := client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: aws.String(arn)})
	want := map[string][]string{second: {"AWSCURRENT"}, third: {"AWSPREVIOUS"}}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, out.VersionIdsToStages); diff != "" {
		t.Error(diff)
	}
}

// TestPutAgain is the SDK's second attempt, whose first one's answer was lost.
func TestPutAgain(t *testing.T) {
	client := newClient(t, New(Secret{ARN: arn, Name: "signing", Value: "old"}))
	put := func(value string) error {
		_, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
			SecretId: aws.String(arn), SecretString: &value, ClientRequestToken: aws.String("00000000-0000-4000-8000-00000000000a"),
		})
		return err
	}
	exists := &types.ResourceExistsException{}
	if first, again, other := put("new"), put("new"), put("another"); first != nil || again != nil || !errors.As(other, &exists) {
		t.Errorf("put: %v; again: %v; another value as the same version: %v", first, again, other)
	}
	out, err := client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: aws.String(arn)})
	if err != nil || len(out.VersionIdsToStages) != 2 {
		t.Errorf("%v: %v, want the old version and the new one", err, out)
	}
}
