package lambdaenv

import (
	"log/slog"
	"os"
	"strings"

	"argyle-webhooks/shared/telemetry"
)

// Env reads a function's settings and remembers what is wrong with them until [Env.Ready].
type Env struct {
	// Log is the function's log, on standard output. Its level is the setting LOG_LEVEL.
	Log *telemetry.Logger

	name    string
	version string
	lookup  func(string) string
	exit    func(int)
	missing []string
	wrong   []string
}

// Open starts to read the settings of the function called name, the name of its folder. metricsOf is the value of its metrics' dimension;
// empty, they have none. The namespace of the metrics is the stack's name, the setting STACK_NAME, which keeps the stacks of an
// AWS account apart.
func Open(name, metricsOf string) *Env {
	log := telemetry.New(os.Stdout, metricsOf, os.Getenv("LOG_LEVEL"))
	if stack := os.Getenv("STACK_NAME"); stack != "" {
		log.Namespace = stack
	}
	return open(name, log, os.Getenv, os.Exit)
}

func open(name string, log *telemetry.Logger, lookup func(string) string, exit func(int)) *Env {
	version := lookup("VERSION")
	if version == "" {
		version = "unknown"
	}
	return &Env{Log: log, name: name, version: version, lookup: lookup, exit: exit}
}

// Required returns the variable's value without white space around it. One that is unset or blank is missing.
func (e *Env) Required(variable string) string {
	value := strings.TrimSpace(e.lookup(variable))
	if value == "" {
		e.missing = append(e.missing, variable)
	}
	return value
}

// OneOf returns the value of a required variable that must be one of allowed.
func (e *Env) OneOf(variable string, allowed ...string) string {
	value := e.Required(variable)
	for _, one := range allowed {
		if value == one {
			return value
		}
	}
	if value != "" {
		e.wrong = append(e.wrong, variable+" must be "+strings.Join(allowed, " or "))
	}
	return ""
}

// Ready writes the function's first log line, which says its name and version. If a setting is missing or wrong it writes a line that names all of
// them instead, and ends the process. Values are not shown.
func (e *Env) Ready() {
	line := e.Log.With(slog.String("name", e.name), slog.String("version", e.version))
	if len(e.missing) == 0 && len(e.wrong) == 0 {
		line.Info("started")
		return
	}
	line.Error("cannot start", slog.String("reason", e.problem()))
	e.exit(1)
}

func (e *Env) problem() string {
	var problems []string
	if len(e.missing) > 0 {
		problems = append(problems, "missing settings: "+strings.Join(e.missing, ", "))
	}
	if len(e.wrong) > 0 {
		problems = append(problems, "wrong settings: "+strings.Join(e.wrong, ", "))
	}
	return strings.Join(problems, "; ")
}
