// Package atomicfile replaces files. A reader sees the old file or the whole new one, and what others
// know a file by stays: its owner, group, mode, access lists, extended attributes and links.
//
// The new content is written beside the file, under a name that ends in [NewSuffix], and renamed. The next
// write of the same file removes one that a killed process has left. A file that has several names, or
// whose owner or attributes this process may not give to a new one, is written in place. Its old
// content is kept beside it meanwhile, under a name that ends in [OldSuffix]; a process that is killed at
// that moment leaves it there.
package atomicfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

const (
	NewSuffix = ".cellwrap-new"
	OldSuffix = ".cellwrap-old"
)

// A File is new content that waits to be put in its place.
type File struct {
	path   string // of the file itself, no link
	data   []byte
	exists bool
	next   *os.File // beside the file, or nil if it is written in place
	quick  bool
}

// Write makes data the content of the file at path. A file that is not there gets the mode perm, before
// umask.
func Write(path string, data []byte, perm fs.FileMode) error {
	f, err := Stage(path, data, perm)
	if err != nil {
		return err
	}
	return f.Commit()
}

// WriteCache is like [Write], for what can be made again: it waits for no disk.
func WriteCache(path string, data []byte, perm fs.FileMode) error {
	f, err := stage(path, data, perm, true)
	if err != nil {
		return err
	}
	return f.Commit()
}

// Stage writes data beside the file at path. [File.Commit] or [File.Discard] must follow.
func Stage(path string, data []byte, perm fs.FileMode) (*File, error) {
	return stage(path, data, perm, false)
}

func stage(path string, data []byte, perm fs.FileMode, quick bool) (*File, error) {
	target, err := Resolve(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: target, data: data, quick: quick}
	old, err := os.OpenFile(target, os.O_WRONLY, 0)
	switch {
	case err == nil:
		defer old.Close()
		f.exists = true
		perm = 0o600 // until it has the old one's attributes
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err // its directory would let it be replaced, its own mode does not
	}
	if f.exists && links(old) > 1 {
		return f, nil
	}
	if f.next, err = create(target, NewSuffix, perm); err != nil {
		return nil, say(path, err)
	}
	if f.exists && like(f.next, old) != nil {
		f.Discard()
		return f, nil
	}
	_, err = f.next.Write(data)
	if err == nil && !quick {
		err = f.next.Sync()
	}
	if err != nil {
		f.Discard()
		return nil, say(path, err)
	}
	return f, nil
}

// say makes an error about a temporary file one about the file that it is for.
func say(path string, err error) error {
	if temporary, ok := errors.AsType[*fs.PathError](err); ok {
		err = temporary.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// Discard gives the new content up. After Commit it does nothing.
func (f *File) Discard() {
	if f.next != nil {
		remove(f.next)
		f.next = nil
	}
}

// Commit puts the new content in its place.
func (f *File) Commit() error {
	if f.next == nil {
		return f.inPlace()
	}
	next := f.next
	f.next = nil
	if err := replace(next, f.path, f.exists); err != nil {
		remove(next)
		return err
	}
	next.Close()
	if !f.quick {
		syncDir(filepath.Dir(f.path))
	}
	return nil
}

// inPlace writes over the file, as gofmt -w does.
func (f *File) inPlace() error {
	file, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	was, err := io.ReadAll(file)
	if err != nil || bytes.Equal(was, f.data) {
		return err
	}
	backup, err := create(f.path, OldSuffix, 0o600)
	if err != nil {
		return fmt.Errorf("%s: no backup beside it: %w", f.path, err)
	}
	if _, err := backup.Write(was); err != nil {
		remove(backup)
		return say(f.path, err)
	}
	if err := backup.Sync(); err != nil {
		remove(backup)
		return say(f.path, err)
	}
	if err := overwrite(file, f.data); err != nil {
		if overwrite(file, was) != nil {
			backup.Close()
			return fmt.Errorf("%w (%s has what it was)", err, backup.Name())
		}
		remove(backup)
		return err
	}
	remove(backup)
	return nil
}

func overwrite(file *os.File, data []byte) error {
	if _, err := file.WriteAt(data, 0); err != nil {
		return err
	}
	return errors.Join(file.Truncate(int64(len(data))), file.Sync())
}

// remove closes and deletes a file of ours. On Unix it goes while it is locked.
func remove(f *os.File) {
	if os.Remove(f.Name()) != nil {
		f.Close()
		os.Remove(f.Name())
		return
	}
	f.Close()
}

// create makes a file beside path that no other process uses: it is locked until it is closed. New content that
// a killed process has left is removed; old content is not, as it may be the only one.
func create(path, suffix string, perm fs.FileMode) (*os.File, error) {
	dir, name := filepath.Split(path)
	if len(name) > 200 { // a file system takes 255 bytes
		sum := sha256.Sum256([]byte(name))
		name = hex.EncodeToString(sum[:])
	}
	if suffix == NewSuffix {
		name = "." + name // neither ls nor the go command sees it
	}
	for n := 0; n < 1000; n++ {
		try := dir + name
		if n > 0 {
			try += "." + strconv.Itoa(n)
		}
		try += suffix
		f, err := os.OpenFile(try, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if err == nil {
			if tryLock(f) && still(f, try) {
				return f, nil
			}
			f.Close() // another process took it for a dead one's
			continue
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if suffix == NewSuffix && dead(try) {
			n--
		}
	}
	return nil, fmt.Errorf("%s: %w", dir+name+suffix, fs.ErrExist)
}

// still reports whether the name is the file's.
func still(f *os.File, name string) bool {
	a, err1 := f.Stat()
	b, err2 := os.Lstat(name)
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

// dead removes a file of ours that no process has open. It reports whether it is gone.
func dead(name string) bool {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return errors.Is(err, fs.ErrNotExist)
	}
	f, err := os.Open(name)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	return tryLock(f) && still(f, name) && os.Remove(name) == nil
}

// Resolve returns the file that path is a link to, and refuses what cannot be replaced.
func Resolve(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return "", fmt.Errorf("%s is a link to a file that does not exist", path)
		}
		return path, nil
	}
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	return filepath.EvalSymlinks(path)
}
