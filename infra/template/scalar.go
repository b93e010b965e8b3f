package template

import (
	"math"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

var (
	wholeNumber = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$`)
	fraction    = regexp.MustCompile(`^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$`)
)

// scalar gives a scalar its type: bool for true and false, int and float64 for decimal numbers, string for everything else and for
// everything quoted. 0123 and 2012-10-17 stay strings, as does 0x1F; yaml's own resolution makes 83 and a time of the first two. A
// null is an error, as it is for CloudFormation.
func scalar(y *yaml.Node) (any, error) {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != "!!str" && y.Tag != "!" {
		return nil, lineError(y.Line, "the tag %s is not known here", y.Tag)
	}
	if y.Style&(quoted|yaml.TaggedStyle) != 0 {
		return y.Value, nil
	}
	switch s := y.Value; {
	case s == "" || s == "~" || s == "null" || s == "Null" || s == "NULL":
		return nil, lineError(y.Line, "an empty (null) value, which CloudFormation refuses")
	case s == "true" || s == "True" || s == "TRUE":
		return true, nil
	case s == "false" || s == "False" || s == "FALSE":
		return false, nil
	case wholeNumber.MatchString(s):
		if n, err := strconv.Atoi(s); err == nil {
			return n, nil
		}
		return s, nil // More digits than an int holds: an id, not a count.
	case fraction.MatchString(s):
		if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsInf(f, 0) {
			return f, nil
		}
		return s, nil
	default:
		return s, nil
	}
}
