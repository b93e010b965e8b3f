package template

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProps(t *testing.T) {
	p := Props{at: "t.yaml:3: X", values: map[string]any{
		"text": "a", "number": 5, "big": 1e3, "half": 0.5, "spelled": "30", "flag": true, "no": "False",
		"list": []any{"a", 1}, "mixed": []any{[]any{}}, "maps": []any{map[string]any{"k": "v"}},
		"map": map[string]any{"inner": map[string]any{"k": "v"}},
	}}
	call := func(v any, err error) func() (any, error) { return func() (any, error) { return v, err } }
	tests := []struct {
		name    string
		call    func() (any, error)
		want    any
		wantErr string
	}{
		{"a string", call(p.String("text")), "a", ""},
		{"a number as string", call(p.String("number")), "5", ""},
		{"a float as string", call(p.String("big")), "1000", ""},
		{"a bool as string", call(p.String("flag")), "true", ""},
		{"a list as string", call(p.String("list")), "", "t.yaml:3: X: list: want a string, got a list"},
		{"a missing string", call(p.String("none")), "", "t.yaml:3: X: none: is missing"},
		{"a missing string with a fallback", call(p.StringOr("none", "z")), "z", ""},
		{"a fallback does not hide a wrong type", call(p.StringOr("map", "z")), "", "t.yaml:3: X: map: want a string, got a map"},
		{"an int", call(p.Int("number")), 5, ""},
		{"a whole float as int", call(p.Int("big")), 1000, ""},
		{"a spelled int", call(p.Int("spelled")), 30, ""},
		{"a half", call(p.Int("half")), 0, "t.yaml:3: X: half: want a whole number, got 0.5"},
		{"a word as int", call(p.Int("text")), 0, `t.yaml:3: X: text: want a whole number, got "a"`},
		{"an int with a fallback", call(p.IntOr("none", 9)), 9, ""},
		{"a bool", call(p.Bool("flag")), true, ""},
		{"a spelled bool", call(p.Bool("no")), false, ""},
		{"a number as bool", call(p.Bool("number")), false, "t.yaml:3: X: number: want true or false, got 5"},
		{"a bool with a fallback", call(p.BoolOr("none", true)), true, ""},
		{"strings", call(p.Strings("list")), []string{"a", "1"}, ""},
		{"one string for a list", call(p.Strings("text")), []string{"a"}, ""},
		{"no strings", call(p.Strings("none")), []string(nil), ""},
		{"strings that are none", call(p.Strings("mixed")), []string(nil), "t.yaml:3: X: mixed[0]: want a string, got a list"},
		{"a map as list", call(p.List("map")), []any(nil), "t.yaml:3: X: map: want a list, got a map"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.call()
			if test.wantErr != "" {
				if err == nil || err.Error() != test.wantErr {
					t.Errorf("got the error %v, want %s", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPropsNested(t *testing.T) {
	p := Props{at: "t.yaml:3: X", values: map[string]any{"map": map[string]any{"list": []any{map[string]any{"k": 1}, "no"}}}}
	m, err := p.Map("map")
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Maps("list")
	if want := "t.yaml:3: X: map.list[1]: want a map, got \"no\""; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := m.Int("none"); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v", err)
	}
	none, err := p.MapOr("none")
	if err != nil || none.Len() != 0 {
		t.Errorf("got %v, %v", none, err)
	}
	if _, err := none.Int("k"); err == nil || err.Error() != "t.yaml:3: X: none.k: is missing" {
		t.Errorf("got %v", err)
	}
	if err := p.Only("map"); err != nil {
		t.Error(err)
	}
	if err := m.Only("other"); err == nil || err.Error() != "t.yaml:3: X: map.list: not a property known here (known: other)" {
		t.Errorf("got %v", err)
	}
}
