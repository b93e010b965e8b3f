package main

import (
	"encoding/json"
	"fmt"
)

// dashboardWidth is how many columns CloudWatch's grid has.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html.
const dashboardWidth = 24

// widget is one of a dashboard's.
type widget struct {
	X, Y, Width, Height int
	Properties          struct {
		Title   string
		Region  string
		Metrics [][]any
	}
}

// dashboardRule: CloudFormation takes the body as text, and CloudWatch shows an empty graph for a metric that does not exist.
func dashboardRule(d *deployment, r *report) {
	for _, dashboard := range d.OfType(typeDashboard) {
		if got, want := text(dashboard, "DashboardName"), d.stackName()+"-"+d.parameter("AWS::Region", "us-east-1"); got != want {
			r.find(dashboard, "DashboardName is %q, want %q: an account has one of a name, in whatever region", got, want)
		}
		var body struct{ Widgets []widget }
		if err := json.Unmarshal([]byte(text(dashboard, "DashboardBody")), &body); err != nil {
			r.find(dashboard, "DashboardBody is no JSON of the form: %v", err)
			continue
		}
		if len(body.Widgets) == 0 {
			r.find(dashboard, "has no widgets")
		}
		waiting := map[string]int{}
		for i, w := range body.Widgets {
			bad := func(format string, args ...any) {
				r.find(dashboard, "%q: %s", w.Properties.Title, fmt.Sprintf(format, args...))
			}
			if w.Width <= 0 || w.Height <= 0 || w.X < 0 || w.Y < 0 || w.X+w.Width > dashboardWidth {
				bad("does not fit the grid of %d columns", dashboardWidth)
			}
			for _, other := range body.Widgets[:i] {
				if w.overlaps(other) {
					bad("overlaps %q", other.Properties.Title)
				}
			}
			if w.Properties.Title == "" || w.Properties.Region == "" {
				bad("has no title or no region")
			}
			shown, err := w.metrics()
			if err != nil {
				bad("%v", err)
			}
			for _, m := range shown {
				if wrong := d.check(m); wrong != "" {
					bad("%s", wrong)
				}
				if m.name == "ApproximateNumberOfMessagesVisible" {
					waiting[m.dimensions["QueueName"]]++
				}
			}
		}
		for _, queue := range d.OfType(typeQueue) {
			if n := waiting[queue.LogicalID+".QueueName"]; n != 1 {
				r.find(dashboard, "shows what waits in %s %d times, want once", queue.LogicalID, n)
			}
		}
	}
}

func (w widget) overlaps(other widget) bool {
	return w.X < other.X+other.Width && other.X < w.X+w.Width && w.Y < other.Y+other.Height && other.Y < w.Y+w.Height
}

// metrics are what a widget shows. An entry is namespace, name, and the dimensions' names and values in turn; "." repeats what stands in
// its place one entry before, and "..." all that is not given. A last element that is an object says how to draw.
func (w widget) metrics() ([]metric, error) {
	var shown []metric
	var before []string
	for _, entry := range w.Properties.Metrics {
		var path []string
		for i, element := range entry {
			s, isText := element.(string)
			switch {
			case isText && s == "...":
				given := 0
				for _, later := range entry[i+1:] {
					if _, isText := later.(string); isText {
						given++
					}
				}
				if given > len(before) {
					return nil, fmt.Errorf("the metric %v repeats more than there is before it", entry)
				}
				path = append(path, before[:len(before)-given]...)
			case isText && s == ".":
				if i >= len(before) {
					return nil, fmt.Errorf("the metric %v repeats more than there is before it", entry)
				}
				path = append(path, before[i])
			case isText:
				path = append(path, s)
			}
		}
		if len(path) < 2 || len(path)%2 != 0 {
			return nil, fmt.Errorf("the metric %v has no namespace, no name, or a dimension without a value", entry)
		}
		m := metric{namespace: path[0], name: path[1], dimensions: map[string]string{}}
		for i := 2; i < len(path); i += 2 {
			m.dimensions[path[i]] = path[i+1]
		}
		shown, before = append(shown, m), path
	}
	return shown, nil
}
