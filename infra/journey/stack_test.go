package journey

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/table"
)

// TestWholeStackEndsInTheExpectedStatus gives the play in several orders to the real thing: gateway, compiled functions, queues and table.
func TestWholeStackEndsInTheExpectedStatus(t *testing.T) {
	stack := local.StartForTest(t, local.Options{})
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the functions' log:\n%s", stack.Logs())
		}
	})
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { playOn(t, stack, New(time.Now(), 100+seed)) })
	}
}

func playOn(t *testing.T, stack *local.Test, j Journey) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := j.Deliver(ctx, stack.WebhookURL(), local.DefaultSecret, func(Delivery, Answer) {}); err != nil {
		t.Fatal(err)
	}
	ended := time.Now()
	var queues []string
	for _, queue := range stack.Queues() {
		queues = append(queues, stack.QueueURL(queue)) // dead-letter queues and the unrouted one too: nothing may end there
	}
	signer := credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, "")
	sqsURL, dynamoDBURL := stack.SQSURL(), stack.DynamoDBURL()
	client := sqs.New(sqs.Options{Region: backend.Region, Credentials: signer, BaseEndpoint: &sqsURL})
	if err := Settle(ctx, client, queues); err != nil {
		t.Fatal(err)
	}
	stored := table.New(dynamodb.New(dynamodb.Options{Region: backend.Region, Credentials: signer, BaseEndpoint: &dynamoDBURL}), stack.TableName())
	var statuses []status.UserStatus
	for _, character := range j.Cast {
		user, err := stored.UserStatus(ctx, character.User)
		if err != nil {
			t.Fatalf("the status of %s: %v", character.Label, err)
		}
		for _, account := range user.Accounts {
			// Of a removed account the status tells no time of writing.
			gone := account.RemovedAt != nil && account.UpdatedAt == nil
			if account.Revision == 0 || !gone && (account.UpdatedAt == nil || argyle.Millis(*account.UpdatedAt).Time().Before(j.Start)) {
				t.Errorf("an account of %s has revision %d, written at %v", character.Label, account.Revision, account.UpdatedAt)
			}
		}
		statuses = append(statuses, user)
	}
	requireExpected(t, j, ended, statuses)
}
