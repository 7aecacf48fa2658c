//go:build unix

package process

import (
	"errors"
	"syscall"
)

// Exists reports whether there is a process with an id, anybody's.
func Exists(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
