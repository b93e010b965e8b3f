package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// report is the page that the benchmark prints.
type report struct {
	out         io.Writer
	rows        *tabwriter.Writer
	met, missed int
	misses      []string
}

// section begins a part of the page: its title, and what is said of how it was measured.
func (r *report) section(title string, said ...string) {
	fmt.Fprintf(r.out, "\n%s\n%s\n", title, strings.Repeat("─", len([]rune(title))))
	for _, line := range said {
		fmt.Fprintf(r.out, "%s\n", line)
	}
	fmt.Fprintln(r.out)
}

// row adds a line to the table that is being printed; end prints it.
func (r *report) row(cells ...any) {
	if r.rows == nil {
		r.rows = tabwriter.NewWriter(r.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	}
	for _, cell := range cells {
		fmt.Fprintf(r.rows, "%v\t", cell)
	}
	fmt.Fprintln(r.rows)
}

func (r *report) end() {
	if r.rows != nil {
		_ = r.rows.Flush() // to a terminal
		r.rows = nil
	}
}

// atMost says whether a goal is met, and returns the cell that says so. A figure is compared as it is, not as it is printed.
func (r *report) atMost(what string, measured, limit float64, form string) string {
	return r.judge(what, measured <= limit, fmt.Sprintf("≤ "+form, limit), fmt.Sprintf(form, measured))
}

// atLeast is atMost for what must not be less.
func (r *report) atLeast(what string, measured, limit float64, form string) string {
	return r.judge(what, measured >= limit, fmt.Sprintf("≥ "+form, limit), fmt.Sprintf(form, measured))
}

func (r *report) judge(what string, ok bool, goal, measured string) string {
	if ok {
		r.met++
		return goal + " met"
	}
	r.missed++
	r.misses = append(r.misses, fmt.Sprintf("%s: %s, goal %s", what, measured, goal))
	return goal + " MISSED"
}

// goal prints a goal that stands in no table.
func (r *report) goal(what, measured, verdict string) {
	r.end()
	fmt.Fprintf(r.out, "  %s: %s; goal %s\n", what, measured, verdict)
}

func (r *report) close() {
	fmt.Fprintf(r.out, "\nGoals: %d met, %d missed\n", r.met, r.missed)
	for _, miss := range r.misses {
		fmt.Fprintf(r.out, "  MISSED  %s\n", miss)
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }

func us(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d)/float64(time.Microsecond)) }

func mb(bytes int64) string { return fmt.Sprintf("%.2f", float64(bytes)/1e6) }

// per is a ratio of two times.
func per(a, b time.Duration) float64 { return float64(a) / float64(b) }
