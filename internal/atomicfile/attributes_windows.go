package atomicfile

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// links returns how many names a file has.
func links(f *os.File) int {
	var info windows.ByHandleFileInformation
	if windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info) != nil {
		return 1
	}
	return int(info.NumberOfLinks)
}

// like does nothing: ReplaceFile carries the attributes and access lists over.
func like(_, _ *os.File) error { return nil }

var replaceFile = windows.NewLazySystemDLL("kernel32.dll").NewProc("ReplaceFileW")

// replace puts next in the place of path.
func replace(next *os.File, path string, exists bool) error {
	if err := next.Close(); err != nil {
		return err
	}
	if !exists {
		return os.Rename(next.Name(), path)
	}
	to, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	from, err := windows.UTF16PtrFromString(next.Name())
	if err != nil {
		return err
	}
	ok, _, err := replaceFile.Call(uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(from)), 0, 0, 0, 0)
	if ok == 0 {
		return &os.PathError{Op: "replace", Path: path, Err: err}
	}
	return nil
}

// syncDir does nothing: a directory cannot be synced.
func syncDir(string) {}
