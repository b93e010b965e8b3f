package compiled

import (
	"net/http"
	"testing"

	"argyle-webhooks/infra/local"
)

// TestEveryWebhookEventIsTaken gives every events/webhook/*.json to the front door, and one with a signature that is wrong.
func TestEveryWebhookEventIsTaken(t *testing.T) {
	tr := newTrial(local.StartForTest(t, local.Options{}))
	for _, path := range files(t, "webhook") {
		t.Run(stem(path), func(t *testing.T) { tr.deliver(t, path) })
	}
	tr.refuse(t, file("webhook", "accounts.removed"))
	tr.settle(t)
}

// refuse gives a delivery that another secret signs to the front door and requires that it is refused.
func (tr *trial) refuse(t *testing.T, path string) {
	t.Helper()
	event, _ := readNow(t, path)
	tr.requireAnswer(t, forged(t, event), http.StatusUnauthorized, "bad_signature")
}
