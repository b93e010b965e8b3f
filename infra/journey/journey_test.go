package journey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/status"
)

var start = time.Date(2026, time.February, 3, 10, 20, 30, 123_000_000, time.UTC)

// fold is what the workers make of the deliveries, each received a millisecond after the one before it.
func fold(t *testing.T, j Journey) (statuses []status.UserStatus, ended time.Time) {
	t.Helper()
	records := map[status.Key]status.Record{}
	received := j.Start
	for _, delivery := range j.Deliveries {
		received = received.Add(time.Millisecond)
		event, err := argyle.Parse(delivery.Body)
		if err != nil {
			t.Fatalf("%s of %s: %v", delivery.Event, delivery.Label, err)
		}
		evidence, notes, err := status.Evidence(event, received)
		if err != nil || len(notes) > 0 {
			t.Fatalf("%s of %s: evidence with notes %v, error %v", delivery.Event, delivery.Label, notes, err)
		}
		for _, record := range evidence {
			stored, ok := records[record.Key]
			if !ok {
				stored = status.Record{Key: record.Key}
			}
			records[record.Key] = status.Merge(stored, record)
		}
	}
	for _, character := range j.Cast {
		var accounts []status.Record
		for _, account := range character.Accounts {
			if record, ok := records[status.Key{User: character.User, Account: account}]; ok {
				accounts = append(accounts, record)
			}
		}
		user, ok := records[status.Key{User: character.User}]
		if !ok {
			user = status.Record{Key: status.Key{User: character.User}}
		}
		statuses = append(statuses, status.OfUser(user, accounts))
	}
	return statuses, received
}

func TestAnyOrderEndsInTheExpectedStatus(t *testing.T) {
	for seed := range uint64(200) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			j := New(start, seed)
			statuses, ended := fold(t, j)
			requireExpected(t, j, ended, statuses)
		})
	}
}

func TestASeedGivesOnePlay(t *testing.T) {
	a, b := New(start, 7), New(start, 7)
	same := func(x, y Delivery) bool { return bytes.Equal(x.Body, y.Body) }
	if !slices.EqualFunc(a.Deliveries, b.Deliveries, same) {
		t.Error("the same seed gave two different plays")
	}
	if c := New(start, 8); slices.EqualFunc(a.Deliveries, c.Deliveries, same) {
		t.Error("two seeds gave the same play")
	}
}

func TestLoginsKeepTheirOrder(t *testing.T) {
	for seed := range uint64(200) {
		last := map[string]string{}
		for _, delivery := range New(start, seed).Deliveries {
			if delivery.login && delivery.Event == "accounts.failed" && last[delivery.Account] == "accounts.connected" {
				t.Fatalf("seed %d: a failed login of %s came after its success", seed, delivery.Label)
			}
			if delivery.login {
				last[delivery.Account] = delivery.Event
			}
		}
	}
}

func TestEveryKindOfEventIsPlayed(t *testing.T) {
	played := map[string]bool{}
	for _, delivery := range New(start, 1).Deliveries {
		played[delivery.Event] = true
	}
	for _, event := range []string{
		"accounts.added", "accounts.updated", "accounts.removed", "accounts.connected", "accounts.failed",
		"paystubs.added", "paystubs.updated", "paystubs.partially_synced", "paystubs.fully_synced",
		"identities.added", "identities.updated", "profiles.added", "profiles.updated", "users.fully_synced",
	} {
		if !played[event] {
			t.Errorf("the play has no %s", event)
		}
	}
}

func TestDeliveriesAreWrittenAsArgyleWritesThem(t *testing.T) {
	j := New(start, 1)
	again := 0
	for _, delivery := range j.Deliveries {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, delivery.Body, "", "  "); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(pretty.Bytes(), delivery.Body) {
			t.Errorf("%s of %s is not indented by two spaces without a newline at the end", delivery.Event, delivery.Label)
		}
		if delivery.Again {
			again++
		}
	}
	if again == 0 {
		t.Error("nothing is delivered twice")
	}
}
