package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"argyle-webhooks/shared/status"
)

// showUser prints a user's status for people: everything that the JSON has, save what only programs need.
func (p page) showUser(user status.UserStatus) {
	p.line("user %s%s", user.User, inBrackets("external id ", user.ExternalID))
	p.line("fully synced: %s", p.paint(yesNo(user.FullySynced)))
	if user.FullySyncedAt != nil {
		p.line("last users.fully_synced: %s", moment(user.FullySyncedAt))
	}
	if len(user.Pending) > 0 {
		p.line("waiting for: %s", strings.Join(user.Pending, ", "))
	}
	for _, account := range user.Accounts {
		p.line("")
		p.showAccount(account)
	}
}

// showOneAccount prints an account's status for people, and whose it is.
func (p page) showOneAccount(account status.AccountStatus) {
	p.line("user %s", account.User)
	p.showAccount(account)
}

// showAccount prints one account's status for people, below its user's.
func (p page) showAccount(a status.AccountStatus) {
	p.line("account %s%s", a.Account, inBrackets("", a.Item))
	if a.RemovedAt != nil {
		p.line("  removed %s; nothing is left of it", moment(a.RemovedAt))
		return
	}
	p.line("  connection: %s", p.connection(a.Connection))
	p.line("  fully synced: %s", p.paint(yesNo(*a.FullySynced)))
	p.line("  added %s, as of %s, written %s (revision %d)", moment(a.AddedAt), moment(a.AsOf), moment(a.UpdatedAt), a.Revision)
	if len(a.DataSets) == 0 {
		p.line("  no data set yet")
		return
	}
	var rows [][]cell
	for _, name := range slices.Sorted(maps.Keys(a.DataSets)) {
		set := a.DataSets[name]
		rows = append(rows, []cell{
			{text: name}, syncCell(set), {text: orDash(set.Scan)}, {text: countOf(set)}, {text: span(set)}, {text: moment(set.LastSyncedAt)},
		})
	}
	p.table("  ", []string{"DATA SET", "SYNC", "SCAN", "COUNT", "FROM … TO", "LAST SYNCED"}, rows)
}

// connection says in a line how an account is connected and what that asks for.
func (p page) connection(c *status.ConnectionStatus) string {
	said := p.paint(connectionCell(c))
	if c.At != nil {
		said += " since " + moment(c.At)
	}
	if c.ErrorMessage != nil {
		said += ": " + *c.ErrorMessage
	}
	if c.Action != status.ActionNone {
		said += fmt.Sprintf(" → %s", c.Action)
	}
	return said
}

// connectionCell is the connection in a word or two.
func connectionCell(c *status.ConnectionStatus) cell {
	text := c.Status
	if c.ErrorCode != nil {
		text += " " + *c.ErrorCode
	}
	return cell{text, map[string]ink{"connected": green, "error": red, "connecting": yellow}[c.Status]}
}

// syncCell is how far a data set has come.
func syncCell(set status.DataSetStatus) cell {
	text := set.Sync
	if set.Sync == "partial" && set.DaysSynced != nil {
		text += fmt.Sprintf(", %d days", *set.DaysSynced)
	}
	return cell{text, map[string]ink{"full": green, "partial": yellow}[set.Sync]}
}

func countOf(set status.DataSetStatus) string {
	if set.AvailableCount == nil {
		return "-"
	}
	return fmt.Sprint(*set.AvailableCount)
}

// span is from when to when a data set's objects go, in days.
func span(set status.DataSetStatus) string {
	if set.AvailableFrom == nil || set.AvailableTo == nil {
		return "-"
	}
	const day = len("2006-01-02")
	return set.AvailableFrom.String()[:day] + " … " + set.AvailableTo.String()[:day]
}

// moment is a time to the second, in UTC.
func moment(at *status.Instant) string {
	if at == nil {
		return "-"
	}
	return strings.Replace(at.String()[:len("2006-01-02T15:04:05")], "T", " ", 1) + "Z"
}

func yesNo(yes bool) cell {
	if yes {
		return cell{"yes", green}
	}
	return cell{"no", yellow}
}

func orDash(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

func inBrackets(before string, s *string) string {
	if s == nil {
		return ""
	}
	return " (" + before + *s + ")"
}
