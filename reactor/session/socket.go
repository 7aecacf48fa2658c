//go:build linux || darwin

package session

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// Every cell that knows of a result links the keeper, and package net would be most of that. So
// here is as much of it as a socket in the file system takes. A socket is an *os.File, which the
// runtime's poller knows.

func newSocket(path string) (*os.File, error) {
	syscall.ForkLock.RLock() // lest a process that starts meanwhile inherits it
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	return asSocket(fd, path), nil
}

func asSocket(fd int, path string) *os.File {
	syscall.CloseOnExec(fd)
	syscall.SetNonblock(fd, true) // for the poller
	return os.NewFile(uintptr(fd), path)
}

// control calls f with the socket's number.
func control(s *os.File, f func(fd int) error) error {
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	if err := raw.Control(func(fd uintptr) { failure = f(int(fd)) }); err != nil {
		return err
	}
	return failure
}

// listenAt returns a socket that listens at path.
func listenAt(path string) (*os.File, error) {
	s, err := newSocket(path)
	if err != nil {
		return nil, err
	}
	err = control(s, func(fd int) error {
		if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
			return os.NewSyscallError("bind", err)
		}
		return os.NewSyscallError("listen", syscall.Listen(fd, 128))
	})
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// accept returns the next connection to a socket that listens, or os.ErrClosed.
func accept(s *os.File) (*os.File, error) {
	raw, err := s.SyscallConn()
	if err != nil {
		return nil, err
	}
	var c *os.File
	var failure error
	err = raw.Read(func(fd uintptr) bool {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		conn, _, err := syscall.Accept(int(fd))
		switch err {
		case nil:
			c = asSocket(conn, s.Name())
		case syscall.EAGAIN:
			return false
		default:
			failure = os.NewSyscallError("accept", err)
		}
		return true
	})
	if err != nil {
		return nil, os.ErrClosed // the poller's error is another one
	}
	return c, failure
}

// dialTo returns a connection to the socket at path, which has the time until then to take it.
func dialTo(path string, within time.Duration) (*os.File, error) {
	s, err := newSocket(path)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(within); ; time.Sleep(time.Millisecond) {
		err := control(s, func(fd int) error { return syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}) })
		if err == nil || errors.Is(err, syscall.EISCONN) {
			return s, nil
		}
		full := errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) // too many wait to be taken
		if full && time.Now().After(end) {
			err = os.ErrDeadlineExceeded
		} else if full {
			continue
		}
		s.Close()
		return nil, os.NewSyscallError("connect", err)
	}
}
