package argyle

import (
	"errors"
	"time"
)

// Millis is a moment in milliseconds since the Unix epoch, UTC; as a clock, 0 means never. Argyle's webhooks carry microseconds and its REST
// API milliseconds for the same instant, so every time is cut to milliseconds before it is compared.
type Millis int64

// MillisOf cuts t to milliseconds.
func MillisOf(t time.Time) Millis { return Millis(t.UnixMilli()) }

// Time is the moment as a time in UTC.
func (m Millis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// timeLayouts are the forms of ISO 8601 that Argyle is known to send or that a reader would expect beside them. Older payloads lack a zone:
// they are UTC. Fractions of a second are read by every layout, whether or not it shows them.
var timeLayouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05Z0700",
	time.DateOnly,
}

var errNoTime = errors.New("not an ISO 8601 time")

// ParseTime reads an ISO 8601 time of the years 0 to 9999 UTC, cut to milliseconds; without a zone it is UTC.
func ParseTime(s string) (Millis, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil && 0 <= t.UTC().Year() && t.UTC().Year() <= 9999 {
			return MillisOf(t), nil
		}
	}
	return 0, errNoTime
}
