//go:build unix

package atomicfile

import (
	"os"
	"syscall"
)

// links returns how many names a file has.
func links(f *os.File) int {
	info, err := f.Stat()
	if err != nil {
		return 1
	}
	return int(info.Sys().(*syscall.Stat_t).Nlink)
}

// like gives next the owner, group, mode and attributes of old.
func like(next, old *os.File) error {
	info, err := old.Stat()
	if err != nil {
		return err
	}
	now, err := next.Stat()
	if err != nil {
		return err
	}
	want, have := info.Sys().(*syscall.Stat_t), now.Sys().(*syscall.Stat_t)
	if want.Uid != have.Uid || want.Gid != have.Gid {
		if err := next.Chown(int(want.Uid), int(want.Gid)); err != nil {
			return err
		}
	}
	if err := attributes(next, old); err != nil {
		return err
	}
	return next.Chmod(info.Mode()) // last, as the others change it
}

func replace(next *os.File, path string, _ bool) error { return os.Rename(next.Name(), path) }

// syncDir makes a rename last. Not every file system can.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
