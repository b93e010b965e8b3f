package argyle

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// object is a JSON object read key by key. Unlike a struct for encoding/json it tells a missing key from a null, matches keys to the letter,
// and its errors name the field and never its value. Reading a missing key is reading null.
type object map[string]json.RawMessage

var (
	errNoString = errors.New("not a string")
	errNoList   = errors.New("not a list of strings")
	errNoObject = errors.New("not an object")
	errNoCount  = errors.New("not a whole number of at least zero")
	errNoID     = errors.New("missing, or not a non-empty string")
)

// readObject returns nil for null.
func readObject(raw json.RawMessage) (object, error) {
	var fields object
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, errNoObject
	}
	return fields, nil
}

func (o object) null(key string) bool {
	raw, ok := o[key]
	return !ok || string(raw) == "null"
}

// fieldError says what is wrong with which field, and never its value.
type fieldError struct {
	path    string // dotted, from data down
	problem error
}

func (e *fieldError) Error() string { return e.path + ": " + e.problem.Error() }
func (e *fieldError) Unwrap() error { return e.problem }

// at names the field that an error is about; around an error of a field within it, it lengthens the path.
func at(key string, err error) error {
	if inner := (*fieldError)(nil); errors.As(err, &inner) {
		return &fieldError{key + "." + inner.path, inner.problem}
	}
	return &fieldError{key, err}
}

// text reads a string; null is "".
func (o object) text(key string) (string, error) {
	if o.null(key) {
		return "", nil
	}
	var s string
	if err := json.Unmarshal(o[key], &s); err != nil {
		return "", at(key, errNoString)
	}
	return s, nil
}

// lenient reads a string, and anything else as "".
func (o object) lenient(key string) string {
	s, _ := o.text(key)
	return s
}

// id reads an identifier: an opaque, non-empty string. Some that Argyle documents are no UUIDs. One with half a surrogate pair is refused:
// it has no UTF-8 form, and two such ids would be read as the same.
func (o object) id(key string) (string, error) {
	s, err := o.text(key)
	if err != nil || s == "" || halfPair(o[key]) {
		return "", at(key, errNoID)
	}
	return s, nil
}

// texts reads a list of strings; null and an empty list are nil.
func (o object) texts(key string) ([]string, error) {
	if o.null(key) {
		return nil, nil
	}
	var items []*string
	if err := json.Unmarshal(o[key], &items); err != nil {
		return nil, at(key, errNoList)
	}
	var list []string
	for _, item := range items {
		if item == nil {
			return nil, at(key, errNoList)
		}
		list = append(list, *item)
	}
	return list, nil
}

// ids reads a list of identifiers.
func (o object) ids(key string) ([]string, error) {
	list, err := o.texts(key)
	if slices.Contains(list, "") || halfPair(o[key]) {
		return nil, at(key, errNoList)
	}
	return list, err
}

// halfPair tells whether valid JSON has an escaped half of a surrogate pair without its other half.
func halfPair(raw json.RawMessage) bool {
	for {
		escape := bytes.IndexByte(raw, '\\')
		if escape < 0 {
			return false
		}
		raw = raw[escape:]
		unit := codeUnit(raw)
		switch {
		case unit < 0: // another escape
			raw = raw[2:]
		case !utf16.IsSurrogate(unit):
			raw = raw[6:]
		case utf16.DecodeRune(unit, codeUnit(raw[6:])) == utf8.RuneError:
			return true
		default:
			raw = raw[12:]
		}
	}
}

// codeUnit reads an escape such as \ud83d at the beginning of raw; -1 if there is none.
func codeUnit(raw []byte) rune {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(unit)
}

// object reads an object; null is nil.
func (o object) object(key string) (object, error) {
	if o.null(key) {
		return nil, nil
	}
	fields, err := readObject(o[key])
	if err != nil {
		return nil, at(key, err)
	}
	return fields, nil
}

// count reads a whole number of at least zero, sent as a number (on the wire) or as a string (as older pages document); null is nil.
func (o object) count(key string) (*int64, error) {
	if o.null(key) {
		return nil, nil
	}
	digits := string(o[key])
	quoted := digits[0] == '"'
	if quoted {
		var err error
		if digits, err = o.text(key); err != nil {
			return nil, err
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if quoted && strings.HasPrefix(digits, "+") { // no JSON number begins so
		err = errNoCount
	}
	if err != nil && !quoted {
		n, err = wholeNumber(digits)
	}
	if err != nil || n < 0 {
		return nil, at(key, errNoCount)
	}
	return &n, nil
}

// wholeNumber reads a number that is whole but written otherwise, such as 12.0 or 1e2.
func wholeNumber(number string) (int64, error) {
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		return 0, errNoCount
	}
	return int64(f), nil
}

// time reads a moment; null is nil.
func (o object) time(key string) (*Millis, error) {
	s, err := o.text(key)
	if err != nil || o.null(key) {
		return nil, err
	}
	m, err := ParseTime(s)
	if err != nil {
		return nil, at(key, err)
	}
	return &m, nil
}

// clock reads one of Argyle's own clocks; null, and a moment at or before the epoch, which Argyle sends for "never", are 0.
func (o object) clock(key string) (Millis, error) {
	m, err := o.time(key)
	if err != nil || m == nil {
		return 0, err
	}
	return max(*m, 0), nil
}
