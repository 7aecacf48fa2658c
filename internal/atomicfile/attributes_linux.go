package atomicfile

import (
	"bytes"
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// attributes gives next the extended attributes of old, of which access lists are some, and no others: a
// directory may have given it a list.
func attributes(next, old *os.File) error {
	want, err := list(old)
	if err != nil {
		return err
	}
	have, err := list(next)
	if err != nil {
		return err
	}
	for name, value := range want {
		if v, ok := have[name]; ok && bytes.Equal(v, value) {
			continue
		}
		if err := unix.Fsetxattr(int(next.Fd()), name, value, 0); err != nil {
			return err
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			if err := unix.Fremovexattr(int(next.Fd()), name); err != nil {
				return err
			}
		}
	}
	return nil
}

// list returns the extended attributes of a file by their names.
func list(f *os.File) (map[string][]byte, error) {
	names, err := read(func(buf []byte) (int, error) { return unix.Flistxattr(int(f.Fd()), buf) })
	if errors.Is(err, unix.ENOTSUP) {
		return nil, nil
	}
	all := map[string][]byte{}
	for name := range strings.SplitSeq(string(names), "\x00") {
		if name == "" {
			continue
		}
		value, err := read(func(buf []byte) (int, error) { return unix.Fgetxattr(int(f.Fd()), name, buf) })
		if err != nil {
			return nil, err
		}
		all[name] = value
	}
	return all, err
}

// read returns what get fills a buffer with that is large enough.
func read(get func([]byte) (int, error)) ([]byte, error) {
	for {
		size, err := get(nil)
		if err != nil || size == 0 {
			return nil, err
		}
		buf := make([]byte, size)
		n, err := get(buf)
		if !errors.Is(err, unix.ERANGE) { // it may have grown
			return buf[:max(n, 0)], err
		}
	}
}
