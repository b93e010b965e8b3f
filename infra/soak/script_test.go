package soak

import (
	"bytes"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/actual"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/queue"
)

const testSecret argyle.Secret = "made-up"

var start = time.Date(2026, 1, 29, 19, 0, 0, 0, time.UTC)

// long is a play with something of everything.
var long = sync.OnceValue(func() []delivery { return some(1, 100) })

// some is the first scenes of a seed.
func some(seed uint64, scenes int) []delivery {
	s := newScript(start, seed, 60, testSecret)
	var all []delivery
	for range scenes {
		all = append(all, s.scene()...)
	}
	return all
}

func TestASeedGivesTheSameJourneys(t *testing.T) {
	first, second, other := some(7, 10), some(7, 10), some(8, 10)
	if len(first) != len(second) {
		t.Fatalf("%d deliveries and then %d", len(first), len(second))
	}
	for i := range first {
		if !bytes.Equal(first[i].body, second[i].body) || first[i].signature != second[i].signature {
			t.Fatalf("delivery %d differs", i)
		}
	}
	if bytes.Equal(first[0].body, other[0].body) && bytes.Equal(first[1].body, other[1].body) {
		t.Error("another seed gives the same journeys")
	}
}

// TestJourneysHaveEverything looks for all that a trial needs: what the system knows of, each kind of trouble, and what must not be there.
func TestJourneysHaveEverything(t *testing.T) {
	seen := map[string]int{}
	bodies := map[string]int{}
	for _, d := range long() {
		bodies[string(d.body)]++
		if d.status != http.StatusAccepted {
			seen[d.reason]++
			continue
		}
		event, err := argyle.Parse(d.body)
		if err != nil {
			t.Fatalf("to be accepted, but %v", err)
		}
		_, known := argyle.Family(event.Name)
		if known != d.worker {
			t.Fatalf("%s: worker is %t", event.Name, d.worker)
		}
		if !known {
			seen["unrouted"]++
			continue
		}
		seen[event.Name]++
		seen["subscription "+event.Subscription]++
		payload, err := event.Payload()
		if err != nil {
			t.Fatalf("%v:\n%s", err, d.body)
		}
		if payload.Resource != nil {
			seen["resource"]++
		}
		if payload.Foreign {
			seen["foreign"]++
		}
	}
	wanted := append(argyle.Events(), "unrouted", "resource", "foreign", "missing_signature", "bad_signature", "not_an_event", "not_found", "too_large")
	for _, s := range subscriptions {
		wanted = append(wanted, "subscription "+s.name)
	}
	for _, what := range wanted {
		if seen[what] == 0 {
			t.Errorf("no %s", what)
		}
	}
	twice := 0
	for _, n := range bodies {
		if n > 1 {
			twice++
		}
	}
	if twice == 0 {
		t.Error("no body twice")
	}
}

// TestJourneysAreEvidenceToTheModel, for what no worker can use ends in a dead-letter queue.
func TestJourneysAreEvidenceToTheModel(t *testing.T) {
	var taken []model.Delivery
	for _, d := range long() {
		if d.worker {
			taken = append(taken, model.Delivery{Body: d.body, ReceivedAt: start.Add(time.Minute)})
		}
	}
	users, verdicts := model.Users(taken[:2000], model.Rules{Now: start.Add(time.Hour), Action: actual.Action})
	for i, verdict := range verdicts {
		if verdict != model.Counted {
			t.Fatalf("%s:\n%s", verdict, taken[i].Body)
		}
	}
	if len(users) == 0 {
		t.Error("no users")
	}
}

// TestRefusalsAreOfTheirKind asks the code of the front door, without its queue.
func TestRefusalsAreOfTheirKind(t *testing.T) {
	for _, d := range long() {
		_, signed := argyle.Verify(d.body, d.signature, []argyle.Secret{testSecret})
		_, parsed := argyle.Parse(d.body)
		large := len(d.body) > queue.MaxSize
		var right bool
		switch d.reason {
		case "accepted":
			right = signed == nil && parsed == nil && !large && d.path == ""
		case "missing_signature":
			right = errors.Is(signed, argyle.ErrMissingSignature)
		case "bad_signature":
			right = errors.Is(signed, argyle.ErrSignatureMismatch) || errors.Is(signed, argyle.ErrMalformedSignature)
		case "not_an_event":
			right = signed == nil && errors.Is(parsed, argyle.ErrNotAnEvent)
		case "too_large":
			right = signed == nil && parsed == nil && large
		case "not_found":
			right = d.path != ""
		}
		if !right {
			t.Fatalf("%d %s: signature: %v; body: %v, %d bytes", d.status, d.reason, signed, parsed, len(d.body))
		}
	}
}
