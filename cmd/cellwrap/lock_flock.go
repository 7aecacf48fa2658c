//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"os"
	"syscall"
)

// lockFile waits until no other process of ours is about to replace the file. A lock on a file that
// was replaced meanwhile is of no harm: its content is looked at then.
func lockFile(path string) (unlock func(), _ error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX) // not on every file system; the content is compared in any case
	return func() { f.Close() }, nil
}
