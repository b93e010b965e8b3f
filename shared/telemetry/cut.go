package telemetry

import "unicode/utf8"

const (
	// MaxLine is what a line of [Logger.Line] or [Logger.Count] stays under, in bytes with its line feed. Log ingestion is paid by the byte and is
	// the dearest part of a delivery after the gateway.
	MaxLine = 500
	// MaxText is the most that such a line shows of a string, in bytes as JSON writes them. Argyle's ids are UUIDs of 36; longer ones are not
	// Argyle's.
	MaxText = 128
)

// Cut returns the longest beginning of s that ends with a whole character and takes at most [MaxText] bytes once it is encoded.
func Cut(s string) string {
	encoded := 0
	for at, r := range s {
		if encoded += encodedLen(r); encoded > MaxText {
			return s[:at]
		}
	}
	return s
}

// encodedLen is how many bytes slog's JSON takes for a character, or for a byte that is part of none.
func encodedLen(r rune) int {
	switch {
	case r == '"' || r == '\\' || r == '\n' || r == '\r' || r == '\t':
		return 2
	case r < ' ' || r == utf8.RuneError || r == '\u2028' || r == '\u2029':
		return 6
	}
	return utf8.RuneLen(r)
}

// cut returns the longest beginning of s that has at most limit bytes and ends with a whole character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
