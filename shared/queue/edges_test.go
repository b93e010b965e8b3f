package queue

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"argyle-webhooks/shared/argyle"
)

// What follows was found missing by infra/mutants.

// What is applied holds the evidence of every message about the record, whichever came last.
func TestFoldedEvidenceIsThatOfAllMessages(t *testing.T) {
	bodies := []string{
		event("accounts.connected", "a", ""),
		event("identities.added", "a", `, "identity": "an-identity"`),
		event("accounts.added", "a", ""),
	}
	for range bodies {
		applier := &applied{}
		if failed, log := work(t, applier, sent(bodies...)); failed != nil || len(applier.evidence) != 1 {
			t.Fatalf("failed %v, applied %d records: %s", failed, len(applier.evidence), log)
		}
		got := applier.evidence[0]
		if got.Signalled == nil || !got.EverConnected || got.AddedAt == 0 || got.DataSets["identities"].Latest == nil {
			t.Errorf("applied %+v", got)
		}
		bodies = append(bodies[1:], bodies[0])
	}
}

// answering is a client that gets the same answer always.
type answering struct{ messageID *string }

func (a answering) SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	return &sqs.SendMessageOutput{MessageId: a.messageID}, nil
}

func TestSendTakesWhatSQSTakes(t *testing.T) {
	message := Message{Event: "accounts.added", ReceivedAt: received0}
	message.Body = []byte(strings.Repeat("x", MaxSize-message.Size()))
	larger := message
	larger.Body = append([]byte("x"), message.Body...)
	id := "1"
	for name, c := range map[string]struct {
		client  answering
		message Message
		want    error
	}{
		"as large as SQS takes":        {answering{&id}, message, nil},
		"a byte larger":                {answering{&id}, larger, ErrTooLarge},
		"an answer without message id": {answering{}, message, ErrUnavailable},
	} {
		err := NewSender(c.client, map[string]string{argyle.FamilyAccounts: "url"}).Send(t.Context(), argyle.FamilyAccounts, c.message)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
