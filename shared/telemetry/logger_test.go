package telemetry

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// noon is in a zone that is not UTC, so that a line that forgets to convert is wrong.
var noon = time.Date(2026, 1, 29, 12, 0, 0, 123_456_789, time.FixedZone("", 2*3600))

// longFunction is a name as SAM makes it: stack, logical id and twelve random characters.
const longFunction = "argyle-webhooks-dev-WebhookFunction-AbCdEf123456"

func newTest(level string) (*Logger, *bytes.Buffer) {
	var out bytes.Buffer
	log := New(&out, longFunction, level)
	log.now = func() time.Time { return noon }
	return log, &out
}

func parse(t testing.TB, line string) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		t.Fatalf("%v in line %s", err, line)
	}
	return fields
}

func TestLinesHaveLambdaKeys(t *testing.T) {
	log, out := newTest("")
	log.Line(slog.LevelWarn, "hello", slog.String("event", "accounts.added"), slog.Int("bytes", 7))
	want := `{"time":"2026-01-29T10:00:00.123Z","level":"WARN","msg":"hello","event":"accounts.added","bytes":7}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	out.Reset()
	log.Info("plain", "time_of", noon)
	if got := parse(t, out.String())["time"].(string); !strings.HasSuffix(got, "Z") || len(got) != len(timeLayout) {
		t.Errorf("time %q is not UTC with milliseconds", got)
	}
}

func TestLevels(t *testing.T) {
	for level, want := range map[string]int{"": 3, "nonsense": 3, "info": 3, "INFO": 3, "debug": 4, "warn": 2, "ERROR": 1} {
		log, out := newTest(level)
		log.Debug("1")
		log.Info("2")
		log.Line(slog.LevelWarn, "3")
		log.Error("4")
		if got := strings.Count(out.String(), "\n"); got != want {
			t.Errorf("level %q: %d lines, want %d", level, got, want)
		}
	}
}

func TestCountIsAnEMFLineAtAnyLevel(t *testing.T) {
	log, out := newTest("error")
	log.Count(slog.LevelInfo, "delivery", []Metric{{"accepted", 1}, {"late", 0}, {"outside", 2}}, slog.Int("bytes", 7))
	want := map[string]any{
		"time": "2026-01-29T10:00:00.123Z", "level": "INFO", "msg": "delivery",
		"bytes": 7.0, "accepted": 1.0, "late": 0.0, "outside": 2.0,
		"function": longFunction,
		"_aws": map[string]any{
			"Timestamp": float64(noon.UnixMilli()),
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace":  "argyle-webhooks",
				"Dimensions": []any{[]any{"function"}},
				"Metrics":    []any{map[string]any{"Name": "accepted"}, map[string]any{"Name": "outside"}},
			}},
		},
	}
	if diff := cmp.Diff(want, parse(t, out.String())); diff != "" {
		t.Error(diff)
	}
}

func TestLinesStayShort(t *testing.T) {
	metrics := []Metric{{"accepted", 1}, {"unrouted", 1}, {"outside", 1}}
	fields := func(id string) []slog.Attr {
		return []slog.Attr{
			slog.String("reason", "accepted"), slog.Int("bytes", 1048576), slog.Int("secret", 11),
			slog.String("event", id), slog.String("account", id), slog.String("user", id), slog.String("cause", id), slog.String("source_ip", id),
		}
	}
	hostile := map[string]string{
		"long":               strings.Repeat("a", 5000),
		"control characters": strings.Repeat("\x00\x1b\n", 100),
		"quotes":             strings.Repeat(`"\`, 300),
		"wide characters":    strings.Repeat("🧾", 300),
		"no UTF-8":           strings.Repeat("\xff\xfe", 300),
		"a forged line":      "\n{\"level\":\"ERROR\"}\n",
		"separators":         strings.Repeat("\u2028", 300),
	}
	for name, id := range hostile {
		t.Run(name, func(t *testing.T) {
			log, out := newTest("")
			log.Count(slog.LevelInfo, "delivery", metrics, fields(id)...)
			line := out.String()
			if len(line) >= MaxLine {
				t.Errorf("%d bytes", len(line))
			}
			if strings.Count(line, "\n") != 1 || !utf8.ValidString(line) {
				t.Errorf("not one line of UTF-8: %q", line)
			}
			got := parse(t, line)
			if got["accepted"] != 1.0 || got["reason"] != "accepted" || got["function"] != longFunction {
				t.Errorf("numbers were lost: %s", line)
			}
		})
	}
	t.Run("any", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			log, out := newTest("")
			log.Count(slog.LevelInfo, "delivery", metrics, fields(rapid.String().Draw(rt, "id"))...)
			if out.Len() >= MaxLine {
				rt.Errorf("%d bytes", out.Len())
			}
		})
	})
}

func TestOrdinaryLinesAreWhole(t *testing.T) {
	const account, user = "018c32c6-2d2e-ee4d-d0b8-b5c8b39aeb9f", "018c32c6-28f1-4e69-8f4e-c62d9f2f9c1b"
	for name, metrics := range map[string][]Metric{
		"from Argyle":  {{"accepted", 1}},
		"from outside": {{"accepted", 1}, {"outside", 1}},
	} {
		log, out := newTest("")
		log.Count(slog.LevelInfo, "delivery", metrics,
			slog.String("reason", "accepted"), slog.Int("bytes", 12345), slog.Int("secret", 0),
			slog.String("event", "paystubs.partially_synced"), slog.String("account", account), slog.String("user", user))
		got := parse(t, out.String())
		if got["account"] != account || got["user"] != user || got["event"] != "paystubs.partially_synced" {
			t.Errorf("%s: cut although it need not be: %s", name, out.String())
		}
		t.Logf("%s: %d bytes", name, out.Len())
	}
}

func TestTheLastStringsAreCutFirst(t *testing.T) {
	log, out := newTest("")
	id := strings.Repeat("a", MaxText)
	log.Count(slog.LevelInfo, "delivery", []Metric{{"accepted", 1}},
		slog.String("account", id), slog.String("user", id), slog.Int("bytes", 7), slog.String("cause", id))
	got := parse(t, out.String())
	if got["account"] != id || got["user"] == nil || got["user"] == id || got["cause"] != nil || got["bytes"] != 7.0 {
		t.Error(out.String())
	}
	if out.Len() != MaxLine-1 {
		t.Errorf("%d bytes: more was cut than need be", out.Len())
	}
}

func TestCut(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"short":            {"abc", "abc"},
		"exact":            {strings.Repeat("a", MaxText), strings.Repeat("a", MaxText)},
		"long":             {strings.Repeat("a", MaxText+1), strings.Repeat("a", MaxText)},
		"within character": {strings.Repeat("a", MaxText-1) + "é", strings.Repeat("a", MaxText-1)},
		"no UTF-8":         {strings.Repeat("\x80", MaxText+9), strings.Repeat("\x80", MaxText/6)},
		"escaped":          {strings.Repeat("\x00", MaxText), strings.Repeat("\x00", MaxText/6)},
		"quotes":           {strings.Repeat(`"`, MaxText), strings.Repeat(`"`, MaxText/2)},
	} {
		if got := Cut(c.in); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
