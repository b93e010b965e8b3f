package main

var inStatus = []mutant{
	{
		file: "shared/status/merge.go", why: "a tombstone does not absorb",
		old: `case a.RemovedAt != 0 || b.RemovedAt != 0:`, new: `case a.RemovedAt != 0 && b.RemovedAt != 0:`,
	},
	{
		file: "shared/status/merge.go", why: "a tombstone that meets nothing keeps what it came with",
		old: `return b.settled()`, new: `return b`,
	},
	{
		file: "shared/status/merge.go", why: "ever_connected is not sticky",
		old: `a.EverConnected || b.EverConnected`, new: `b.EverConnected`,
	},
	{
		file: "shared/status/merge.go", why: "the first writer stays",
		old: `if order < 0 {`, new: `if order > 0 {`,
	},
	{
		file: "shared/status/merge.go", why: "a tie stays with whoever came first",
		old: `if order == 0 && !reflect.DeepEqual(a, b) {`, new: `if order == 0 && reflect.DeepEqual(a, b) {`,
	},
	{
		file: "shared/status/merge.go", why: "the latest moment is the earliest",
		old: `return min(a, b)`, new: `return max(b, a)`,
	},
	{
		file: "shared/status/merge.go", why: "never is a moment",
		old: `if a == 0 || b == 0 {`, new: `if a == 0 && b == 0 {`,
	},
	{
		file: "shared/status/merge.go", why: "unknown attributes of a record are dropped",
		old: "\t\tUnknown:       mergeUnknown(a.Unknown, b.Unknown),\n\t}\n}\n\nfunc mergeDataSets", new: "\t}\n}\n\nfunc mergeDataSets",
	},
	{
		file: "shared/status/merge.go", why: "unknown attributes of a data set are dropped",
		old: "\t\tUnknown:      mergeUnknown(a.Unknown, b.Unknown),\n", new: "",
	},
	{
		file: "shared/status/merge.go", why: "of two scans of one time the one that failed counts",
		old: "return 3", new: "return 0",
	},
	{
		file: "shared/status/merge.go", why: "snapshots are ordered by their parts' clocks first",
		old: `cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.At, b.At))`, new: `cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.AsOf, b.AsOf))`,
	},
	{
		file: "shared/status/merge.go", why: "a count of a window replaces that of the whole",
		old: `cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.DaysSynced, b.DaysSynced), `, new: `cmp.Or(cmp.Compare(a.DaysSynced, b.DaysSynced), `,
	},
	{
		file: "shared/status/merge.go", why: "paystubs cannot become fewer",
		old: `if a.Stage == StageWhole && b.Stage == StageWhole {`, new: `if a.Stage == StageWhole && b.Stage == StagePartial {`,
	},
	{
		file: "shared/status/merge.go", why: "the fewest days that were synced stay",
		old: `*b > *a`, new: `*b < *a`,
	},
	{
		file: "shared/status/merge.go", why: "an account is synced twice",
		old: `slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))`, new: `slices.Sorted(slices.Values(slices.Concat(a, b)))`,
	},
	{
		file: "shared/status/canonical.go", why: "an empty string is no null in the canonical encoding",
		old: `case field.IsZero() && nullWhenZero(field):`, new: `case field.IsZero() && !nullWhenZero(field):`,
	},
	{
		file: "shared/status/evidence.go", why: "a clock far ahead is believed",
		old: "\t\treturn w.received\n", new: "\t\treturn m\n",
	},
	{
		file: "shared/status/evidence.go", why: "a clock a little ahead is not believed",
		old: `if m > w.received+maxClockLead {`, new: `if m > w.received {`,
	},
	{
		file: "shared/status/evidence.go", why: "an event with a snapshot signals as well",
		old: `signal != nil && (!said || contradicts(r.Reported.Status, signal.Status)) {`, new: `signal != nil {`,
	},
	{
		file: "shared/status/evidence.go", why: "connecting contradicts an error",
		old: `reported == connectionConnected && signalled == connectionError`, new: `reported != connectionError && signalled == connectionError`,
	},
	{
		file: "shared/status/evidence.go", why: "an account was added when its event was received",
		old: `if p.Verb == argyle.Added && r.AddedAt == 0 {`, new: `if p.Verb == argyle.Added {`,
	},
	{
		file: "shared/status/evidence.go", why: "days_synced is lost",
		old: `d.DaysSynced = p.DaysSynced`, new: `d.DaysSynced = nil`,
	},
	{
		file: "shared/status/evidence.go", why: "a scan that is synced proves nothing",
		old: "\t\tdataSet.Sync = SyncFull\n", new: "",
	},
	{
		file: "shared/status/status.go", why: "a late event outlives a newer snapshot: the connection's clock stands still",
		old: `signalled.ReceivedAt > reported.AsOf`, new: `signalled.ReceivedAt > reported.At`,
	},
	{
		file: "shared/status/status.go", why: "an event beats a snapshot of the same moment",
		old: `signalled.ReceivedAt > reported.AsOf`, new: `signalled.ReceivedAt >= reported.AsOf`,
	},
	{
		file: "shared/status/status.go", why: "an older event's count beats a newer scan's",
		old: `return d.Counted.ReceivedAt > d.ScanCounted.AsOf`, new: `return true`,
	},
	{
		file: "shared/status/status.go", why: "a window's count beats the whole's",
		old: `return d.Sync != SyncFull && d.Counted.Count > d.ScanCounted.Count`, new: `return d.Counted.Count > d.ScanCounted.Count`,
	},
	{
		file: "shared/status/status.go", why: "a v2 list speaks of accounts that it does not list",
		old: `return len(user.Synced) == 0 && r.AddedAt != 0`, new: `return r.AddedAt != 0`,
	},
	{
		file: "shared/status/status.go", why: "an account that never connected keeps its user from being synced",
		old: `if account.RemovedAt != 0 || !account.EverConnected {`, new: `if account.RemovedAt != 0 {`,
	},
}
