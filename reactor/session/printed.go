//go:build linux || darwin

package session

import (
	"os"
	"sync"
	"syscall"
)

// printed is what comes out of a pipe.
type printed struct {
	pipe syscall.RawConn

	mu   sync.Mutex // held while something moves from the pipe to the tail
	tail tail
	buf  [64 << 10]byte
}

// open returns the end to write to.
func (p *printed) open() (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	if p.pipe, err = r.SyscallConn(); err != nil {
		return nil, err
	}
	go p.pipe.Read(func(fd uintptr) bool {
		for { // to the end: the poller tells only of what is new
			if n, err := p.move(fd); err != nil || n == 0 {
				return err != syscall.EAGAIN
			}
		}
	})
	return w, nil
}

// move takes some of what is in the pipe. The error is EAGAIN if that is nothing.
func (p *printed) move(fd uintptr) (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for err = syscall.EINTR; err == syscall.EINTR; {
		n, err = syscall.Read(int(fd), p.buf[:])
	}
	if n > 0 {
		p.tail.write(p.buf[:n])
	}
	return n, err
}

// drain takes what has been written so far, which is no more than a pipe holds.
func (p *printed) drain() {
	const most = 1 << 20
	p.pipe.Control(func(fd uintptr) {
		for sum := 0; sum < most; {
			n, err := p.move(fd)
			if n <= 0 || err != nil {
				return
			}
			sum += n
		}
	})
}

// snapshot returns what has been written so far.
func (p *printed) snapshot() (text []byte, dropped int64) {
	if p.pipe != nil {
		p.drain()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tail.text(), p.tail.dropped
}
