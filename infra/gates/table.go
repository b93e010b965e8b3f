package main

// tableRule: what a record costs, how long it lives and how far back the table can be restored. Its keys are tried by every test on the local
// stack, which makes its table of the template.
func tableRule(d *deployment, r *report) {
	for _, table := range d.OfType(typeTable) {
		if got := text(table, "BillingMode"); got != "PAY_PER_REQUEST" {
			r.find(table, "BillingMode is %q, want PAY_PER_REQUEST: webhooks come in bursts and mostly not at all", got)
		}
		// The attribute is shared/table's.
		if at(table, "TimeToLiveSpecification", "AttributeName") != "expires_at" || at(table, "TimeToLiveSpecification", "Enabled") != true {
			r.find(table, "TimeToLiveSpecification is %v, want expires_at, enabled: else the traces of removed accounts stay for ever", at(table, "TimeToLiveSpecification"))
		}
		if days := at(table, "PointInTimeRecoverySpecification", "RecoveryPeriodInDays"); days != nil {
			r.find(table, "RecoveryPeriodInDays is %v, want none, which is the 35 that the runbook counts with", days)
		}
		indexes, _ := at(table, "GlobalSecondaryIndexes").([]any)
		for _, index := range indexes {
			i, _ := index.(map[string]any)
			if projection, _ := i["Projection"].(map[string]any); projection["ProjectionType"] != "KEYS_ONLY" {
				r.find(table, "the index %v projects %v, want KEYS_ONLY: else every write of an item is paid for again in the index", i["IndexName"], projection["ProjectionType"])
			}
		}
	}
}
