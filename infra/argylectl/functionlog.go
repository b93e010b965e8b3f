package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode"

	"argyle-webhooks/infra/samples"
	"argyle-webhooks/shared/argyle"
)

// functionLog passes on what functions log, a line for each write: all of it as it is, or only what went wrong, in a person's words where it
// knows them. What is no log line, such as a panic's, goes through as it is.
type functionLog struct {
	out        io.Writer
	everything bool
	// fate, once it is set, tells after how many receives a queue's failed message leaves it, and which queue it then is in.
	fate atomic.Pointer[func(queue string) (deadLetters string, receives int)]
}

// logEntry is what people's lines are made from.
type logEntry struct {
	Level        string `json:"level"`
	Message      string `json:"msg"`
	Reason       string `json:"reason"`
	Event        string `json:"event"`
	Account      string `json:"account"`
	User         string `json:"user"`
	ReceiveCount string `json:"receive_count"`
	Unrouted     int    `json:"unrouted"`
}

func (l *functionLog) Write(line []byte) (int, error) {
	shown := line
	var entry logEntry
	if !l.everything && bytes.HasPrefix(line, []byte("{")) && json.Unmarshal(line, &entry) == nil {
		switch said := l.inWords(entry); {
		case said != "":
			shown = []byte(said + "\n")
		case entry.Level != "WARN" && entry.Level != "ERROR":
			return len(line), nil
		}
	}
	if _, err := l.out.Write(shown); err != nil {
		return 0, err
	}
	return len(line), nil
}

// inWords is a log line for people; "" if there are no words for it.
func (l *functionLog) inWords(entry logEntry) string {
	var said string
	switch {
	case entry.Message == "delivery" && entry.Unrouted > 0:
		said = fmt.Sprintf("%s is an event that is not known yet: it waits in the %s", about(entry), samples.LogicalID(argyle.Unrouted, "Queue"))
	case entry.Message == "message failed" && entry.Event != "" && entry.Reason != "":
		said = fmt.Sprintf("%s %s: %s", about(entry), l.failed(entry), entry.Reason)
	}
	return printable(said)
}

// printable replaces what does not print: names and ids come from outside, and a terminal is not to obey them.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// failed says how often a message has failed and, the last time, where it goes.
func (l *functionLog) failed(entry logEntry) string {
	times, err := strconv.Atoi(entry.ReceiveCount)
	family, known := argyle.Family(entry.Event)
	fate := l.fate.Load()
	if err != nil || !known || fate == nil {
		return "failed"
	}
	deadLetters, receives := (*fate)(samples.LogicalID(family, "Queue"))
	switch {
	case deadLetters == "":
		return fmt.Sprintf("failed (%d)", times)
	case times < receives:
		return fmt.Sprintf("failed (%d of %d)", times, receives)
	}
	return fmt.Sprintf("failed %d times and goes to the %s", times, deadLetters)
}

// about names what an event is about: by ids alone.
func about(entry logEntry) string {
	switch {
	case entry.Account != "":
		return entry.Event + " of " + entry.Account
	case entry.User != "":
		return entry.Event + " of " + entry.User
	}
	return entry.Event
}
