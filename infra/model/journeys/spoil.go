package journeys

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// consumed lists the paths of the fields that rules ask for, each with values that cannot be used there.
var consumed = map[string][]any{
	"user":                                  {nil, "", 5, object{}},
	"account":                               {nil, "", 5, object{}},
	"identity":                              {nil, "", 5},
	"profile":                               {nil, "", 5},
	"error_code":                            {5, object{}},
	"error_message":                         {5, []any{}},
	"available_count":                       {-1, 1.5, "-1", "1.5", "many", true, []any{}},
	"available_from":                        {"yesterday", "", 5},
	"available_to":                          {"yesterday", true},
	"days_synced":                           {-1, 1.5, "many"},
	"resource":                              {"none", []any{}, 5},
	"resource.id":                           {5},
	"resource.user":                         {5, object{}},
	"resource.created_at":                   {"yesterday", "", 5},
	"resource.updated_at":                   {"yesterday", "", 5},
	"resource.scanned_at":                   {"yesterday", "", 5},
	"resource.item":                         {5},
	"resource.source":                       {object{}},
	"resource.employers":                    {"one", []any{5}},
	"resource.ongoing_refresh":              {"enabled"},
	"resource.ongoing_refresh.status":       {5},
	"resource.connection":                   {"connected", []any{}},
	"resource.connection.status":            {5},
	"resource.connection.error_code":        {5},
	"resource.connection.updated_at":        {"yesterday"},
	"resource.availability":                 {"all", []any{}},
	"resource.availability.paystubs":        {"synced", []any{}},
	"resource.availability.paystubs.status": {5},
	"resource.availability.payouts.status":  {5},
	"resource.availability.gigs.updated_at": {"yesterday"},
	"resource.availability.paystubs.available_count": {-1, 2.5, "many"},
	"resource.accounts_connected":                    {"one", []any{5}, []any{""}},
	"resource.external_id":                           {5},
}

// spoil puts a value that cannot be used into one field of an event's data that is there. In another's resource it does not matter.
func (b body) spoil(data object) {
	var paths []string
	for _, path := range slices.Sorted(maps.Keys(consumed)) {
		if holder, field := find(data, path); holder != nil {
			if _, there := holder[field]; there {
				paths = append(paths, path)
			}
		}
	}
	path := oneOf(b.dice, paths...)
	holder, field := find(data, path)
	holder[field] = oneOf(b.dice, consumed[path]...)
}

// find returns the object that holds the last field of a path; nil where an object on the way is missing or of 1970.
func find(o object, path string) (holder object, field string) {
	first, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		return o, first
	}
	next, ok := o[first].(object)
	if !ok || next["updated_at"] == never {
		return nil, ""
	}
	return find(next, rest)
}

// encode writes a value as JSON.
func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic("journeys: a value that is no JSON: " + err.Error())
	}
	return text
}
