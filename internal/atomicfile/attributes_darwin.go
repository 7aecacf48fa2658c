package atomicfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// attributes fails if old has extended attributes, so that it is written in place. Without cgo there is no
// way to copy them with the access lists.
func attributes(_, old *os.File) error {
	size, err := unix.Flistxattr(int(old.Fd()), nil)
	if err == nil && size > 0 {
		return unix.ENOTSUP
	}
	return err
}
