package model_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/infra/model"
	"argyle-webhooks/infra/model/journeys"
	"argyle-webhooks/shared/status"
)

// A step is one delivery of a short journey: the event, when it was received, counted from the journey's start, and what its data has
// beside account and user.
type step struct {
	event string
	after time.Duration
	more  string
}

// shortJourneys are what accounts go through, in up to seven events each, chosen so that every event bears on another's result.
var shortJourneys = map[string][]step{
	"connect and sync": {
		{"accounts.added", 0, ``},
		{"accounts.connected", 9 * time.Second, ``},
		{"accounts.updated", 20 * time.Second, resource("10", `"connection": {"status": "connected", "updated_at": "@09.000412Z"}`)},
		{"identities.added", 21 * time.Second, `, "identity": "identity-1"`},
		{"paystubs.partially_synced", 30 * time.Second, `, "available_count": "9", "days_synced": "98"`},
		{"paystubs.fully_synced", 40 * time.Second, `, "available_count": 26, "available_from": "2024-03-28T00:00:00Z"`},
		{"users.fully_synced", 39 * time.Second, `, "resource": {"id": "user-1", "accounts_connected": ["account-1"], "external_id": "x"}`},
	},
	"a late failure and a disconnection": {
		{"accounts.failed", 5 * time.Second, `, "error_code": "mfa_timeout", "error_message": null`},
		{"accounts.connected", 9 * time.Second, ``},
		{"accounts.connected", 9 * time.Second, resource("09", `"connection": {"status": "error", "error_code": "auth_required", "updated_at": "@09Z"}`)},
		{"accounts.updated", 12 * time.Second, resource("11.0001", `"connection": {"status": "connecting", "updated_at": "@10Z"}`)},
		{"accounts.updated", 12 * time.Second, resource("11.0009", `"connection": {"status": "error", "error_code": "auth_required", "updated_at": "@10.0004Z"}`)},
		{"accounts.failed", 11 * time.Second, `, "error_code": "invalid_mfa"`},
		{"accounts.updated", 50 * time.Second, ``},
	},
	"counts that disagree": {
		{"paystubs.partially_synced", 30 * time.Second, `, "available_count": 9, "days_synced": 30`},
		{"paystubs.partially_synced", 20 * time.Second, `, "available_count": 8, "days_synced": 98`},
		{"accounts.updated", 31 * time.Second, resource("30", `"availability": {"paystubs": {"status": "in_progress", "updated_at": "@29Z", "available_count": 8}}`)},
		{"accounts.updated", 32 * time.Second, resource("30", `"availability": {"payouts": {"status": "synced", "updated_at": "@29.0003Z", "available_count": 0}}`)},
		{"accounts.updated", 33 * time.Second, resource("31", `"availability": {"paystubs": {"status": "in_progress", "updated_at": "@30Z"}}`)},
		{"paystubs.added", 30 * time.Second, `, "available_count": 10`},
		{"paystubs.updated", 30 * time.Second, `, "available_count": 9, "available_from": null`},
	},
	"ties of one moment": {
		{"accounts.failed", 9 * time.Second, `, "error_code": "mfa_timeout", "error_message": "a<b"`},
		{"accounts.failed", 9 * time.Second, `, "error_code": "mfa_timeout", "error_message": "a=b"`},
		{"accounts.updated", 9 * time.Second, resource("08", `"item": null, "source": "payroll_1", "scanned_at": "@07Z"`)},
		{"accounts.updated", 9 * time.Second, resource("08", `"item": "item_1", "employers": []`)},
		{"identities.added", 9 * time.Second, `, "identity": "identity-10"`},
		{"identities.updated", 9 * time.Second, `, "identity": "identity-9"`},
		{"users.fully_synced", 9 * time.Second, `, "resource": {"id": "user-1", "external_id": null}`},
	},
	"removed in the middle": {
		{"accounts.removed", 30 * time.Second, ``},
		{"accounts.added", 0, ``},
		{"accounts.updated", 40 * time.Second, resource("39", `"connection": {"status": "connected", "updated_at": "@09Z"}`)},
		{"accounts.removed", 20 * time.Second, ``},
		{"paystubs.added", 50 * time.Second, `, "available_count": 10`},
		{"users.fully_synced", 60 * time.Second, `, "resource": {"id": "user-1", "accounts_connected": ["account-1"]}`},
		{"profiles.updated", 61 * time.Second, `, "profile": "4334r6e"`},
	},
	"API v1": {
		{"accounts.added", 10 * time.Second, ``},
		{"accounts.connected", 11 * time.Second, ``},
		{"profiles.added", 12 * time.Second, `, "profile": "4334r6e"`},
		{"profiles.updated", 12 * time.Second, `, "profile": "1111"`},
		{"users.fully_synced", 10 * time.Second, `, "resource": {"id": "user-1", "data_providers_connected": ["p"]}`},
		{"users.fully_synced", 9 * time.Second, `, "resource": {"id": "user-1", "accounts_connected": [], "external_id": "x"}`},
	},
}

