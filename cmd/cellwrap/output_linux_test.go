package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/cellwrap/cellwrap/internal/atomicfile"
)

// A file that another process of ours changes while this one waits to replace it stays as the other has
// made it.
func TestWriteWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("old")
	unlock, err := atomicfile.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	wrote := make(chan error)
	go func() {
		wrote <- writeFiles([]file{{path: path, text: []byte("new"), was: []byte("old"), mustBe: true}})
	}()
	for waits := fmt.Sprintf(" %d ", os.Getpid()); ; runtime.Gosched() {
		locks, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Skipf("who waits for a lock cannot be told: %v", err)
		}
		if waiting := strings.Split(string(locks), "-> FLOCK"); len(waiting) > 1 && strings.Contains(strings.Join(waiting[1:], ""), waits) {
			break
		}
		select {
		case err := <-wrote:
			t.Fatalf("it has not waited: %v", err)
		default:
		}
	}
	write("another's")
	unlock()
	if err := <-wrote; err == nil || !strings.Contains(err.Error(), "has changed since it was read") {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "another's" {
		t.Errorf("%q, %v", text, err)
	}
}

// A file that is read-only stays as it is, though its directory would let it be replaced.
func TestWriteReadOnly(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := errors.Join(os.WriteFile(path, []byte("old"), 0o444), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	err := make(chan error)
	go func() {
		if os.Getuid() == 0 {
			const nobody = 65534
			for _, name := range []string{dir, path} {
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
		err <- writeFiles([]file{{path: path, text: []byte("new")}})
	}()
	if e := <-err; !errors.Is(e, fs.ErrPermission) {
		t.Error(e)
	}
	if text, e := os.ReadFile(path); e != nil || string(text) != "old" {
		t.Errorf("%q, %v", text, e)
	}
}
