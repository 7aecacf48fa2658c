package provide

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A go.mod that is read-only stays as it is, and nothing is written beside it.
func TestIntoReadOnly(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "go.mod")
	const text = "module example.com/m\n\ngo 1.21\n"
	if err := errors.Join(os.WriteFile(file, []byte(text), 0o444), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	err := make(chan error)
	go func() {
		if os.Getuid() == 0 {
			const nobody = 65534
			for _, name := range []string{dir, file} {
				if e := os.Chown(name, nobody, -1); e != nil {
					err <- e
					return
				}
			}
			runtime.LockOSThread() // and it ends with this goroutine: root may write to any file
			if e := unix.Setfsuid(nobody); e != nil {
				err <- e
				return
			}
		}
		_, e := Into(dir, "")
		err <- e
	}()
	if e := <-err; !errors.Is(e, fs.ErrPermission) {
		t.Error(e)
	}
	if now, e := os.ReadFile(file); e != nil || string(now) != text {
		t.Errorf("%q, %v", now, e)
	}
	if entries, e := os.ReadDir(dir); e != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, e)
	}
}
