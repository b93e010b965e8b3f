package backend

import (
	"os/exec"
	"syscall"
)

// tie puts a child into a process group of its own, so that Ctrl-C in the terminal reaches only us and we end it in our order, and
// has the kernel send it a last signal when the thread that starts it ends: the caller must hold that thread for as long as the child lives.
func tie(cmd *exec.Cmd, last syscall.Signal) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: last}
}
