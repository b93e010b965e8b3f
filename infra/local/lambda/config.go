package lambda

import (
	"fmt"
	"io"
	"os"
	"time"
)

// Limits of a synchronous invocation (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, read 2025-11): 6 MiB each way,
// of which AWS measurably allows an answer 100 bytes more.
const (
	MaxPayload  = 6 << 20
	MaxResponse = 6<<20 + 100
)

// Config describes one function.
type Config struct {
	// Name is the function's name and ARN its full name.
	Name, ARN string
	// Binary is the executable; its file name is what `ps` shows.
	Binary string
	// Emulator is a program that runs Binary, whose path it gets as its only argument, where Binary is for another processor. Empty: Binary
	// is run by itself.
	Emulator string
	// Environment is what the template gives the function. The process sees it, Lambda's own variables, and nothing of this process's
	// environment.
	Environment map[string]string
	// Region and the keys are given to the function as AWS's variables.
	Region, AccessKey, SecretKey string
	// Timeout bounds an invocation; MemoryMB is only reported to the function.
	Timeout  time.Duration
	MemoryMB int
	// Concurrency is the largest number of instances, at least 1.
	Concurrency int
	// LogFormat is Text or JSON, LogLevel the application log level or empty; both are only reported to the function.
	LogFormat, LogLevel string
	// Log takes what the processes print, one Write per line; nil discards it. Writes of one Function do not overlap.
	Log io.Writer
}

func (c Config) check() error {
	if c.Concurrency < 1 || c.Timeout <= 0 {
		return fmt.Errorf("function %s: concurrency %d and timeout %v: both must be positive", c.Name, c.Concurrency, c.Timeout)
	}
	if _, err := os.Stat(c.Binary); err != nil {
		return fmt.Errorf("function %s: looking for its binary: %w", c.Name, err)
	}
	return nil
}
