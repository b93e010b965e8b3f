package main

import (
	"fmt"
	"strings"

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
		again = "  again"
	}
	p.line("  %-25s %-16s %-9s %s%s %4d ms%s", delivery.Event, delivery.Label, short(delivery.Account),
		p.paint(cell{fmt.Sprint(answer.Status), mark}), reason(answer), answer.Took.Milliseconds(), again)
}

// short is enough of an id to tell it from the others.
func short(id string) string {
	if len(id) <= 8 {
		return id
	}
	return "…" + id[len(id)-8:]
}

// wideCast is how many columns a cast's table takes with whole ids: more in no seed's journey.
const wideCast = 136

// showCast prints a row for each account of the cast, its words shortened on a terminal on which they would not fit.
func (p page) showCast(play journey.Journey, statuses map[string]status.UserStatus) {
	narrow := p.width > 0 && p.width < wideCast
	var rows [][]cell
	for _, character := range play.Cast {
		user := statuses[character.User]
		for _, account := range user.Accounts {
			row := castRow(character.Label, account)
			if narrow {
				shorten(row)
			}
			rows = append(rows, row)
		}
	}
	p.table("  ", []string{"USER", "ACCOUNT", "CONNECTION", "ACTION", "SYNCED", "PAYSTUBS", "IDENTITIES"}, rows)
}

// shorten leaves of a row what tells it from the others and fits 80 columns; `argylectl status` has the rest.
func shorten(row []cell) {
	for i := range row {
		text := strings.TrimSuffix(row[i].text, journey.MadeUp)
		text = strings.TrimPrefix(text, "error ") // the codes and their colour speak for themselves
		if _, count, found := strings.Cut(text, " days: "); found {
			text = "partial: " + count
		}
		row[i].text = text
	}
	row[1].text = short(row[1].text)
}

func castRow(label string, a status.AccountStatus) []cell {
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
