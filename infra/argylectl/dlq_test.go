package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/deadletters"
	"argyle-webhooks/infra/journey"
	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/status"
)

// What the tests' events say of people. No output may have it, unless it was asked to reveal it.
const planted = "planted-0195b3c1"

// A signed event of no use to the worker, one that no family takes, and one that the accounts family takes.
const (
	poisonEvent   = `{"event":"paystubs.added","name":"n","data":{"account":"` + planted + `-a","user":"` + planted + `-u","available_count":-1}}`
	unknownEvent  = `{"event":"accounts.frozen","name":"n","data":{"account":"` + planted + `-b","user":"` + planted + `-u"}}`
	sentOnAccount = planted + "-c"
	knownEvent    = `{"event":"accounts.connected","name":"n","data":{"account":"` + sentOnAccount + `","user":"` + planted + `-u"}}`
)

// deadStack is a local stack with dead letters.
type deadStack struct {
	*local.Test

	t *testing.T
}

func newDeadStack(t *testing.T) deadStack {
	t.Helper()
	return deadStack{local.StartForTest(t, local.Options{RetryAfter: time.Nanosecond}), t}
}

// dlq runs `argylectl dlq` on the stack and requires that nothing of a person is shown, unless it is to be revealed.
func (s deadStack) dlq(args ...string) result {
	s.t.Helper()
	got := argylectl(s.t, "", append(append([]string{"dlq"}, args...), "--local-url", s.URL())...)
	requireNothingOfAPerson(s.t, got, args...)
	return got
}

func requireNothingOfAPerson(t *testing.T, got result, args ...string) {
	t.Helper()
	revealed := got.stderr
	if !strings.Contains(strings.Join(args, " "), "--reveal") {
		revealed += got.stdout
	}
	if strings.Contains(revealed, planted) {
		t.Errorf("dlq %v shows something of a person: %+v", args, got)
	}
}

// wantDead waits until `dlq list` says that much is dead, and nothing on its way.
func (s deadStack) wantDead(family string, dead int) {
	s.t.Helper()
	want := deadletters.Count{Family: family, Dead: dead}
	var last result
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		last = s.dlq("list", "--json")
		var counts []deadletters.Count
		if err := json.Unmarshal([]byte(last.stdout), &counts); err != nil || last.code != 0 {
			s.t.Fatalf("%v: %+v", err, last)
		}
		for _, each := range counts {
			if each == want {
				return
			}
		}
	}
	s.t.Fatalf("want %+v, got %+v", want, last)
}

// deliver signs an event and delivers it to the front door.
func (s deadStack) deliver(body string) {
	s.t.Helper()
	got, err := journey.Post(s.t.Context(), s.WebhookURL(), local.DefaultSecret, []byte(body))
	if err != nil || got.Status != http.StatusAccepted {
		s.t.Fatalf("answered %+v, error %v", got, err)
	}
}

// put puts an event into a queue as the front door did at that time.
func (s deadStack) put(queueID, body string, receivedAt time.Time) {
	s.t.Helper()
	client := sqs.New(sqs.Options{
		BaseEndpoint: aws.String(s.SQSURL()), Region: backend.Region, Credentials: credentials.NewStaticCredentialsProvider(backend.AccessKey, backend.SecretKey, ""),
	})
	in := &sqs.SendMessageInput{QueueUrl: aws.String(s.QueueURL(queueID)), MessageBody: &body, MessageAttributes: map[string]types.MessageAttributeValue{}}
	for _, each := range (queue.Message{Body: []byte(body), Event: "an.event", RequestID: "a-request", ReceivedAt: receivedAt}).Attributes() {
		in.MessageAttributes[each.Name] = types.MessageAttributeValue{DataType: &each.Type, StringValue: &each.Value}
	}
	if _, err := client.SendMessage(s.t.Context(), in); err != nil {
		s.t.Fatal(err)
	}
}

// wantSays requires that all went well, and texts on standard output.
func wantSays(t *testing.T, got result, says ...string) {
	t.Helper()
	for _, each := range says {
		if got.code != 0 || !strings.Contains(got.stdout, each) {
			t.Errorf("%+v, want exit code 0 and %q", got, each)
		}
	}
}

// wantAudit requires two audit lines on standard error, of the beginning and of what came of it.
func wantAudit(t *testing.T, got result, command, reason, outcome string) {
	t.Helper()
	for _, each := range []string{`"command":"` + command + `"`, `"reason":"` + reason + `"`} {
		if strings.Count(got.stderr, each) != 2 {
			t.Errorf("audit lines without %s:\n%s", each, got.stderr)
		}
	}
	if begins, ends := strings.Index(got.stderr, `"outcome":"begins"`), strings.Index(got.stderr, `"outcome":"`+outcome+`"`); begins < 0 || ends < begins {
		t.Errorf("want the outcome %q:\n%s", outcome, got.stderr)
	}
}

