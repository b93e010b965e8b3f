package deadletters

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
)

// ignored is a progress that nobody watches.
func ignored(int, int) {}

// wantLies requires what anyone can receive from a queue.
func (o *office) wantLies(url string, want ...string) {
	o.t.Helper()
	got, _ := o.lies(url)
	if diff := cmp.Diff(want, got); diff != "" {
		o.t.Errorf("in %s, -want +got:\n%s", url[strings.LastIndex(url, "/")+1:], diff)
	}
}

func TestUnroutedGoesOnToTheFamiliesThatTakeIt(t *testing.T) {
	o := newOffice(t)
	unrouted, accounts := o.stack.Queues[argyle.Unrouted], o.stack.Queues[argyle.FamilyAccounts]
	at := time.Now().Add(-time.Hour)
	o.put(unrouted, at, good, nobody)
	o.put(unrouted, time.Now().Add(-status.MaxEvidenceAge-time.Minute), poison)
	var told [][2]int
	got, err := o.Redrive(t.Context(), argyle.Unrouted, func(moved, total int) { told = append(told, [2]int{moved, total}) })
	if diff := cmp.Diff(Redriven{Moved: 1, Left: 1, Late: 1}, got); err != nil || diff == "" && len(told) != 1 || diff != "" {
		t.Errorf("error %v, progress %v, -want +got:\n%s", err, told, diff)
	}
	bodies, received := o.lies(accounts)
	if diff := cmp.Diff([][]string{{good}, {millis(at)}}, [][]string{bodies, received}); diff != "" {
		t.Errorf("sent on, with its receive time, -want +got:\n%s", diff)
	}
	o.wantLies(unrouted, nobody, poison)
}

func TestARefusedSendLosesNothing(t *testing.T) {
	o := newOffice(t)
	unrouted := o.stack.Queues[argyle.Unrouted]
	o.put(unrouted, time.Now(), good, good, good)
	sends := 0
	o.answers["SendMessage"] = func(request string) (int, string) {
		sends++
		if sends == 2 {
			return refused(request)
		}
		return 0, ""
	}
	got, err := o.Redrive(t.Context(), argyle.Unrouted, ignored)
	if err == nil || !strings.Contains(err.Error(), "on: ") || strings.Contains(err.Error(), "a-1") || got.Moved != 1 {
		t.Errorf("moved %d, error %v; want 1 and an error without the message's text", got.Moved, err)
	}
	o.wantLies(unrouted, good, good)
	o.wantLies(o.stack.Queues[argyle.FamilyAccounts], good)
}

func TestAMessageThatCannotBeDeletedIsInBothQueues(t *testing.T) {
	o := newOffice(t)
	unrouted := o.stack.Queues[argyle.Unrouted]
	o.put(unrouted, time.Now(), good)
	o.answers["DeleteMessage"] = refused
	if _, err := o.Redrive(t.Context(), argyle.Unrouted, ignored); err == nil || !strings.Contains(err.Error(), "is in both queues") {
		t.Errorf("error %v", err)
	}
	o.wantLies(unrouted, good)
	o.wantLies(o.stack.Queues[argyle.FamilyAccounts], good)
}

func TestAnInterruptedSendGivesBackWhatItHeld(t *testing.T) {
	o := newOffice(t)
	unrouted := o.stack.Queues[argyle.Unrouted]
	o.put(unrouted, time.Now(), good, good, good)
	ctx, interrupt := context.WithCancel(t.Context())
	got, err := o.Redrive(ctx, argyle.Unrouted, func(int, int) { interrupt() })
	if err == nil {
		t.Error("no error, though it was interrupted")
	}
	// The first was sent on; whether its deletion came through is open: it is in both queues then.
	left, _ := o.lies(unrouted)
	if there, _ := o.lies(o.stack.Queues[argyle.FamilyAccounts]); got.Moved != 1 || len(there) != 1 || len(left) < 2 {
		t.Errorf("moved %d, sent on %d, left %d of 3", got.Moved, len(there), len(left))
	}
}

