package main

// tableRule: what a record costs. Its keys and time to live are held against the code by infra/local/backend's tests, on a real table.
func tableRule(d *deployment, r *report) {
	for _, table := range d.OfType(typeTable) {
		if got := text(table, "BillingMode"); got != "PAY_PER_REQUEST" {
			r.find(table, "BillingMode is %q, want PAY_PER_REQUEST: webhooks come in bursts and mostly not at all", got)
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
