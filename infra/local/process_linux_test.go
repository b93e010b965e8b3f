package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// children fails when this process still has children: whatever a stack started has to have ended with it.
func children() error {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return fmt.Errorf("listing processes: %w", err)
	}
	var left error
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		// pid (name) state parent …; the name may hold anything.
		name, rest, _ := strings.Cut(string(stat), ") ")
		var state string
		var parent int
		if _, err := fmt.Sscan(rest, &state, &parent); err == nil && parent == os.Getpid() {
			left = errors.Join(left, fmt.Errorf("left behind: process %s)", name))
		}
	}
	return left
}
