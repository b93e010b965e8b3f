package secret

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/argyle"
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		value string
		want  []argyle.Secret
		err   error
	}{
		"literal":                {"s3cret", []argyle.Secret{"s3cret"}, nil},
		"literal with space":     {" s3 cret\n", []argyle.Secret{"s3 cret"}, nil},
		"literal in quotes":      {`"s3cret"`, []argyle.Secret{`"s3cret"`}, nil},
		"literal like a list":    {`["s3cret"]`, []argyle.Secret{`["s3cret"]`}, nil},
		"list":                   {`{"secrets": ["new", "old"]}`, []argyle.Secret{"new", "old"}, nil},
		"list with space":        {"\n" + `{"secrets": [" new\n", "old"]} `, []argyle.Secret{"new", "old"}, nil},
		"list with a blank":      {`{"secrets": ["", "old", "  "]}`, []argyle.Secret{"old"}, nil},
		"list with more":         {`{"secrets": ["new"], "note": "rotated"}`, []argyle.Secret{"new"}, nil},
		"empty":                  {"", nil, errEmpty},
		"blank":                  {" \n\t", nil, errEmpty},
		"empty list":             {`{"secrets": []}`, nil, errForm},
		"blank list":             {`{"secrets": ["", " "]}`, nil, errForm},
		"null list":              {`{"secrets": null}`, nil, errForm},
		"no list":                {`{"secrets": "canary"}`, nil, errForm},
		"list of numbers":        {`{"secrets": [1]}`, nil, errForm},
		"object of other form":   {`{"secret": "canary"}`, nil, errForm},
		"object that is not one": {`{"secrets": ["canary", "old"`, nil, errForm},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(c.value)
			if diff := cmp.Diff(c.want, got); diff != "" || !errors.Is(err, c.err) {
				t.Errorf("error %v, %s", err, diff)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows the value: %v", err)
			}
		})
	}
}

func TestFormatIsWhatParseReads(t *testing.T) {
	for name, c := range map[string]struct {
		secrets []argyle.Secret
		want    string
	}{
		"one":               {[]argyle.Secret{"new"}, `{"secrets":["new"]}`},
		"two":               {[]argyle.Secret{"new", `o"ld`}, `{"secrets":["new","o\"ld"]}`},
		"none":              {nil, ""},
		"a blank":           {[]argyle.Secret{"new", " "}, ""},
		"white space about": {[]argyle.Secret{"canary\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Format(c.secrets)
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows the value: %v", err)
			}
		})
	}
}
