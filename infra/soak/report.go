package soak

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// leastKills is how many kills make a run a trial.
const leastKills = 30

// Report is what a run has shown. Its JSON is what `argylectl soak --json` prints.
type Report struct {
	// Deliveries are those that were played, each counted once however often it was posted: Acked, refused or Unanswered.
	Deliveries int `json:"deliveries"`
	// Acked were answered 2xx.
	Acked int `json:"acked"`
	// Refused counts the answers that were no, by reason.
	Refused map[string]int `json:"refused"`
	// Unanswered were given up: both attempts got no answer, or a 5xx. They may have been taken all the same, which is nobody's loss.
	Unanswered int `json:"unanswered"`
	Kills      int `json:"kills"`
	Retries    int `json:"retries"`
	// Redeliveries counts the messages that a worker was given again.
	Redeliveries int `json:"redeliveries"`
	// Receives is the most often that one message was given to a worker. After ten times it goes to the dead-letter queue.
	Receives int `json:"receives"`
	// Conflicts counts the writes that found that another worker had written first.
	Conflicts int `json:"conflicts"`
	// DLQ is how many messages the dead-letter queues hold, and Left how many the workers' queues still held when the time to settle was up.
	DLQ  int `json:"dlq"`
	Left int `json:"left"`
	// Wrong counts the accounts and users whose status is not the model's, Lost the deliveries that were acknowledged and never seen again.
	Wrong int `json:"wrong"`
	Lost  int `json:"lost"`
	// Leaked counts the deliveries that were refused and taken all the same.
	Leaked int `json:"leaked"`
	// PerSecond is the deliveries answered in a second of play.
	PerSecond float64 `json:"per_second"`
	// Lag is from the acknowledgement to the answer of the worker that applied the delivery, in milliseconds.
	Lag Lag `json:"lag_ms"`
	// Seconds is how long was played.
	Seconds float64 `json:"seconds"`
	Seed    uint64  `json:"seed"`
	// Accounts is how many were compared: those that the time was enough for, and that the model or the table knows of.
	Accounts int `json:"accounts"`

	// Strange counts the answers that were no answer to what was posted, such as a good signature that was refused.
	Strange map[string]int `json:"-"`
	// Verdicts counts what was taken and is no evidence to the model. The journeys have nothing of that kind.
	Verdicts map[string]int `json:"-"`
	// Failures are the workers' reasons for failing messages, which came back then.
	Failures map[string]int `json:"-"`
	// Differences are what is wrong.
	Differences []Difference `json:"-"`
}

// Lag is a distribution, in milliseconds.
type Lag struct {
	P50 int64 `json:"p50"`
	P99 int64 `json:"p99"`
}

// Unmet are the conditions that the run does not meet, a line for each; none if the stack has passed a trial.
func (r Report) Unmet() []string {
	var unmet []string
	demand := func(met bool, format string, args ...any) {
		if !met {
			unmet = append(unmet, fmt.Sprintf(format, args...))
		}
	}
	demand(r.Wrong == 0, "%d statuses are wrong", r.Wrong)
	demand(r.Lost == 0, "%d acknowledged deliveries are lost", r.Lost)
	demand(r.Leaked == 0, "%d refused deliveries were taken", r.Leaked)
	demand(r.DLQ == 0, "%d messages are in dead-letter queues", r.DLQ)
	demand(r.Left == 0, "%d messages were left in the queues after %s", r.Left, settleTime)
	for _, what := range slices.Sorted(maps.Keys(r.Strange)) {
		demand(false, "%d deliveries were answered %s", r.Strange[what], what)
	}
	for _, verdict := range slices.Sorted(maps.Keys(r.Verdicts)) {
		demand(false, "%d deliveries that workers took are %s to the model", r.Verdicts[verdict], verdict)
	}
	refused := 0
	for _, n := range r.Refused {
		refused += n
	}
	demand(r.Acked > 0, "no trial: nothing was acknowledged")
	demand(r.Kills >= leastKills, "no trial: %d kills, want %d or more", r.Kills, leastKills)
	demand(r.Conflicts > 0, "no trial: no conflicts")
	demand(refused > 0, "no trial: nothing was refused")
	demand(r.Redeliveries > 0, "no trial: no redeliveries")
	return unmet
}

// report sums up what the ledger has of a play that took so long.
func (l *ledger) report(played time.Duration) Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := Report{
		Deliveries: l.deliveries, Acked: len(l.acked), Refused: maps.Clone(l.refusals), Unanswered: l.unanswered,
		Kills: l.kills, Retries: l.retries, Redeliveries: l.redeliveries, Receives: max(1, l.receives), Conflicts: l.conflicts,
		PerSecond: round(float64(l.deliveries-l.unanswered) / max(played.Seconds(), 0.001)), Seconds: round(played.Seconds()),
		Strange: maps.Clone(l.strange), Failures: maps.Clone(l.failures),
	}
	var lags []time.Duration
	for id, acked := range l.acked {
		if _, taken := l.taken[id]; !taken && !l.unrouted[id] {
			r.Lost++
		}
		if applied, ok := l.applied[id]; ok {
			lags = append(lags, max(0, applied.Sub(acked)))
		}
	}
	for id := range l.refused {
		if _, taken := l.taken[id]; taken || l.unrouted[id] {
			r.Leaked++
		}
	}
	r.Lag = Lag{P50: percentile(lags, 50).Milliseconds(), P99: percentile(lags, 99).Milliseconds()}
	return r
}

// percentile is the least duration that so many percent of all do not exceed.
func percentile(of []time.Duration, percent int) time.Duration {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[max(0, (len(of)*percent+99)/100-1)]
}

func round(f float64) float64 { return float64(int64(f*10+0.5)) / 10 }

// most lists counts, the greatest first, as "3 × a, 1 × b".
func most(counts map[string]int) []string {
	names := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%d × %s", counts[name], name)
	}
	return names
}

// maxExamples is how many differences are shown.
const maxExamples = 5

// Examples are the first few differences, field by field. All the data is made up, so that it may be shown.
func (r Report) Examples() []string {
	var lines []string
	for i, difference := range r.Differences {
		if i == maxExamples {
			lines = append(lines, fmt.Sprintf("… and %d more", len(r.Differences)-i))
			break
		}
		what := "user " + difference.User
		if difference.Account != "" {
			what += ", account " + difference.Account
		}
		lines = append(lines, what)
		for _, line := range difference.Lines {
			lines = append(lines, "  "+line)
		}
	}
	return lines
}

// String is the report for people.
func (r Report) String() string {
	refused := 0
	for _, n := range r.Refused {
		refused += n
	}
	var page strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&page, "%-14s%s\n", name, fmt.Sprintf(format, args...))
	}
	line("deliveries", "%d in %.1f s, %.1f/s (%d accounts, seed %d)", r.Deliveries, r.Seconds, r.PerSecond, r.Accounts, r.Seed)
	line("acked", "%d", r.Acked)
	line("refused", "%d%s", refused, inBrackets(most(r.Refused)))
	line("unanswered", "%d", r.Unanswered)
	line("kills", "%d", r.Kills)
	line("retries", "%d", r.Retries)
	line("redeliveries", "%d, one message received %d times%s", r.Redeliveries, r.Receives, inBrackets(most(r.Failures)))
	line("conflicts", "%d", r.Conflicts)
	line("lag", "p50 %d ms, p99 %d ms", r.Lag.P50, r.Lag.P99)
	line("dead letters", "%d", r.DLQ)
	line("wrong", "%d", r.Wrong)
	line("lost", "%d", r.Lost)
	return page.String()
}

func inBrackets(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}
