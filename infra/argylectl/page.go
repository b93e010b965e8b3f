package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// page is where people read: text in columns, in colour on a terminal.
type page struct {
	out    io.Writer
	colour bool
	width  int // columns of the terminal; 0 if it is none
}

// newPage looks at where the text goes: colours are for terminals, and for those who have not set NO_COLOR (https://no-color.org).
func newPage(out io.Writer) page {
	file, ok := out.(*os.File)
	if !ok {
		return page{out: out}
	}
	width := terminalWidth(file)
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return page{out: out, width: width}
	}
	info, err := file.Stat()
	return page{out: out, width: width, colour: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// ink is a colour, as a terminal's code for it.
type ink string

const (
	plain  ink = ""
	bold   ink = "1"
	green  ink = "32"
	yellow ink = "33"
	red    ink = "31"
	faint  ink = "2"
)

// cell is one word of a table.
type cell struct {
	text string
	ink  ink
}

// paint gives the cell's text its colour. What comes from outside may hold anything, so nothing but the colour reaches the terminal as a code.
func (p page) paint(c cell) string {
	text := printable(c.text)
	if !p.colour || c.ink == plain || text == "" {
		return text
	}
	return "\x1b[" + string(c.ink) + "m" + text + "\x1b[0m"
}

// line prints one line of text.
func (p page) line(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

// table prints rows under a head, each column as wide as its widest cell.
func (p page) table(indent string, head []string, rows [][]cell) {
	heads := make([]cell, len(head))
	for i, text := range head {
		heads[i] = cell{text, bold}
	}
	rows = append([][]cell{heads}, rows...)
	widths := columnWidths(rows)
	for _, row := range rows {
		var line strings.Builder
		line.WriteString(indent)
		last := len(row) - 1
		for last > 0 && row[last].text == "" {
			last--
		}
		for i, c := range row[:last+1] {
			line.WriteString(p.paint(c))
			if i < last {
				line.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.text)+2))
			}
		}
		p.line("%s", line.String())
	}
}

// columnWidths are the widths of each column's widest cell.
func columnWidths(rows [][]cell) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	return widths
}
