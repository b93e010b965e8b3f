package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"
)

// An object is a JSON object. Composites of the model are objects as well, with strings, int64s, nils and lists in them, under the names
// that Argyle gives their fields: then "the canonical encoding of the whole composite" is what encoding/json makes of it.
type object = map[string]any

// errUnusable is the one error of the readers below: the event's data cannot be used.
var errUnusable = errors.New("the data cannot be used")

// decode reads exactly one JSON object in valid UTF-8, with numbers kept as they were written.
func decode(body []byte) (object, bool) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, false
	}
	o, ok := value.(object)
	return o, ok
}

// id reads a field that must be a non-empty string.
func id(o object, field string) (string, error) {
	s, ok := o[field].(string)
	if !ok || s == "" {
		return "", errUnusable
	}
	return s, nil
}

// text reads a field that is a string or null or missing: a string or nil. An empty string is nil: the normal form has one way to say
// that there is nothing.
func text(o object, field string) (any, error) {
	switch value := o[field].(type) {
	case nil:
		return nil, nil
	case string:
		if value == "" {
			return nil, nil
		}
		return value, nil
	}
	return nil, errUnusable
}

// texts reads a list of strings; null, missing and empty are nil.
func texts(o object, field string) ([]string, error) {
	list, ok := o[field].([]any)
	if !ok && o[field] != nil {
		return nil, errUnusable
	}
	var result []string
	for _, element := range list {
		s, ok := element.(string)
		if !ok {
			return nil, errUnusable
		}
		result = append(result, s)
	}
	return result, nil
}

// integer reads a whole number that is not negative, written as a JSON number or string, or null or missing: an int64 or nil.
func integer(o object, field string) (any, error) {
	var digits string
	switch value := o[field].(type) {
	case nil:
		return nil, nil
	case json.Number:
		digits = value.String()
	case string:
		digits = value
	default:
		return nil, errUnusable
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return nil, errUnusable
	}
	return n, nil
}

// inner reads an object within an object; nil for null and missing.
func inner(o object, field string) (object, error) {
	switch value := o[field].(type) {
	case nil:
		return nil, nil
	case object:
		return value, nil
	}
	return nil, errUnusable
}

// date reads a time, cut to milliseconds since 1970; one without a zone is UTC. Null and missing are nil.
func date(o object, field string) (any, error) {
	if o[field] == nil {
		return nil, nil
	}
	written, ok := o[field].(string)
	if !ok {
		return nil, errUnusable
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, written); err == nil {
			return t.UnixMilli(), nil
		}
	}
	return nil, errUnusable
}

// clock reads a time that Argyle's clock showed. 1970 itself is how Argyle writes never: nil. One more than five minutes ahead of the
// receive time becomes the receive time.
func clock(o object, field string, received int64) (any, error) {
	t, err := date(o, field)
	if err != nil || t == nil || t == int64(0) {
		return nil, err
	}
	if as[int64](t) > received+(5*time.Minute).Milliseconds() {
		return received, nil
	}
	return t, nil
}
