package model_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/model"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
)

// now is the moment by which ages are judged.
var now = time.Date(2026, 1, 29, 19, 27, 20, 0, time.UTC)

// rules gives the model the one thing that it does not state itself: the table of error codes.
var rules = model.Rules{Now: now, Action: func(code string) string {
	record := status.Record{Signalled: &status.Signalled{Status: "error", ErrorCode: code, ReceivedAt: 1}}
	return string(record.Status(status.Record{}).Connection.Action)
}}

// A system is the real thing without its queues and its table: it takes deliveries one after the other and merges what they prove.
type system struct {
	records map[status.Key]status.Record
}

func newSystem() *system { return &system{map[status.Key]status.Record{}} }

// prove returns the evidence of a delivery and what becomes of it, as the front door and the workers decide.
func prove(delivery model.Delivery) ([]status.Record, model.Verdict) {
	event, err := argyle.Parse(delivery.Body)
	if err != nil {
		return nil, model.NotAnEvent
	}
	if _, known := argyle.Family(event.Name); !known {
		return nil, model.Unrouted
	}
	evidence, _, err := status.Evidence(event, delivery.ReceivedAt)
	switch {
	case errors.Is(err, status.ErrUnusable):
		return nil, model.Unusable
	case err != nil:
		panic(err)
	case now.Sub(delivery.ReceivedAt) > status.MaxEvidenceAge:
		return nil, model.Expired
	}
	return evidence, model.Counted
}

// deliver takes a batch: as a worker does, it folds the batch's evidence per record and then merges each once.
func (s *system) deliver(batch ...model.Delivery) {
	folded := map[status.Key]status.Record{}
	for _, delivery := range batch {
		evidence, _ := prove(delivery)
		for _, record := range evidence {
			folded[record.Key] = status.Merge(folded[record.Key], record)
		}
	}
	s.merge(slices.Collect(maps.Values(folded)))
}

// merge stores evidence, one record after the other.
func (s *system) merge(evidence []status.Record) {
	for _, record := range evidence {
		s.records[record.Key] = status.Merge(s.records[record.Key], record)
	}
}

// statuses returns the status of every user.
func (s *system) statuses() map[string]status.UserStatus {
	accounts := map[string][]status.Record{}
	owners := map[string]status.Record{}
	for key, record := range s.records {
		if _, there := owners[key.User]; !there {
			owners[key.User] = status.Record{Key: status.Key{User: key.User}}
		}
		if key.Account == "" {
			owners[key.User] = record
		} else {
			accounts[key.User] = append(accounts[key.User], record)
		}
	}
	users := map[string]status.UserStatus{}
	for user, owner := range owners {
		users[user] = status.OfUser(owner, accounts[user])
	}
	return users
}

// users returns the status of every user as decoded JSON, without what the store adds.
func (s *system) users(t fataler) map[string]any {
	users := map[string]any{}
	for user, view := range s.statuses() {
		users[user] = decoded(t, view)
	}
	return users
}

// decoded returns a status as encoding/json decodes it into an any, without updated_at and revision.
func decoded(t fataler, view status.UserStatus) any {
	text, err := json.Marshal(view)
	if err != nil {
		t.Fatalf("writing a status: %v", err)
	}
	var user map[string]any
	if err := json.Unmarshal(text, &user); err != nil {
		t.Fatalf("reading a status: %v", err)
	}
	for _, account := range user["accounts"].([]any) {
		delete(account.(map[string]any), "updated_at")
		delete(account.(map[string]any), "revision")
	}
	return user
}

// A fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// compare fails unless the system shows what the model says of the deliveries.
func compare(t fataler, s *system, deliveries []model.Delivery) {
	t.Helper()
	want, _ := model.Users(deliveries, rules)
	got := s.users(t)
	if !cmp.Equal(want, got) {
		t.Fatalf("the system is not what the model says:\n%s\nof the deliveries:\n%s", differences(want, got), show(deliveries))
	}
}

// differences lists the leaves in which two statuses differ, each with its path.
func differences(want, got any) string {
	var reporter leaves
	cmp.Equal(want, got, cmp.Reporter(&reporter))
	return strings.Join(reporter.lines, "\n")
}

// leaves is a cmp reporter that writes one line for a difference.
type leaves struct {
	path  cmp.Path
	lines []string
}

func (l *leaves) PushStep(step cmp.PathStep) { l.path = append(l.path, step) }
func (l *leaves) PopStep()                   { l.path = l.path[:len(l.path)-1] }
func (l *leaves) Report(result cmp.Result) {
	if result.Equal() {
		return
	}
	var where strings.Builder
	for _, step := range l.path {
		if _, typed := step.(cmp.TypeAssertion); !typed {
			where.WriteString(step.String())
		}
	}
	want, got := l.path.Last().Values()
	l.lines = append(l.lines, fmt.Sprintf("%s: the model says %v, the system %v", where.String(), want, got))
}

// show lists deliveries for a person, each body on one line.
func show(deliveries []model.Delivery) string {
	var text []byte
	for _, delivery := range deliveries {
		_, verdict := prove(delivery)
		text = append(text, delivery.ReceivedAt.UTC().Format("2006-01-02T15:04:05.000000Z ")+string(verdict)+" "...)
		var value any
		if json.Unmarshal(delivery.Body, &value) == nil {
			body, _ := json.Marshal(value) // It was JSON a moment ago.
			text = append(text, body...)
		} else {
			text = append(text, delivery.Body...)
		}
		text = append(text, '\n')
	}
	return string(text)
}

func TestCatalogue(t *testing.T) {
	if diff := cmp.Diff(argyle.Events(), model.Events()); diff != "" {
		t.Errorf("the model knows other events than the system (-system +model):\n%s", diff)
	}
}
