package argyle_test

import (
	"errors"
	"testing"

	"argyle-webhooks/shared/argyle"
)

// What follows was found missing by infra/mutants.

func TestVerifyTellsLongSignaturesApart(t *testing.T) {
	if _, err := argyle.Verify([]byte(body), signedByFirst+"00", []argyle.Secret{"first"}); !errors.Is(err, argyle.ErrMalformedSignature) {
		t.Errorf("two digits more: %v", err)
	}
}

func TestClocksBeforeTheEpochAreNever(t *testing.T) {
	got, err := payload(t, "accounts.updated", `{"account": "a", "user": "u", "resource": {"created_at": "1969-12-31T23:59:59Z", "scanned_at": "0001-01-01T00:00:00Z",
		"connection": {"status": "connected", "updated_at": "1969-12-31T23:59:59Z"}}}`)
	if err != nil || got.Resource.CreatedAt != 0 || got.Resource.ScannedAt != 0 || got.Resource.Connection != nil {
		t.Errorf("%+v, %v", got.Resource, err)
	}
}

func TestTwoFirstHalvesAreNoPair(t *testing.T) {
	if _, err := payload(t, "accounts.added", `{"account": "\ud83d\ud83d", "user": "u"}`); !errors.Is(err, argyle.ErrUnusable) {
		t.Errorf("%v", err)
	}
}

func TestAvailabilityReadsBothVersions(t *testing.T) {
	for v1, v2 := range map[string]string{
		"profiles": "identities", "payouts": "paystubs", "activities": "gigs", "documents": "payroll_documents",
		"forms": "user_forms", "pay_allocations": "deposit_destinations", "reputations": "ratings",
	} {
		for _, sent := range []string{v1, v2} {
			got, err := payload(t, "accounts.updated", `{"account": "a", "user": "u", "resource": {"availability": {"`+sent+`": {"status": "synced", "updated_at": "2026-01-02T00:00:00Z"}}}}`)
			if err != nil || len(got.Resource.Availability) != 1 || got.Resource.Availability[v2].Status != "synced" {
				t.Errorf("%s: %+v, %v", sent, got.Resource, err)
			}
		}
	}
}
