package main

import (
	"bytes"
	"encoding/json"
	"io"
)

// functionLog passes on what functions log, a line for each write: all of it, or only the lines with level WARN or ERROR and those that are
// no log lines, such as a panic's.
func functionLog(out io.Writer, everything bool) io.Writer {
	if everything {
		return out
	}
	return troubleOnly{out}
}

type troubleOnly struct{ out io.Writer }

func (t troubleOnly) Write(line []byte) (int, error) {
	var entry struct {
		Level string `json:"level"`
	}
	if bytes.HasPrefix(line, []byte("{")) && json.Unmarshal(line, &entry) == nil {
		if entry.Level != "WARN" && entry.Level != "ERROR" {
			return len(line), nil
		}
	}
	return t.out.Write(line)
}
