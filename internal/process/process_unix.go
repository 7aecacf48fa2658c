//go:build unix

// Package process starts commands whose own children end with them.
package process

import (
	"os"
	"os/exec"
	"syscall"
)

// OwnGroup makes cmd the leader of a process group that is killed as one when
// its context ends: the go command, say, does not take its compilers with it.
func OwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error { return SignalGroup(cmd, syscall.SIGKILL) }
}

// SignalGroup signals a started command and, if it is the leader of a group, all of that.
func SignalGroup(cmd *exec.Cmd, sig os.Signal) error {
	n, ok := sig.(syscall.Signal)
	if a := cmd.SysProcAttr; ok && a != nil && a.Setpgid {
		return syscall.Kill(-cmd.Process.Pid, n)
	}
	return cmd.Process.Signal(sig)
}

// Status returns what a shell would say of how a command ended.
func Status(state *os.ProcessState) int {
	if w, ok := state.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return state.ExitCode()
}
