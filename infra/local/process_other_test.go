//go:build !linux

package local

// children is only known on Linux.
func children() error { return nil }
