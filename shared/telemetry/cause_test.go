package telemetry

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
)

func TestCause(t *testing.T) {
	operation := func(err error) error {
		return fmt.Errorf("table: write a record: %w", &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "PutItem", Err: err})
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"none":     {nil, ""},
		"own":      {fmt.Errorf("table: %w", errors.New("contended")), "table: contended"},
		"refusal":  {operation(fmt.Errorf("https response error: %w", &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"})), "AccessDenied: no"},
		"unsent":   {operation(&url.Error{Op: "Post", URL: "https://dynamodb/", Err: errors.New("refused")}), "refused"},
		"anything": {operation(errors.New("odd")), "odd"},
	} {
		if got := Cause(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func increment(metric *Metric) { metric.Value++ }

func TestPanickedShowsNoValue(t *testing.T) {
	recovered := func(do func()) (err error) {
		defer func() { err = Panicked(recover()) }()
		do()
		return nil
	}
	var list []int
	index := len(t.Name())
	for name, c := range map[string]struct {
		do   func()
		want string
	}{
		"runtime":          {func() { _ = list[index] }, `^panic: runtime error: index out of range \[\d+\] with length 0 at shared/telemetry\.\S+:\d+$`},
		"nil":              {func() { increment(nil) }, `^panic: runtime error: invalid memory address .* at shared/telemetry\.\S+:\d+$`},
		"string":           {func() { panic("123-45-6789") }, `^panic with a string at shared/telemetry\.\S+:\d+$`},
		"error":            {func() { panic(errors.New("123-45-6789")) }, `^panic with a \*errors\.errorString at shared/telemetry\.\S+:\d+$`},
		"in other's code":  {func() { _ = strings.Repeat("x", -1) }, `^panic with a \S+ at shared/telemetry\.\S+:\d+$`},
		"wraps the former": {func() { panic(fmt.Errorf("123-45-6789: %w", errors.New("x"))) }, `^panic with a \*fmt\.wrapError at `},
	} {
		got := recovered(c.do).Error()
		if !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
