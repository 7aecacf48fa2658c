package session

import (
	"fmt"
	"syscall"
)

// watchProcess returns a channel that is closed when the process with the given number, which
// need not be a child, ends.
func watchProcess(pid int) (<-chan struct{}, error) {
	queue, err := syscall.Kqueue()
	if err == nil {
		var exit syscall.Kevent_t
		syscall.SetKevent(&exit, pid, syscall.EVFILT_PROC, syscall.EV_ADD|syscall.EV_ONESHOT)
		exit.Fflags = syscall.NOTE_EXIT
		_, err = syscall.Kevent(queue, []syscall.Kevent_t{exit}, nil, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("the kernel, process %d, cannot be watched: %w", pid, err)
	}
	syscall.CloseOnExec(queue)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		events := make([]syscall.Kevent_t, 1)
		for {
			if n, err := syscall.Kevent(queue, nil, events, nil); n > 0 || err != syscall.EINTR {
				return
			}
		}
	}()
	return ended, nil
}
