package queue

import "testing"

// Found missing by infra/mutants: what is applied holds the evidence of every message about the record, whichever came last.
func TestFoldedEvidenceIsThatOfAllMessages(t *testing.T) {
	bodies := []string{
		event("accounts.connected", "a", ""),
		event("identities.added", "a", `, "identity": "an-identity"`),
		event("accounts.added", "a", ""),
	}
	for range bodies {
		applier := &applied{}
		if failed, log := work(t, applier, sent(bodies...)); failed != nil || len(applier.evidence) != 1 {
			t.Fatalf("failed %v, applied %d records: %s", failed, len(applier.evidence), log)
		}
		got := applier.evidence[0]
		if got.Signalled == nil || !got.EverConnected || got.AddedAt == 0 || got.DataSets["identities"].Latest == nil {
			t.Errorf("applied %+v", got)
		}
		bodies = append(bodies[1:], bodies[0])
	}
}
