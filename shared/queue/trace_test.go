package queue

import (
	"testing"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/argyle"
)

func TestTraceTravelsWithTheMessage(t *testing.T) {
	const header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	local := backend.ForTest(t)
	for name, trace := range map[string]string{"traced": header, "not traced": ""} {
		t.Run(name, func(t *testing.T) {
			queue := local.CreateQueue(t, "AccountsQueue", nil)
			sender := NewSender(clientAt(local.SQSURL), map[string]string{argyle.FamilyAccounts: queue.URL})
			if err := sender.Send(t.Context(), argyle.FamilyAccounts, Message{Body: []byte("{}"), Event: "accounts.added", ReceivedAt: received0, Trace: trace}); err != nil {
				t.Fatal(err)
			}
			batch := take(t, local.SQS(), queue.URL)
			if len(batch.Records) == 0 {
				t.Fatalf("%d messages", len(batch.Records))
			}
			if got := batch.Records[0].Attributes["AWSTraceHeader"]; got != trace {
				t.Errorf("AWSTraceHeader is %q, want %q", got, trace)
			}
		})
	}
}
