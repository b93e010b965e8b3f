package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
)

// play gives the sample journey on the local stack: a line for each delivery, then the status that all of it has come to.
func (l *localRun) play(ctx context.Context, stack *local.Stack) error {
	secret := argyle.Secret(local.SigningSecret())
	if secret == "" {
		l.say("\n%s is empty, so there is no signing secret: every delivery is answered 503, and no journey is played.", local.SecretVariable)
		return nil
	}
	p := newPage(l.people)
	play := journey.New(time.Now(), l.seed)
	p.line("\nThe sample journey (all of it made up; --seed %d): %d deliveries, shuffled, some of them twice", l.seed, len(play.Deliveries))
	for _, character := range play.Cast {
		p.line("  %-16s %s", character.Label, character.Story)
	}
	p.line("")
	err := play.Deliver(ctx, stack.WebhookURL(), secret, func(delivery journey.Delivery, answer journey.Answer) {
		p.showDelivery(delivery, answer)
	})
	if err != nil {
		return err
	}
	if err := journey.Settle(ctx, localQueues(stack), queueURLs(stack)); err != nil {
		return err
	}
	statuses := map[string]status.UserStatus{}
	for _, character := range play.Cast {
		statuses[character.User], err = localTable(stack.DynamoDBURL(), stack.TableName()).UserStatus(ctx, character.User)
		if err != nil {
			return fmt.Errorf("reading the status of %s: %w", character.Label, err)
		}
	}
	p.line("\nWhat all of it has come to:\n")
	p.showCast(play, statuses)
	l.suggest(p, stack, play)
	return nil
}

// suggest says what to try next, with ids that are there.
func (l *localRun) suggest(p page, stack *local.Stack, play journey.Journey) {
	url, dynamoDB := "", ""
	if stack.URL() != "http://"+local.DefaultListen {
		url = " --url " + stack.WebhookURL()
	}
	if stack.DynamoDBURL() != fmt.Sprintf("http://127.0.0.1:%d", local.DefaultDynamoDBPort) {
		dynamoDB = " --dynamodb-url " + stack.DynamoDBURL()
	}
	p.line("\nTry in another terminal:")
	if local.SigningSecret() != local.DefaultSecret {
		p.line("  export %s=…   (send signs with it)", local.SecretVariable)
	}
	p.line("  .bin/argylectl send%s events/webhook/accounts.connected.json", url)
	p.line("  .bin/argylectl status --local%s --account %s   # a delivery takes about a second to get there", dynamoDB, sampleAccount)
	p.line("  .bin/argylectl status --local%s --user %s --json", dynamoDB, play.Cast[0].User)
}

// sampleAccount is the account that the sample bodies of API v2 speak of.
const sampleAccount = "0195b3c1-7e02-8c44-91b6-5d20c83f7ae4"

func localQueues(stack *local.Stack) *sqs.Client {
	url := stack.SQSURL()
	return sqs.New(sqs.Options{
		Region:       backend.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
		BaseEndpoint: &url,
	})
}

// queueURLs are the queues that have workers.
func queueURLs(stack *local.Stack) []string {
	var urls []string
	for _, family := range argyle.Families() {
		urls = append(urls, stack.QueueURL(samples.LogicalID(family, "Queue")))
	}
	return urls
}
