//go:build unix

package process

import (
	"os"
	"os/exec"
	"syscall"
)

// GuardGroup has the group that a started command leads end with us, even when we are killed. What it returns ends
// the group, and has to be called.
func GuardGroup(cmd *exec.Cmd) (end func()) {
	r, w, err := os.Pipe()
	if err != nil {
		return func() { SignalGroup(cmd, syscall.SIGKILL) }
	}
	// A process of the group reads from a pipe that only we have the other end of.
	guard := exec.Command("/bin/sh", "-c", "trap '' HUP INT QUIT TERM; read line; kill -9 0")
	guard.Stdin = r
	guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: cmd.Process.Pid}
	err = guard.Start()
	r.Close()
	return func() {
		SignalGroup(cmd, syscall.SIGKILL) // it may be empty
		w.Close()
		if err == nil {
			guard.Wait()
		}
	}
}
