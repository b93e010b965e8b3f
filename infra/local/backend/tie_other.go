//go:build !linux

package backend

import (
	"os/exec"
	"syscall"
)

// tie puts a child into a process group of its own, so that Ctrl-C in the terminal reaches only us and we end it in our order. What
// ends it if we are killed is the end of its standard input; the last signal is for systems that can send one.
func tie(cmd *exec.Cmd, _ syscall.Signal) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