// TestPoisonIsShownAndMoved follows a message that no worker can use, as one on call does.
func TestPoisonIsShownAndMoved(t *testing.T) {
	s := newDeadStack(t)
	wantSays(t, s.dlq("show", "paystubs"), "Nothing lies there.")
	s.deliver(poisonEvent)
	s.wantDead("paystubs", 1)
	wantSays(t, s.dlq("list"), "FAMILY", "paystubs    0        0          1\n", "unrouted    -        -          0\n")
	wantSays(t, s.dlq("show", "paystubs"), "event     paystubs.added\n", "by the gateway, request ", "why       ", "available_count")

	t.Run("revealed for a reason", func(t *testing.T) {
		requireLine(t, s.dlq("show", "paystubs", "--reveal"), 2, "--reason")
		got := s.dlq("show", "paystubs", "--reveal", "--reason", "case 4711")
		wantSays(t, got, "account   "+planted+"-a of user "+planted+"-u\n", `"available_count": -1`)
		wantAudit(t, got, "dlq show --reveal", "case 4711", "1 shown")
	})
	t.Run("a dry run", func(t *testing.T) {
		wantSays(t, s.dlq("redrive", "paystubs", "--dry-run"), "1 message would be moved, and nothing has been.\n", "1 of them would fail again: `argylectl dlq show paystubs --local-url ")
		s.wantDead("paystubs", 1)
	})
	taken := len(s.Taken("paystubs"))
	t.Run("no reason", func(t *testing.T) {
		requireLine(t, s.dlq("redrive", "paystubs"), 2, "--reason")
		s.wantDead("paystubs", 1)
	})
	if now := len(s.Taken("paystubs")); now != taken {
		t.Errorf("the worker took %d messages that should have stayed", now-taken)
	}
	t.Run("moved, and back", func(t *testing.T) {
		got := s.dlq("redrive", "paystubs", "--reason", "mended")
		wantSays(t, got, "1 message moved.\n")
		wantAudit(t, got, "dlq redrive", "mended", "1 moved, 0 left")
		s.wantDead("paystubs", 1)
		if now := len(s.Taken("paystubs")); now != taken+10 {
			t.Errorf("the worker took it %d times more, want the template's 10", now-taken)
		}
	})
}

// TestUnroutedIsSentOn has an event in the unrouted queue that an older version did not know.
func TestUnroutedIsSentOn(t *testing.T) {
	s := newDeadStack(t)
	at := time.Now().Add(-90 * time.Minute).Truncate(time.Millisecond)
	s.deliver(unknownEvent)
	s.put("UnroutedQueue", knownEvent, at)
	s.put("UnroutedQueue", strings.ReplaceAll(knownEvent, sentOnAccount, planted+"-d"), time.Now().Add(-status.MaxEvidenceAge-time.Minute))
	s.wantDead("unrouted", 3)
	wantSays(t, s.dlq("show", "unrouted"), "why       no family takes this event\n", "why       the accounts family takes it now: redrive it\n", "a worker drops it")
	wantSays(t, s.dlq("redrive", "unrouted", "--dry-run"), "1 message would be moved, and nothing has been.\n", "1 would stay: no family takes", "1 would stay: received more than 28 days ago")
	s.wantDead("unrouted", 3)
	wantSays(t, s.dlq("show", "unrouted", "--max", "2"), "No more than 2 are shown: `argylectl dlq list --local", " says how many lie there")
	got := s.dlq("redrive", "unrouted", "--reason", "v2 knows it")
	wantSays(t, got, "1 message moved.\n", "1 stay: no family takes their events.", "1 stay: received more than 28 days ago")
	wantAudit(t, got, "dlq redrive", "v2 knows it", "1 moved, 2 left")
	s.wantDead("unrouted", 2)

	account := s.account(sentOnAccount)
	if account.Connection == nil || account.Connection.At == nil || account.Connection.Status != "connected" {
		t.Fatalf("in the table: %+v", account)
	}
	if diff := cmp.Diff(status.Instant(at.UnixMilli()).String(), account.Connection.At.String()); diff != "" {
		t.Errorf("its receive time, -want +got:\n%s", diff)
	}
	wantSays(t, s.dlq("redrive", "unrouted", "--reason", "again"), "0 messages moved.\n")
}

// account waits for an account in the status table.
func (s deadStack) account(id string) (account status.AccountStatus) {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		got := argylectl(s.t, "", "status", "--dynamodb-url", s.DynamoDBURL(), "--account", id, "--json")
		if got.code != 0 {
			continue
		}
		if err := json.Unmarshal([]byte(got.stdout), &account); err != nil {
			s.t.Fatalf("%v: %+v", err, got)
		}
		return account
	}
	s.t.Fatalf("%s is not in the table", id)
	return account
}

func TestDeadLettersUsage(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"no family", []string{"show", "--local"}, "argylectl dlq show FAMILY"},
		{"unknown family", []string{"show", "loans", "--local"}, `there is no family "loans": say one of [accounts identities paystubs users ` + argyle.Unrouted},
		{"unknown family to move", []string{"redrive", "loans", "--local", "--reason", "r"}, `there is no family "loans"`},
		{"none to show", []string{"show", "users", "--local", "--max", "0"}, "--max 0"},
		{"no reason", []string{"redrive", "users", "--local"}, "--reason"},
		{"a reason of two lines", []string{"redrive", "users", "--local", "--reason", "a\nb"}, "--reason has a character"},
		{"no reason to reveal", []string{"show", "users", "--local", "--reveal"}, "--reason"},
		{"no stack", []string{"list"}, "--stack NAME"},
	} {
		t.Run(c.name, func(t *testing.T) { requireLine(t, argylectl(t, "", append([]string{"dlq"}, c.args...)...), 2, c.says) })
	}
}
