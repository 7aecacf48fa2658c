//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"os"
	"syscall"
)

// Lock waits until no other process of ours is about to replace the file. A lock on a file that
// was replaced meanwhile does no harm, as who locks compares the content then.
func Lock(path string) (unlock func(), _ error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX) // not on every file system; the content is compared in any case
	return func() { f.Close() }, nil
}

// tryLock locks f until it is closed, if no other process has. Where there are no locks, every file counts as
// locked by its own process, and none as left.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
