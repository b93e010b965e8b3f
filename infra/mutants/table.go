package main

var inTable = []mutant{
	{
		file: "shared/table/table.go", why: "a write over another's is not refused",
		old: "aws.String(\"rev = :rev\")\n\t\tin.ExpressionAttributeValues = map[string]types.AttributeValue{\":rev\": number(old)}",
		new: "aws.String(\"attribute_exists(pk)\")",
	},
	{
		file: "shared/table/table.go", why: "a first write over another's is not refused",
		old: "\t\tConditionExpression:                 aws.String(\"attribute_not_exists(pk)\"),\n", new: "",
	},
	{
		file: "shared/table/table.go", why: "a conflict does not return what stands there",
		old: "\t\tReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,\n", new: "",
	},
	{
		file: "shared/table/table.go", why: "a record is read as it was a moment ago",
		old: "\t\tConsistentRead: aws.Bool(true),\n", new: "",
	},
	{
		file: "shared/table/apply.go", why: "what changes nothing is written",
		old: `if status.Equal(change.Old, change.New) {`, new: `if status.Equal(change.Old, evidence) {`,
	},
	{
		file: "shared/table/apply.go", why: "evidence replaces the record",
		old: `New: status.Merge(stored.Record, evidence)`, new: `New: evidence`,
	},
	{
		file: "shared/table/apply.go", why: "the revision stands still",
		old: `Revision: stored.Revision + 1,`, new: `Revision: max(stored.Revision, 1),`,
	},
	{
		file: "shared/table/apply.go", why: "after a conflict the old record is merged again",
		old: `stored = found`, new: `stored.Revision = found.Revision`,
	},
	{
		file: "shared/table/apply.go", why: "a further attempt is begun without the time for it",
		old: `time.Until(deadline) < wait+leastTime`, new: `time.Until(deadline) < wait-leastTime`,
	},
	{
		file: "shared/table/item.go", why: "a tombstone stays for ever",
		old: "\t\ttop.count(\"expires_at\", record.RemovedAt.Time().Add(status.TombstoneLife).Unix())\n", new: "",
	},
	{
		file: "shared/table/item.go", why: "the error message of a snapshot is lost",
		old: "\t\tfields.text(\"error_message\", reported.ErrorMessage)\n", new: "",
	},
	{
		file: "shared/table/item.go", why: "unknown attributes are not written back",
		old: "\twriteUnknown(top, record.Unknown)\n", new: "",
	},
	{
		file: "shared/table/dataset.go", why: "a scan is as old as time unless it says otherwise",
		old: `AsOf: object.except("as_of", asOf), At: object.moment("at")`, new: `AsOf: object.except("as_of", asOf-asOf), At: object.moment("at")`,
	},
	{
		file: "shared/table/dataset.go", why: "a scan's count is taken for an event's of another window",
		old: `counted.Count == scan.Count && sameMoment(counted.From, scan.From)`, new: `counted.Count == scan.Count`,
	},
	{
		file: "shared/table/read.go", why: "only the first page of a user is read",
		old: `if len(page.LastEvaluatedKey) == 0 {`, new: `if len(page.LastEvaluatedKey) >= 0 {`,
	},
	{
		file: "shared/table/view.go", why: "a removed account hides the live one",
		old: "\t\tcmp.Compare(liveness(a.Record), liveness(b.Record)),\n", new: "\t\tcmp.Compare(liveness(b.Record), liveness(a.Record)),\n",
	},
	{
		file: "shared/table/key.go", why: "an id that can be no key is sent to DynamoDB",
		old: `len(sorted(key.Account)) > maxSortKey`, new: `len(key.Account) > maxSortKey`,
	},
}
