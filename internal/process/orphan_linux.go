package process

import "syscall"

// dieWithParent has the kernel end a process when we are killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
