//go:build unix && !linux

package lambda

import (
	"os/exec"
	"syscall"
)

// bindToParent gives the process a group of its own, so that Ctrl-C in a terminal reaches only the stack.
func bindToParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// kill ends the process and whatever it started.
func (i *instance) kill() {
	if !i.gone() {
		_ = syscall.Kill(-i.pid(), syscall.SIGKILL)
	}
}
