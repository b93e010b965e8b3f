package journeys

import "time"

// never is how Argyle writes the time of what has never been.
const never = "1970-01-01T00:00:00Z"

// receivedAfter are the receive times of a journey, counted from two hours before the world's now.
var receivedAfter = []time.Duration{
	0, 400 * time.Microsecond, time.Millisecond, 1600 * time.Microsecond, 2 * time.Millisecond,
	time.Second, 10 * time.Minute, time.Hour,
}

// clockAfter are times of Argyle's clock, counted from the same moment: among the receive times, before them and between them.
var clockAfter = []time.Duration{
	0, time.Microsecond, 999 * time.Microsecond, time.Millisecond, 1001 * time.Microsecond,
	2 * time.Millisecond, time.Second, -time.Millisecond, -time.Hour, 2 * time.Minute, 10 * time.Minute,
}

// ahead are times of Argyle's clock, counted from the receive time: those up to the millisecond of five minutes are kept.
var ahead = []time.Duration{
	time.Minute, 5*time.Minute - time.Millisecond, 5 * time.Minute, 5*time.Minute + 999*time.Microsecond,
	5*time.Minute + time.Millisecond, time.Hour, 24 * 365 * time.Hour,
}

// layouts are the forms in which Argyle's pages and deliveries have times; one without a zone is UTC.
var layouts = []string{
	"2006-01-02T15:04:05.000000Z", "2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05.000000",
	"2006-01-02T15:04:05.999999-07:00",
}

// received draws a receive time.
func (w World) received(d dice) time.Time {
	if w.Late && d.once(12) {
		return w.Now.Add(-28 * 24 * time.Hour).Add(oneOf(d, -time.Millisecond, 0, time.Millisecond, -time.Hour))
	}
	return w.Now.Add(-2 * time.Hour).Add(w.moment(d, receivedAfter))
}

// moment draws one of some moments; in a still world mostly the first.
func (w World) moment(d dice, moments []time.Duration) time.Duration {
	if w.Still && !d.once(6) {
		return moments[0]
	}
	return oneOf(d, moments...)
}

// clock draws a time of Argyle's clock.
func (b body) clock() string {
	t := b.world.Now.Add(-2 * time.Hour).Add(b.world.moment(b.dice, clockAfter))
	if b.once(6) {
		t = b.received.Truncate(time.Millisecond).Add(oneOf(b.dice, ahead...))
	}
	return write(b.dice, t)
}

// clockOrNever draws a time of Argyle's clock, or one of the ways to say never.
func (b body) clockOrNever() any {
	if b.once(6) {
		return oneOf[any](b.dice, nil, never)
	}
	return b.clock()
}

// date draws the date of an object, which is no clock and may lie in the future.
func (b body) date() any {
	if b.once(5) {
		return nil
	}
	if b.once(12) {
		return oneOf(b.dice, never, "1969-07-01T00:00:00Z")
	}
	return write(b.dice, b.world.Now.Add(time.Duration(b.IntN(5)-3)*180*24*time.Hour))
}

// write writes a time in one of Argyle's forms.
func write(d dice, t time.Time) string {
	layout := oneOf(d, layouts...)
	zone := time.UTC
	if layout == layouts[3] {
		zone = time.FixedZone("", oneOf(d, 2*60*60, -5*60*60-30*60))
	}
	return t.In(zone).Format(layout)
}
