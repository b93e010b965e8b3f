package telemetry

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// timeLayout is UTC with milliseconds, as Lambda's own JSON lines have it.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Logger writes JSON lines with the keys time (UTC, ms), level and msg. Its slog methods obey the level it was made with; [Logger.Count]
// does not, because a metric that stops when somebody wants fewer log lines raises false alarms.
type Logger struct {
	*slog.Logger

	// Namespace is the metrics' namespace. Set it before the first line.
	Namespace string

	mu       sync.Mutex
	out      io.Writer
	function string
	now      func() time.Time
}

// New returns a Logger that writes to out. function is the value of the metrics' dimension; empty, they have none, which suits a function whose
// metric names are its own and saves bytes. level is debug, info, warn or error in either case; anything else is info.
func New(out io.Writer, function, level string) *Logger {
	var threshold slog.Level
	if threshold.UnmarshalText([]byte(level)) != nil {
		threshold = slog.LevelInfo
	}
	logger := &Logger{Namespace: DefaultNamespace, out: out, function: function, now: time.Now}
	logger.Logger = slog.New(handler(lockedWriter{logger}, threshold))
	return logger
}

func handler(out io.Writer, level slog.Level) slog.Handler {
	return slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: utcMillis})
}

func utcMillis(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && attr.Key == slog.TimeKey && attr.Value.Kind() == slog.KindTime {
		attr.Value = slog.StringValue(attr.Value.Time().UTC().Format(timeLayout))
	}
	return attr
}

// Line writes one line that stays under [MaxLine] bytes. Use it where a field comes from outside. String fields are cut, each to [MaxText] bytes
// and then the last ones further, so the ones to keep whole come first; one that nothing is left of is left out.
func (l *Logger) Line(level slog.Level, msg string, fields ...slog.Attr) {
	if l.Enabled(context.Background(), level) {
		l.writeWithin(level, msg, fields)
	}
}

// writeWithin encodes the line again each time a string had to be cut: what one costs is known only then, since one control character becomes
// six bytes. Ordinary lines are encoded once.
func (l *Logger) writeWithin(level slog.Level, msg string, fields []slog.Attr) {
	record := slog.NewRecord(l.now(), level, msg, 0)
	kept := make([]slog.Attr, 0, len(fields))
	for _, field := range fields {
		if field.Value.Kind() == slog.KindString {
			field.Value = slog.StringValue(Cut(field.Value.String()))
		}
		kept = append(kept, field)
	}
	var line bytes.Buffer
	for {
		line.Reset()
		whole := record.Clone()
		whole.AddAttrs(kept...)
		if err := handler(&line, level).Handle(context.Background(), whole); err != nil {
			return // writing to a buffer does not fail
		}
		if excess := line.Len() - MaxLine + 1; excess <= 0 || !shorten(&kept, excess) {
			break
		}
	}
	_, _ = lockedWriter{l}.Write(line.Bytes()) // there is nowhere to report that standard output is gone
}

// shorten cuts excess bytes off the last string field that may lose them, and tells whether there was one.
func shorten(fields *[]slog.Attr, excess int) bool {
	for i := len(*fields) - 1; i >= 0; i-- {
		field := &(*fields)[i]
		if field.Value.Kind() != slog.KindString || field.Key == Dimension {
			continue
		}
		text := field.Value.String()
		if text = cut(text, max(0, len(text)-excess)); text == "" {
			*fields = slices.Delete(*fields, i, i+1)
		} else {
			field.Value = slog.StringValue(text)
		}
		return true
	}
	return false
}

// lockedWriter keeps lines whole: slog's handler and writeWithin share one output.
type lockedWriter struct{ l *Logger }

func (w lockedWriter) Write(line []byte) (int, error) {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	return w.l.out.Write(line)
}
