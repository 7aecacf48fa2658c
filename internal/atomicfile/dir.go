package atomicfile

import (
	"errors"
	"io/fs"
	"os"
)

// Dir renames the directory next to target. What target was, if it was anything, is then called
// next. Where the system can exchange two names in one step, Linux and macOS on their usual file
// systems, there is a whole target at any moment; elsewhere there is none for a moment.
func Dir(next, target string) error {
	if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(next, target)
	}
	if exchange(next, target) == nil {
		return nil
	}
	return rename(next, target)
}

// rename exchanges two directories in three steps.
func rename(next, target string) error {
	was := next + ".was"
	if err := os.Rename(target, was); err != nil {
		return err
	}
	if err := os.Rename(next, target); err != nil {
		return errors.Join(err, os.Rename(was, target))
	}
	return os.Rename(was, next)
}
