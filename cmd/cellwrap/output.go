package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aymanbagabas/go-udiff"
	"github.com/google/renameio/v2"
)

// content is what a result is compared with.
type content struct {
	text   []byte
	exists bool
}

// old returns what stands in the result's place.
func (r *result) old() (content, error) {
	if r.dest == "" || r.dest == r.path {
		return content{r.text, true}, nil
	}
	if _, err := regular(r.dest); err != nil {
		return content{}, err // reading a pipe would wait for its writer
	}
	text, err := os.ReadFile(r.dest)
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, nil
	}
	return content{text, true}, err
}

// unified returns the difference between what is there and the result.
func unified(r *result, old content) string {
	if r.isBook && bytes.Equal(old.text, r.text) {
		return unifiedCells(r)
	}
	from := r.displayName()
	if !old.exists {
		from = os.DevNull
	}
	return udiff.Unified(from, r.displayName(), string(old.text), string(r.code))
}

// file is a file to write.
type file struct {
	path   string
	text   []byte
	was    []byte // what it must still hold, if mustBe
	mustBe bool
}

// file returns the result as a file to write. What was read from that place must not have changed.
func (r *result) file() file {
	return file{r.dest, r.code, r.text, r.dest == r.path}
}

// writeFiles replaces the files atomically: each has its old or its new content at any
// moment, and its old mode. All are written beside their places before the first is
// replaced, so a full disk changes none.
func writeFiles(files []file) error {
	var pending []*renameio.PendingFile
	defer func() {
		for _, p := range pending {
			p.Cleanup()
		}
	}()
	for _, f := range files {
		path, err := writable(f.path)
		if err != nil {
			return err
		}
		p, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o666), renameio.WithExistingPermissions())
		var temporary *fs.PathError
		if errors.As(err, &temporary) {
			err = fmt.Errorf("%s: %w", f.path, temporary.Err)
		}
		if err != nil {
			return err
		}
		pending = append(pending, p)
		if _, err := p.Write(f.text); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	for _, f := range files {
		if err := f.check(); err != nil {
			return err
		}
	}
	for i, p := range pending {
		if err := files[i].replace(p); err != nil {
			return err
		}
	}
	return nil
}

// replace puts the new content in the file's place, unless the file has been changed since it was
// read. Other processes of ours wait.
func (f file) replace(p *renameio.PendingFile) error {
	if f.mustBe {
		unlock, err := lockFile(f.path)
		if err != nil {
			return err
		}
		defer unlock()
		if err := f.check(); err != nil {
			return err
		}
	}
	return p.CloseAtomicallyReplace()
}

// check fails if the file has been changed since it was read.
func (f file) check() error {
	if !f.mustBe {
		return nil
	}
	now, err := os.ReadFile(f.path)
	if err == nil && !bytes.Equal(now, f.was) && !bytes.Equal(now, f.text) {
		err = fmt.Errorf("%s has changed since it was read (it is left as it is; try again)", f.path)
	}
	return err
}

// writable is regular, and refuses a file that may not be written to: its directory would let it be replaced.
func writable(path string) (string, error) {
	target, err := regular(path)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return target, nil
	}
	if err != nil {
		return "", err
	}
	return target, f.Close()
}

// regular returns the file that path is a link to, and refuses what cannot be
// replaced.
func regular(path string) (string, error) {
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
