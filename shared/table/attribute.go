package table

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/status"
)

func text(s string) *types.AttributeValueMemberS { return &types.AttributeValueMemberS{Value: s} }

func number[N ~int | ~int64](n N) *types.AttributeValueMemberN {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}

// attributes is an item, or a map in it, while it is written. What is empty is left out: every byte counts towards write units.
type attributes map[string]types.AttributeValue

func (a attributes) text(name, s string) {
	if s != "" {
		a[name] = text(s)
	}
}

// except writes n unless it is what a reader takes for granted where the attribute is missing.
func (a attributes) except(name string, n, granted status.Millis) {
	if n != granted {
		a[name] = number(n)
	}
}

func (a attributes) moment(name string, m status.Millis) { a.except(name, m, 0) }

func (a attributes) count(name string, n int64) { a[name] = number(n) }

// optional writes a number that may be 0 and may be null, which are different.
func (a attributes) optional(name string, n *status.Millis) {
	if n != nil {
		a[name] = number(*n)
	}
}

func (a attributes) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	values := make([]types.AttributeValue, len(list))
	for i, s := range list {
		values[i] = text(s)
	}
	a[name] = &types.AttributeValueMemberL{Value: values}
}

func (a attributes) object(name string, fields attributes) {
	a[name] = &types.AttributeValueMemberM{Value: fields}
}

// reader takes attributes out of an item, or out of a map in it, one by one; what is left was unknown. It keeps the first thing that is
// wrong, so that its callers read straight on. Errors name the attribute and never its value.
type reader struct {
	path string
	left map[string]types.AttributeValue
	err  *error
}

func read(item map[string]types.AttributeValue, err *error) reader {
	return reader{left: maps.Clone(item), err: err}
}

func (r reader) take(name string) types.AttributeValue {
	value := r.left[name]
	delete(r.left, name)
	return value
}

func (r reader) wrong(name, problem string) {
	if *r.err == nil {
		*r.err = fmt.Errorf("%w: %s%s: %s", ErrCorrupt, r.path, name, problem)
	}
}

func (r reader) text(name string) string {
	switch value := r.take(name).(type) {
	case nil:
	case *types.AttributeValueMemberS:
		return value.Value
	default:
		r.wrong(name, "no string")
	}
	return ""
}

func (r reader) texts(name string) []string {
	value := r.take(name)
	if value == nil {
		return nil
	}
	items, ok := value.(*types.AttributeValueMemberL)
	if !ok {
		r.wrong(name, "no list")
		return nil
	}
	var list []string
	for _, item := range items.Value {
		s, ok := item.(*types.AttributeValueMemberS)
		if !ok {
			r.wrong(name, "an entry that is no string")
			return nil
		}
		list = append(list, s.Value)
	}
	return list
}

func (r reader) bool(name string) bool {
	switch value := r.take(name).(type) {
	case nil:
	case *types.AttributeValueMemberBOOL:
		return value.Value
	default:
		r.wrong(name, "no boolean")
	}
	return false
}

// optional is nil where the attribute is missing.
func (r reader) optional(name string) *int64 {
	value := r.take(name)
	if value == nil {
		return nil
	}
	digits, ok := value.(*types.AttributeValueMemberN)
	if !ok {
		r.wrong(name, "no number")
		return nil
	}
	n, err := strconv.ParseInt(digits.Value, 10, 64)
	if err != nil {
		r.wrong(name, "no whole number")
		return nil
	}
	return &n
}

func (r reader) optionalMoment(name string) *status.Millis { return (*status.Millis)(r.optional(name)) }

// except is the reverse of attributes.except.
func (r reader) except(name string, granted status.Millis) status.Millis {
	if n := r.optionalMoment(name); n != nil {
		return *n
	}
	return granted
}

func (r reader) moment(name string) status.Millis { return r.except(name, 0) }

func (r reader) count(name string) int64 { return int64(r.moment(name)) }

// object returns a reader of a map, and whether the map is there.
func (r reader) object(name string) (reader, bool) {
	value := r.take(name)
	if value == nil {
		return reader{}, false
	}
	fields, ok := value.(*types.AttributeValueMemberM)
	if !ok {
		r.wrong(name, "no map")
		return reader{}, false
	}
	return reader{path: r.path + name + ".", left: maps.Clone(fields.Value), err: r.err}, true
}
