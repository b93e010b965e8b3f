package main

import (
	"fmt"

	"argyle-webhooks/infra/journey"
	"argyle-webhooks/shared/status"
)

// showDelivery prints one delivery and what came back.
func (p page) showDelivery(delivery journey.Delivery, answer journey.Answer) {
	mark := green
	if !answer.Taken() {
		mark = red
	}
	again := ""
	if delivery.Again {
		again = "again"
	}
	p.line("  %-25s %-16s %-9s %s%s %4d ms  %s", delivery.Event, delivery.Label, short(delivery.Account),
		p.paint(cell{fmt.Sprint(answer.Status), mark}), reason(answer), answer.Took.Milliseconds(), again)
}

// short is enough of an id to tell it from the others.
func short(id string) string {
	if len(id) <= 8 {
		return id
	}
	return "…" + id[len(id)-8:]
}

// showCast prints a row for each account of the cast.
func (p page) showCast(play journey.Journey, statuses map[string]status.UserStatus) {
	var rows [][]cell
	for _, character := range play.Cast {
		user := statuses[character.User]
		for _, account := range user.Accounts {
			rows = append(rows, p.castRow(character.Label, account))
		}
	}
	p.table("  ", []string{"USER", "ACCOUNT", "CONNECTION", "ACTION", "SYNCED", "PAYSTUBS", "IDENTITIES"}, rows)
}

func (p page) castRow(label string, a status.AccountStatus) []cell {
	who := []cell{{label, plain}, {a.Account, plain}}
	if a.RemovedAt != nil {
		return append(who, cell{"removed", faint})
	}
	return append(who, connectionCell(a.Connection), actionCell(a.Connection.Action), yesNo(*a.FullySynced),
		dataSetCell(a, "paystubs"), dataSetCell(a, "identities"))
}

func actionCell(action status.Action) cell {
	if action == status.ActionNone {
		return cell{"-", plain}
	}
	return cell{string(action), yellow}
}

// dataSetCell is how far a data set has come and how much of it there is.
func dataSetCell(a status.AccountStatus, name string) cell {
	set, known := a.DataSets[name]
	if !known {
		return cell{"-", plain}
	}
	said := syncCell(set)
	if set.AvailableCount != nil {
		said.text += ": " + fmt.Sprint(*set.AvailableCount)
	}
	return said
}