// start is when the short journeys begin.
var start = now.Add(-time.Hour)

// resource writes the resource of account-1 with some second of the journey's first minute as its time; an @ in more stands for that minute.
func resource(second, more string) string {
	return fmt.Sprintf(`, "resource": {"id": "account-1", "user": "user-1", "updated_at": "@%sZ", %s}`, second, more)
}

// delivery makes a step's body and time.
func (s step) delivery() model.Delivery {
	body := fmt.Sprintf(`{"event": %q, "name": "short", "data": {"account": "account-1", "user": "user-1"%s}}`, s.event, s.more)
	minute := start.Truncate(time.Minute).Format("2006-01-02T15:04:")
	return model.Delivery{Body: []byte(strings.ReplaceAll(body, "@", minute)), ReceivedAt: start.Truncate(time.Minute).Add(s.after)}
}

// TestEveryOrderOfShortJourneys delivers short journeys, those above and some drawn, in each order that there is.
func TestEveryOrderOfShortJourneys(t *testing.T) {
	total := 0
	check := func(name string, journey []model.Delivery) {
		t.Run(name, func(t *testing.T) {
			orders := deliverEveryOrder(t, journey)
			if want := factorial(len(journey)); orders < want {
				t.Errorf("%d orders of %d events were tried, not %d", orders, len(journey), want)
			}
			total += orders
		})
	}
	for _, name := range slices.Sorted(maps.Keys(shortJourneys)) {
		var journey []model.Delivery
		for _, step := range shortJourneys[name] {
			delivery := step.delivery()
			if _, verdict := prove(delivery); verdict != model.Counted {
				t.Fatalf("%s: a step is %s: %s", name, verdict, delivery.Body)
			}
			journey = append(journey, delivery)
		}
		check(name, journey)
	}
	for seed := range uint64(10) {
		world := journeys.World{Now: now, Users: []string{"user-1"}, Accounts: []string{"account-1"}, Events: model.Events(), Still: true}
		check(fmt.Sprintf("drawn from %d", seed), world.Journey(rand.New(rand.NewPCG(seed, 7)), 7))
	}
	t.Logf("%d orders", total)
}

// deliverEveryOrder merges the evidence of a journey in each order and compares each result. It returns the number of different orders.
func deliverEveryOrder(t *testing.T, journey []model.Delivery) int {
	t.Helper()
	want, _ := model.Users(journey, rules)
	evidence := make([][]status.Record, len(journey))
	order := make([]byte, len(journey))
	for i, delivery := range journey {
		evidence[i], _ = prove(delivery)
		order[i] = byte(i)
	}
	tried := map[string]bool{}
	right := map[string]bool{} // Results that were found to be the model's, so that each is decoded once.
	permute(order, func() {
		tried[string(order)] = true
		s := newSystem()
		for _, i := range order {
			s.merge(evidence[i])
		}
		result, err := json.Marshal(s.statuses())
		if err != nil {
			t.Fatalf("writing a status: %v", err)
		}
		if right[string(result)] {
			return
		}
		if got := s.users(t); !cmp.Equal(want, got) {
			t.Fatalf("in the order %d the system is not what the model says:\n%s\nof the deliveries:\n%s", order, differences(want, got), show(journey))
		}
		right[string(result)] = true
	})
	return len(tried)
}

// permute calls visit once with each order of a list, by Heap's algorithm.
func permute(order []byte, visit func()) {
	var generate func(n int)
	generate = func(n int) {
		if n <= 1 {
			visit()
			return
		}
		for i := range n {
			generate(n - 1)
			swap := 0
			if n%2 == 0 {
				swap = i
			}
			order[swap], order[n-1] = order[n-1], order[swap]
		}
	}
	generate(len(order))
}

func factorial(n int) int {
	if n < 2 {
		return 1
	}
	return n * factorial(n-1)
}
