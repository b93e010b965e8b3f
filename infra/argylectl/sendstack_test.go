package main

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/shared/status"
)

// aSample is a webhook that the front door takes, of an account of the samples.
const aSample = "events/webhook/accounts.connected.json"

// TestSendToAStackInAWS delivers to a stack that is found by its name, signed with the newest of its secrets.
func TestSendToAStackInAWS(t *testing.T) {
	queues := newDeadStack(t)
	at := newInAWS(t, queues)
	const older = "made-up-secret-that-the-front-door-does-not-know"
	hold := func(value string) {
		if err := at.secrets.Set(fakeSecretARN, value); err != nil {
			t.Fatal(err)
		}
	}
	send := func(args ...string) result {
		t.Helper()
		got := at.run(append([]string{"send", "--stack", fakeStack}, args...)...)
		requireNoSecret(t, got, local.DefaultSecret, older)
		return got
	}
	delivered := func() int { return strings.Count(queues.Logs(), `"msg":"delivery"`) }

	hold(`{"secrets": ["` + local.DefaultSecret + `", "` + older + `"]}`)
	requireLine(t, send(aSample), 2, "--reason")
	requireLine(t, send("--reason", "r", "--url", "http://127.0.0.1:1/", aSample), 2, "--stack names the URL")
	at.set(func() { at.denied = map[string]bool{"PutLogEvents": true} })
	requireLine(t, send("--reason", "r", aSample), 2, "nothing was done")
	at.set(func() { at.denied = map[string]bool{} })
	if n := delivered(); n != 0 {
		t.Errorf("%d deliveries, though none had its audit line", n)
	}

	got := send("--reason", "a first try", aSample)
	wantSays(t, got, aSample+"  202 accepted")
	wantAudit(t, got, "send", "a first try", "all were taken")
	for deadline := time.Now().Add(10 * time.Second); delivered() == 0 && time.Now().Before(deadline); { // a function's lines come when they come
		time.Sleep(50 * time.Millisecond)
	}
	if n := delivered(); n != 1 {
		t.Errorf("%d deliveries, want one", n)
	}
	if lines := at.lines(); strings.Count(lines, `"reason":"a first try"`) != 2 || strings.Contains(lines, local.DefaultSecret) {
		t.Errorf("audit log:\n%s", lines)
	}

	t.Run("another secret", func(t *testing.T) {
		got := send("--reason", "r", "--secret", older, aSample)
		if got.code != 1 || !strings.Contains(got.stdout, "401 bad_signature") {
			t.Errorf("%+v, want 1 and a bad signature", got)
		}
		wantAudit(t, got, "send", "r", "not all were taken")
	})
	t.Run("a secret without a value", func(t *testing.T) {
		hold("")
		got := send("--reason", "r", aSample)
		if got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, "has no signing secret yet: make one by `argylectl secret rotate --stack "+fakeStack) {
			t.Errorf("%+v, want 1, what to do, and nothing sent", got)
		}
	})
}

func TestStatusOfAStackInAWS(t *testing.T) {
	at := stack(t)
	const account, user = "status-of-a-stack-account", "status-of-a-stack-user"
	sent(t, `{"event":"accounts.connected","name":"n","data":{"account":"`+account+`","user":"`+user+`"}}`, account)
	fake := newFakeAWS(t, oldSecret)
	outputs := map[string]string{"WebhookUrl": "w", "TableName": at.Table, "SecretArn": "s", "AuditLogGroup": "a", "UnroutedQueueUrl": "q"}
	for _, family := range []string{"Accounts", "Identities", "Paystubs", "Users"} {
		outputs[family+"QueueUrl"], outputs[family+"DeadLetterQueueUrl"] = "q", "q"
	}
	cloud := httptest.NewServer(describing{outputs: outputs, next: fake})
	t.Cleanup(cloud.Close)
	ask := func(args ...string) result {
		cmd := command(t.Context(), append([]string{"status", "--stack", fakeStack}, args...)...)
		cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL="+cloud.URL, "AWS_ENDPOINT_URL_DYNAMODB="+at.DynamoDBURL, "AWS_REGION=us-east-1",
			"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
		return finish(t, cmd)
	}
	wantSays(t, ask("--account", account), "user "+user+"\n", "connection: connected")
	requireLine(t, ask("--account", "nobody's"), 1, "no account nobody's")
	requireLine(t, ask("--account", account, "--table", "another"), 2, "--stack names the table")
	requireLine(t, ask("--account", account, "--local"), 2, "--stack names the table")
}

// TestOldDeadLettersAreNotDropped has a dead letter whose evidence the worker refuses: SQS would move it all the same.
func TestOldDeadLettersAreNotDropped(t *testing.T) {
	s := newDeadStack(t)
	s.put("AccountsDeadLetterQueue", "{\n  \"event\": \"accounts.connected\",\n  \"data\": {\"account\": \""+planted+"-e\",\n\t\"user\": \""+planted+"-u\"}\n}",
		time.Now().Add(-status.MaxEvidenceAge-time.Minute))
	s.wantDead("accounts", 1)
	wantSays(t, s.dlq("redrive", "accounts", "--dry-run"), "1 message would be moved", "1 of them would be dropped by the worker: received more than 28 days ago. Without --drop-late nothing is moved then.\n")

	shown := s.dlq("show", "accounts", "--reveal", "--reason", "r")
	_, body, _ := strings.Cut(shown.stdout, "  body      ")
	want := "{\n              \"event\": \"accounts.connected\",\n              \"data\": {\n                \"account\": \"" + planted + "-e\",\n                \"user\": \"" +
		planted + "-u\"\n              }\n            }\n"
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("the body that was revealed, -want +got:\n%s", diff)
	}

	requireLine(t, s.dlq("redrive", "accounts", "--reason", "r"), 1, "nothing was moved: 1 message received more than 28 days ago, and the worker will drop what is; with --drop-late all are moved")
	s.wantDead("accounts", 1)
	wantSays(t, s.dlq("redrive", "accounts", "--reason", "r", "--drop-late"), "1 message moved.\n")
	s.wantDead("accounts", 0)
}