func TestDeadLettersGoBackToTheirQueue(t *testing.T) {
	o := newOffice(t)
	dead := o.stack.DeadLetterQueues[argyle.FamilyPaystubs]
	at := time.Now().Add(-time.Hour)
	o.put(dead, at, poison, poison)
	got, err := o.Redrive(t.Context(), argyle.FamilyPaystubs, ignored)
	if err != nil || got != (Redriven{Moved: 2}) {
		t.Errorf("%+v, error %v", got, err)
	}
	bodies, received := o.lies(o.stack.Queues[argyle.FamilyPaystubs])
	if diff := cmp.Diff([][]string{{poison, poison}, {millis(at), millis(at)}}, [][]string{bodies, received}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	o.wantLies(dead)
}

// A move task of SQS's own that goes wrong, as ListMessageMoveTasks tells of it.
func TestAMoveThatGoesWrong(t *testing.T) {
	listed := func(task string) func(string) (int, string) {
		return func(string) (int, string) { return http.StatusOK, `{"Results": [` + task + `]}` }
	}
	for _, c := range []struct {
		name, operation string
		answer          func(string) (int, string)
		moved           int
		says            string
	}{
		{
			"failed", "ListMessageMoveTasks", listed(`{"Status": "FAILED", "StartedTimestamp": 2, "FailureReason": "AWS.SimpleQueueService.NonExistentQueue", "ApproximateNumberOfMessagesMoved": 3}`),
			3, "SQS could not move all messages: AWS.SimpleQueueService.NonExistentQueue",
		},
		{"cancelled by another", "ListMessageMoveTasks", listed(`{"Status": "CANCELLED", "StartedTimestamp": 2, "ApproximateNumberOfMessagesMoved": 2}`), 2, "was cancelled; what was moved stays moved"},
		{"not known", "ListMessageMoveTasks", listed(""), 0, "SQS knows nothing of the move"},
		{
			"not listed beside the one before it", "ListMessageMoveTasks",
			listed(`{"Status": "COMPLETED", "StartedTimestamp": 1, "ApproximateNumberOfMessagesMoved": 8}`), 0, "SQS knows nothing of the move",
		},
		{"not to be seen", "ListMessageMoveTasks", refused, 0, "how far cannot be seen"},
		{"not begun", "StartMessageMoveTask", refused, 0, "starting to move the messages"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			begun := false
			o.answers["StartMessageMoveTask"] = func(string) (int, string) {
				begun = true
				return http.StatusOK, `{"TaskHandle": "made-up"}`
			}
			o.answers[c.operation] = c.answer
			if answer := o.answers["ListMessageMoveTasks"]; answer != nil {
				o.answers["ListMessageMoveTasks"] = func(request string) (int, string) {
					if !begun { // another move, which is over
						return http.StatusOK, `{"Results": [{"Status": "COMPLETED", "StartedTimestamp": 1, "ApproximateNumberOfMessagesMoved": 8}]}`
					}
					return answer(request)
				}
			}
			got, err := o.Redrive(t.Context(), argyle.FamilyPaystubs, ignored)
			if err == nil || !strings.Contains(err.Error(), c.says) || got.Moved != c.moved {
				t.Errorf("moved %d, error %v; want %d, %q", got.Moved, err, c.moved, c.says)
			}
		})
	}
}

func TestAnInterruptCancelsTheMove(t *testing.T) {
	for name, c := range map[string]struct {
		cancelled func(string) (int, string)
		says      string
	}{
		"cancelled":     {func(string) (int, string) { return http.StatusOK, `{"ApproximateNumberOfMessagesMoved": 5}` }, "interrupted; what was moved stays moved"},
		"not cancelled": {refused, "the move goes on in SQS: it could not be cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			begun := false
			o.answers["StartMessageMoveTask"] = func(string) (int, string) {
				begun = true
				return http.StatusOK, `{"TaskHandle": "made-up-handle"}`
			}
			o.answers["ListMessageMoveTasks"] = func(string) (int, string) {
				if !begun {
					return http.StatusOK, `{"Results": []}`
				}
				return http.StatusOK, `{"Results": [{"Status": "RUNNING", "StartedTimestamp": 2, "ApproximateNumberOfMessagesMoved": 4, "ApproximateNumberOfMessagesToMove": 9}]}`
			}
			o.answers["CancelMessageMoveTask"] = func(request string) (int, string) {
				if !strings.Contains(request, "made-up-handle") {
					t.Errorf("cancels %s", request)
				}
				return c.cancelled(request)
			}
			ctx, interrupt := context.WithCancel(t.Context())
			got, err := o.Redrive(ctx, argyle.FamilyPaystubs, func(moved, total int) {
				if moved != 4 || total != 9 {
					t.Errorf("progress %d of %d", moved, total)
				}
				interrupt()
			})
			if err == nil || !strings.Contains(err.Error(), c.says) || got.Moved != 4 || o.called("CancelMessageMoveTask") != 1 {
				t.Errorf("moved %d, error %v, cancelled %d times; want 4, %q, once", got.Moved, err, o.called("CancelMessageMoveTask"), c.says)
			}
		})
	}
}
