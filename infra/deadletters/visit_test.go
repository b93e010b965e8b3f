package deadletters

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/deployed"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
	"argyle-webhooks/shared/status"
)

func TestALookLeavesEverythingForOthers(t *testing.T) {
	o := newOffice(t)
	dead := o.stack.DeadLetterQueues[argyle.FamilyPaystubs]
	var bodies []string
	for range 23 { // three calls' worth
		bodies = append(bodies, poison)
	}
	o.put(dead, time.Now(), bodies...)
	for _, c := range []struct{ limit, want int }{{1, 1}, {12, 12}, {23, 23}, {1000, 23}, {0, 23}} {
		seen := map[string]bool{}
		if err := o.Look(t.Context(), argyle.FamilyPaystubs, c.limit, func(each Letter) { seen[each.ID] = true }); err != nil || len(seen) != c.want {
			t.Errorf("at most %d: saw %d, error %v; want %d", c.limit, len(seen), err, c.want)
		}
	}
	o.wantLies(dead, bodies...)
}

func TestALetterSaysWhyItFails(t *testing.T) {
	o := newOffice(t)
	now, late := time.Now(), time.Now().Add(-status.MaxEvidenceAge-time.Minute)
	for _, c := range []struct {
		name, body, event, account string
		received                   time.Time
		fails                      bool
		err                        error
	}{
		{"nothing wrong", good, "accounts.added", "a-1", now, false, nil},
		{"too old", good, "accounts.added", "a-1", late, true, queue.ErrTooOld},
		{"of no use", poison, "paystubs.added", "a-3", now, true, nil},
		{"no event", "{", "an.event", "", now, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dead := o.stack.DeadLetterQueues[argyle.FamilyAccounts]
			o.put(dead, c.received, c.body)
			var got []Letter
			err := o.visit(t.Context(), dead, 0, func(each Letter) (bool, error) { got = append(got, each); return true, nil })
			if err != nil || len(got) != 1 {
				t.Fatalf("%d letters, error %v", len(got), err)
			}
			letter := got[0]
			if (letter.Err != nil) != c.fails || (c.err != nil && !errors.Is(letter.Err, c.err)) || (letter.Err != nil && strings.Contains(letter.Err.Error(), "a-")) {
				t.Errorf("fails by %v", letter.Err)
			}
			want := []any{c.event, c.account, c.body, millis(c.received), "a-request", 1, true}
			is := []any{letter.Event, letter.Account, string(letter.Body), millis(letter.ReceivedAt), letter.RequestID, letter.Receives, now.Sub(letter.Sent).Abs() < time.Minute}
			if diff := cmp.Diff(want, is); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// SQS may deliver a message twice: the second copy is not seen again, what else came with it is, and all are given back.
func TestAMessageThatComesTwiceIsSeenOnce(t *testing.T) {
	o := newOffice(t)
	received := func(ids ...string) string {
		var messages []string
		for _, id := range ids {
			messages = append(messages, fmt.Sprintf(`{"MessageId": %q, "ReceiptHandle": "handle-of-%[1]s", "Body": "{}"}`, id))
		}
		return `{"Messages": [` + strings.Join(messages, ",") + `]}`
	}
	answers := []string{received("1", "2"), received("2", "3"), received("1"), received("4"), received()}
	o.answers["ReceiveMessage"] = func(request string) (int, string) {
		if !strings.Contains(request, `"VisibilityTimeout":600`) || !strings.Contains(request, `"WaitTimeSeconds":1`) {
			t.Errorf("received by %s: want all servers asked, and nobody else to receive it meanwhile", request)
		}
		answer := answers[0]
		answers = answers[1:]
		return http.StatusOK, answer
	}
	var back []string
	o.answers["ChangeMessageVisibilityBatch"] = func(request string) (int, string) {
		back = append(back, request)
		return http.StatusOK, `{"Successful": [], "Failed": []}`
	}
	var seen []string
	if err := o.Look(t.Context(), argyle.FamilyPaystubs, 1000, func(each Letter) { seen = append(seen, each.ID) }); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"1", "2", "3", "4"}, seen); diff != "" { // a call with nothing new does not end it
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(back) != 1 || strings.Count(back[0], "handle-of-") != 4 || strings.Count(back[0], `"VisibilityTimeout":0`) != 4 {
		t.Errorf("given back by %v", back)
	}
}

// What cannot be given back is not there for the redrive that follows; what is back already is.
func TestSomeAreNotGivenBack(t *testing.T) {
	for code, says := range map[string]string{
		"AWS.SimpleQueueService.MessageNotInflight": "",
		"InternalError": "1 of the messages that were looked at come back to http",
	} {
		o := newOffice(t)
		o.put(o.stack.DeadLetterQueues[argyle.FamilyPaystubs], time.Now(), poison, poison)
		o.answers["ChangeMessageVisibilityBatch"] = func(string) (int, string) {
			return http.StatusOK, `{"Successful": [], "Failed": [{"Id": "0", "Code": "` + code + `", "SenderFault": true}]}`
		}
		err := o.Look(t.Context(), argyle.FamilyPaystubs, 10, func(Letter) {})
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want %q", code, err, says)
		}
	}
}

// In a queue with so many messages that the first are back before the last were seen, a visit ends with a word and not as if it had seen all.
func TestTooManyToSee(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := `{"Messages": [{"MessageId": "1", "ReceiptHandle": "h", "Body": "{}"}]}`
		client := sqs.New(sqs.Options{Region: "us-east-1", HTTPClient: answering(func(r *http.Request) string {
			time.Sleep(time.Minute)
			if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "ReceiveMessage") {
				return answer
			}
			return `{"Successful": [], "Failed": []}`
		}), Credentials: aws.AnonymousCredentials{}})
		letters := &Letters{client: client, stack: &deployed.Stack{Queues: map[string]string{argyle.Unrouted: "http://aws.test/q"}}}
		if err := letters.Look(t.Context(), argyle.Unrouted, 0, func(Letter) {}); !errors.Is(err, errNotAll) {
			t.Errorf("error %v", err)
		}
	})
}

