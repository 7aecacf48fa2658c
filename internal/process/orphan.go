package process

import (
	"os/exec"
	"syscall"
)

// DieWithParent has cmd end when we are killed, where the system can do that.
func DieWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	dieWithParent(cmd.SysProcAttr)
}
