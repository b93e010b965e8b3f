package main

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"argyle-webhooks/shared/telemetry"
)

// delivery is what the log line says of a delivery. Nothing else of it may be logged: payroll data is personal.
type delivery struct {
	began                time.Time
	bytes                int
	secret               int // position of the secret that signed it; -1: none
	event, account, user string
	unrouted             bool
	fromArgyle           bool   // the address is one of Argyle's
	outside              string // the address of a verified delivery, if it is not one of Argyle's
	cause                error
}

// maxCause leaves room on the line for the ids.
const maxCause = 80

// report writes the line, which is under 500 bytes and carries the delivery's metrics. If it must be cut, its last strings are.
func (d *delivery) report(log *telemetry.Logger, answer answer) {
	fields := []slog.Attr{slog.String("verdict", answer.verdict())}
	if answer != accepted {
		fields = append(fields, slog.String("reason", answer.reason))
	}
	fields = append(fields, slog.Int("bytes", d.bytes))
	cause, outside := telemetry.Cause(d.cause), d.outside
	if len(cause) > maxCause {
		cause = strings.ToValidUTF8(cause[:maxCause], "")
	}
	if cause != "" {
		outside = "" // what went wrong matters more, and the gateway's access log has the address
	}
	for _, text := range [][2]string{{"event", d.event}, {"account", d.account}, {"user", d.user}, {"cause", cause}, {"source_ip", outside}} {
		if text[1] != "" {
			fields = append(fields, slog.String(text[0], text[1]))
		}
	}
	level := slog.LevelInfo
	metrics := []telemetry.Metric{{Name: answer.metric(), Value: 1}}
	if answer.status == http.StatusServiceUnavailable {
		level = slog.LevelError
	}
	switch {
	case answer == accepted:
		// The newest secret is 0, which is not sent: there is a metric while a subscription still signs with an older one, and it says which.
		metrics = append(metrics, telemetry.Metric{Name: "secret", Value: d.secret})
	case d.secret >= 0 && answer.status != http.StatusServiceUnavailable: // the line needs the room for its cause
		fields = append(fields, slog.Int("secret", d.secret))
	}
	// Argyle's, as far as can be known, and not sent again. A bad signature is counted by itself, for anybody can make one.
	if answer.verdict() == "refused" && (d.secret >= 0 || answer == missingSignature && d.fromArgyle) {
		metrics = append(metrics, telemetry.Metric{Name: "lost", Value: 1})
	}
	if d.unrouted && answer == accepted {
		metrics = append(metrics, telemetry.Metric{Name: "unrouted", Value: 1})
	}
	// What is unavailable comes again and is counted then; what is too large has ids that need the room.
	if d.secret >= 0 && !d.fromArgyle && answer.status != http.StatusServiceUnavailable && answer != tooLarge {
		metrics = append(metrics, telemetry.Metric{Name: "outside", Value: 1})
	}
	log.Count(level, "delivery", metrics, fields...)
}