// answering is the way to an SQS that is not there.
type answering func(*http.Request) string

func (a answering) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(a(r))), Request: r,
	}, nil
}

func TestTroubleWithAQueueIsSaid(t *testing.T) {
	for operation, says := range map[string]string{
		"ReceiveMessage": "receiving from http", "ChangeMessageVisibilityBatch": "come back to http", "GetQueueAttributes": "looking at the queue http",
	} {
		t.Run(operation, func(t *testing.T) {
			o := newOffice(t)
			o.put(o.stack.DeadLetterQueues[argyle.FamilyPaystubs], time.Now(), poison)
			o.answers[operation] = refused
			err := o.Look(t.Context(), argyle.FamilyPaystubs, 10, func(Letter) {})
			if operation == "GetQueueAttributes" {
				_, err = o.Count(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "u-3") {
				t.Errorf("error %v, want one with %q", err, says)
			}
		})
	}
}

func TestCount(t *testing.T) {
	o := newOffice(t)
	o.put(o.stack.Queues[argyle.FamilyAccounts], time.Now(), good, good, good)
	if _, err := o.plain.ReceiveMessage(t.Context(), receiveOne(o.stack.Queues[argyle.FamilyAccounts])); err != nil {
		t.Fatal(err)
	}
	o.put(o.stack.DeadLetterQueues[argyle.FamilyPaystubs], time.Now(), poison, poison)
	o.put(o.stack.Queues[argyle.Unrouted], time.Now(), nobody, nobody)
	if _, err := o.plain.ReceiveMessage(t.Context(), receiveOne(o.stack.Queues[argyle.Unrouted])); err != nil { // one that somebody looks at is there too
		t.Fatal(err)
	}
	got, err := o.Count(t.Context())
	want := []Count{{Family: "accounts", Waiting: 2, InFlight: 1}, {Family: "paystubs", Dead: 2}, {Family: "unrouted", Dead: 2}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, -want +got:\n%s", err, diff)
	}
}

func TestUnknownFamily(t *testing.T) {
	o := newOffice(t)
	const says = `there is no family "loans": say one of [accounts paystubs], or unrouted`
	if err := o.Look(t.Context(), "loans", 1, func(Letter) {}); err == nil || err.Error() != says {
		t.Errorf("look: %v", err)
	}
	if _, err := o.Redrive(t.Context(), "loans", ignored); err == nil || err.Error() != says {
		t.Errorf("redrive: %v", err)
	}
}
