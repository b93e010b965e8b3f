package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"argyle-webhooks/shared/lambdaenv"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/secret"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/table"
)

// TestTimesAreTheClients holds the times that are read from the source against the clients that the functions make.
func TestTimesAreTheClients(t *testing.T) {
	t.Parallel()
	read, err := readTimes(repository())
	if err != nil {
		t.Fatal(err)
	}
	service := lambdaenv.Service{Region: "us-east-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, nil })}
	sqs, secrets, dynamoDB := queue.NewClient(service).Options(), secret.NewClient(service).Options(), table.NewClient(service).Options()
	for name, c := range map[string]struct {
		retryer aws.Retryer
		client  any
		want    time.Duration
	}{
		"SQS":             {sqs.Retryer, sqs.HTTPClient, read.send},
		"Secrets Manager": {secrets.Retryer, secrets.HTTPClient, read.startTries},
		"DynamoDB":        {dynamoDB.Retryer, dynamoDB.HTTPClient, read.call},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, ok := c.client.(*http.Client)
			if !ok || client.Timeout == 0 {
				t.Fatalf("the client is %T: its attempts have no time of their own", c.client)
			}
			attempts := c.retryer.MaxAttempts()
			pauses := time.Duration(0)
			for range 1000 { // they are drawn
				pause, err := c.retryer.RetryDelay(1, nil)
				if err != nil {
					t.Fatal(err)
				}
				pauses = max(pauses, time.Duration(attempts-1)*pause)
			}
			if most := time.Duration(attempts)*client.Timeout + pauses; most > c.want || most < c.want*99/100 {
				t.Errorf("%d attempts of %v and pauses of %v in all take %v, but %v was read", attempts, client.Timeout, pauses, most, c.want)
			}
		})
	}
	if read.oldest != status.MaxEvidenceAge || read.tombstone != status.TombstoneLife {
		t.Errorf("read %v and %v, want %v and %v", read.oldest, read.tombstone, status.MaxEvidenceAge, status.TombstoneLife)
	}
}
