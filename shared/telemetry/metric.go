package telemetry

import "log/slog"

// DefaultNamespace is the CloudWatch namespace of the metrics of a function that belongs to no stack.
const DefaultNamespace = "argyle-webhooks"

// Dimension is the name of the metrics' one dimension, where several functions have metrics of the same names: which function.
const Dimension = "function"

// Metric is a count under a name in snake_case. The name stands beside the line's fields and must differ from theirs.
type Metric struct {
	Name  string
	Value int
}

// emf is the member that makes a log line a metric line.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html. The unit is
// left out: none is what an alarm without a unit reads, and it saves bytes on every line.
type emf struct {
	Timestamp         int64 // ms since the epoch
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metricName
}

type metricName struct{ Name string }

// The sets of dimensions that a metric may have: none, or the one.
var (
	noDimension  = [][]string{{}}
	oneDimension = [][]string{{Dimension}}
)

// Count writes one line that is also a metric line: fields as they are, each metric as a member, and the member "_aws" that names them.
// A metric whose value is 0 is a member but is not sent, so that it costs nothing until it happens. String fields are cut as
// [Logger.Line] cuts them. The line is written whatever the log level.
func (l *Logger) Count(level slog.Level, msg string, metrics []Metric, fields ...slog.Attr) {
	names := make([]metricName, 0, len(metrics))
	line := make([]slog.Attr, 0, len(fields)+len(metrics)+2)
	line = append(line, fields...)
	for _, metric := range metrics {
		line = append(line, slog.Int(metric.Name, metric.Value))
		if metric.Value != 0 {
			names = append(names, metricName{metric.Name})
		}
	}
	if len(names) > 0 {
		dimensions := noDimension
		if l.function != "" {
			dimensions = oneDimension
			line = append(line, slog.String(Dimension, l.function))
		}
		line = append(line, slog.Any("_aws", emf{
			Timestamp:         l.now().UnixMilli(),
			CloudWatchMetrics: []directive{{Namespace: l.Namespace, Dimensions: dimensions, Metrics: names}},
		}))
	}
	l.writeWithin(level, msg, line)
}
