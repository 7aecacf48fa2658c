//go:build linux || darwin

package session

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// placeEnv is where GoNB says what directory its kernel has.
const placeEnv = "GONB_TMP_DIR"

// A place is where the keeper of one session can be found: a directory of its own in one that
// all sessions of the kernel have, with a socket. Both are the user's alone.
type place struct{ all, dir string }

// placeOf returns the place of the named session. The name may be any, and hashed it is short,
// and differs from others where a file system does not tell capitals from small letters.
func placeOf(name string) (place, error) {
	kernels := os.Getenv(placeEnv)
	if kernels == "" {
		return place{}, fmt.Errorf("%s is not set: a result can only outlive the cell of a GoNB kernel (elsewhere, use package reactor)", placeEnv)
	}
	return placeIn(kernels, name)
}

// placeIn is placeOf for the kernel with a directory.
func placeIn(kernels, name string) (place, error) {
	sum := fnv.New64a()
	io.WriteString(sum, name)
	all := filepath.Join(kernels, ".cellwrap")
	p := place{all, filepath.Join(all, fmt.Sprintf("%016x", sum.Sum64()))}
	if limit := len(syscall.RawSockaddrUnix{}.Path) - 1; len(p.socket()) > limit {
		return place{}, fmt.Errorf("the path of the socket is too long, %d bytes where the system takes %d: %s (start the kernel with a shorter TMPDIR)",
			len(p.socket()), limit, p.socket())
	}
	return p, nil
}

func (p place) socket() string { return filepath.Join(p.dir, "s") }
func (p place) next() string   { return filepath.Join(p.dir, "n") } // to become the socket

// socketOf returns the path of the socket for a client, which does not trust one of others.
func socketOf(name string) (string, error) {
	p, err := placeOf(name)
	if err == nil {
		err = p.check()
	}
	return p.socket(), unreachable(err)
}

// unreachable makes clear what it means that a socket cannot be reached.
func unreachable(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrNotStarted
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: nobody listens any more", ErrDied)
	}
	return err
}

// check returns an error if the place is another user's, or open to one.
func (p place) check() error {
	for _, dir := range []string{p.all, p.dir} {
		info, err := os.Lstat(dir)
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() || info.Mode().Perm()&0o077 != 0 {
			return fmt.Errorf("%s is not a directory of this user alone (remove it)", dir)
		}
	}
	return nil
}

// lockWithin is longer than another start, and the end of what it replaces, may hold the place.
const lockWithin = 2 * time.Second

// lock makes the place, if need be, and locks it until the file is closed.
func (p place) lock() (*os.File, error) {
	for {
		for _, dir := range []string{p.all, p.dir} {
			if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
				if _, gone := os.Lstat(p.all); dir == p.dir && gone != nil {
					break // another session's keeper has just removed it
				}
				return nil, err
			}
		}
		err := p.check()
		var d *os.File
		if err == nil {
			d, err = os.Open(p.dir)
		}
		if errors.Is(err, fs.ErrNotExist) {
			if _, err := os.Lstat(filepath.Dir(p.all)); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		locked := make(chan error, 1)
		go func() { locked <- flock(d, syscall.LOCK_EX) }()
		select {
		case err = <-locked:
		case <-time.After(lockWithin):
			return nil, errors.New("another start of it does not come to an end")
		}
		if err == nil && p.is(d) {
			return d, nil
		}
		d.Close()
		if err != nil {
			return nil, err
		}
	}
}

// is reports whether d is the directory of the place still.
func (p place) is(d *os.File) bool {
	was, err := d.Stat()
	if err != nil {
		return false
	}
	now, err := os.Lstat(p.dir)
	return err == nil && os.SameFile(was, now)
}

func flock(d *os.File, how int) error {
	for {
		if err := syscall.Flock(int(d.Fd()), how); err != syscall.EINTR {
			return err
		}
	}
}

// endWithin is how long a keeper may take to end its session for another one.
const endWithin = time.Second

// listen ends the session that has the place, and takes it. Of many that do so at the same time
// each ends the one before.
// It returns what to tell the socket by, too.
func (p place) listen() (l *os.File, socket os.FileInfo, err error) {
	d, err := p.lock()
	if err != nil {
		return nil, nil, err
	}
	defer d.Close()
	if old, err := dialTo(p.socket(), endWithin); err == nil {
		old.Write([]byte{opEnd})
		old.SetReadDeadline(time.Now().Add(endWithin))
		for b := make([]byte, 1); err == nil; {
			_, err = old.Read(b)
		}
		old.Close()
	}
	os.Remove(p.next())
	l, err = listenAt(p.next())
	if err == nil {
		err = os.Chmod(p.next(), 0o600)
	}
	if err == nil {
		socket, err = os.Lstat(p.next())
	}
	if err == nil {
		err = os.Rename(p.next(), p.socket()) // so there is one at any time
	}
	if err != nil {
		p.clear()
		return nil, nil, err
	}
	return l, socket, nil
}

// remove removes what listen made, unless another keeper has taken the place, or is about to.
func (p place) remove(socket os.FileInfo) {
	d, err := os.Open(p.dir)
	if err != nil {
		return
	}
	defer d.Close()
	if flock(d, syscall.LOCK_EX|syscall.LOCK_NB) != nil || !p.is(d) {
		return
	}
	if now, err := os.Lstat(p.socket()); err == nil && os.SameFile(now, socket) {
		p.clear()
	}
}

// clear removes the place, which is locked.
func (p place) clear() {
	os.Remove(p.next())
	os.Remove(p.socket())
	os.Remove(p.dir)
	os.Remove(p.all) // if no other session has it
}
