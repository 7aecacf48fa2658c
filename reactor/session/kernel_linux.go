package session

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// watchProcess returns a channel that is closed when the process with the given number, which
// need not be a child, ends.
func watchProcess(pid int) (<-chan struct{}, error) {
	p, err := os.FindProcess(pid)
	if err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	watching := make(chan error, 1)
	go func() {
		err := p.WithHandle(func(pidfd uintptr) {
			poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
			if err == nil {
				err = syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, int(pidfd), &syscall.EpollEvent{Events: syscall.EPOLLIN})
			}
			watching <- err
			if err != nil {
				return
			}
			events := make([]syscall.EpollEvent, 1)
			for {
				if n, err := syscall.EpollWait(poll, events, -1); n > 0 || err != syscall.EINTR {
					break
				}
			}
			syscall.Close(poll)
			close(ended)
		})
		if err != nil {
			watching <- err
		}
	}()
	err = <-watching
	if errors.Is(err, os.ErrNoHandle) {
		err = lookAtProcess(pid, ended)
	}
	if err != nil {
		return nil, fmt.Errorf("the kernel, process %d, cannot be watched: %w", pid, err)
	}
	return ended, nil
}

// lookAtProcess is for systems that have no pidfd: before Linux 5.4, and some sandboxes. What
// /proc has belongs to the process, not to its number.
func lookAtProcess(pid int, ended chan<- struct{}) error {
	f, err := os.Open(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return err
	}
	go func() {
		defer f.Close()
		defer close(ended)
		for b := make([]byte, 256); ; time.Sleep(time.Second) {
			n, err := f.ReadAt(b, 0)
			if err != nil && err != io.EOF {
				return
			}
			// The state comes after the name, in which there may be anything.
			at := bytes.LastIndexByte(b[:n], ')') + 2
			if at >= n || b[at] == 'Z' || b[at] == 'X' {
				return
			}
		}
	}()
	return nil
}
