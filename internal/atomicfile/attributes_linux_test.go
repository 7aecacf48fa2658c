package atomicfile

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	accessList  = "system.posix_acl_access"
	defaultList = "system.posix_acl_default"
	somebody    = 12345
)

// acl is an access list that lets somebody read and write, as the kernel has it.
func acl() []byte {
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range []struct {
		tag, perm uint16
		id        uint32
	}{{0x01, 6, ^uint32(0)}, {0x02, 6, somebody}, {0x04, 4, ^uint32(0)}, {0x10, 6, ^uint32(0)}, {0x20, 0, ^uint32(0)}} {
		list = binary.LittleEndian.AppendUint16(list, e.tag)
		list = binary.LittleEndian.AppendUint16(list, e.perm)
		list = binary.LittleEndian.AppendUint32(list, e.id)
	}
	return list
}

// known is what others know a file by.
type known struct {
	uid, gid uint32
	mode     fs.FileMode
	inode    uint64
}

func know(t *testing.T, path string) known {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	s := info.Sys().(*syscall.Stat_t)
	return known{s.Uid, s.Gid, info.Mode(), s.Ino}
}

func root(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may give a file to another user")
	}
}

// In a directory that passes its group on, a file of others keeps its owner, group and mode, and a new file
// gets the directory's group.
func TestOwner(t *testing.T) {
	root(t)
	dir := t.TempDir()
	if err := errors.Join(os.Chown(dir, 0, 777), os.Chmod(dir, 0o777|fs.ModeSetgid)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "file")
	write(t, path, "old")
	if err := errors.Join(os.Chown(path, somebody, 888), os.Chmod(path, 0o640|fs.ModeSetuid)); err != nil {
		t.Fatal(err)
	}
	before := know(t, path)
	if err := Write(path, []byte("new"), 0o666); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "new", "file")
	after := know(t, path)
	if after.inode == before.inode {
		t.Error("it was written in place")
	}
	if after.inode = before.inode; after != before {
		t.Errorf("%+v is %+v afterwards", before, after)
	}
	other := filepath.Join(dir, "other")
	if err := Write(other, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := know(t, other); got.gid != 777 {
		t.Errorf("a new file's group is %d", got.gid)
	}
}

// A process that may not give a file to its owner writes it in place.
func TestOwnerInPlace(t *testing.T) {
	root(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write(t, path, "old")
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o777), os.Chmod(path, 0o666), os.Chown(path, somebody, somebody)); err != nil {
		t.Fatal(err)
	}
	before := know(t, path)
	err := make(chan error)
	go func() {
		runtime.LockOSThread() // and it ends with this goroutine
		// Setresuid of package syscall is for all threads, this one is for the thread.
		if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, 54321, 54321, 54321); e != 0 {
			err <- e
			return
		}
		err <- Write(path, []byte("new"), 0o666)
	}()
	if e := <-err; e != nil {
		t.Fatal(e)
	}
	holds(t, path, "new", "file")
	if after := know(t, path); after != before {
		t.Errorf("%+v is %+v afterwards", before, after)
	}
}

// A directory where nothing can be made beside the file changes nothing.
func TestReadOnlyDirectory(t *testing.T) {
	root(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write(t, path, "old")
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o555), os.Chmod(path, 0o666)); err != nil {
		t.Fatal(err)
	}
	err := make(chan error)
	go func() {
		runtime.LockOSThread()
		if _, _, e := syscall.RawSyscall(syscall.SYS_SETRESUID, 54321, 54321, 54321); e != 0 {
			err <- e
			return
		}
		err <- Write(path, []byte("new"), 0o666)
	}()
	if e := <-err; !errors.Is(e, fs.ErrPermission) {
		t.Errorf("%v", e)
	}
	holds(t, path, "old", "file")
}

// Extended attributes and access lists stay; a list that the directory gives to new files is not added.
func TestAttributes(t *testing.T) {
	dir := t.TempDir()
	path, plain := filepath.Join(dir, "file"), filepath.Join(dir, "plain")
	write(t, path, "old")
	write(t, plain, "old")
	for name, value := range map[string][]byte{"user.note": []byte("mine"), accessList: acl()} {
		if err := unix.Setxattr(path, name, value, 0); errors.Is(err, unix.ENOTSUP) {
			t.Skipf("the file system has no %s", name)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Setxattr(dir, defaultList, acl(), 0); err != nil {
		t.Fatal(err)
	}
	of := func(path string) map[string][]byte {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		all, err := list(f)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, path := range []string{path, plain} {
		before, mode := of(path), know(t, path).mode
		if err := Write(path, []byte("new"), 0o666); err != nil {
			t.Fatal(err)
		}
		holds(t, path, "new", "file", "plain")
		if after := of(path); !maps.EqualFunc(before, after, func(a, b []byte) bool { return string(a) == string(b) }) || know(t, path).mode != mode {
			t.Errorf("%s: %v %q is %v %q afterwards", path, mode, before, know(t, path).mode, after)
		}
	}
}
