package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/cellwrap/cellwrap/reactor"
)

// known are the errors that are the very same in each process. Their places are what crosses,
// from and to the same version of this package.
var known = []error{
	reactor.ErrTimeout, reactor.ErrCanceled, reactor.ErrReactorStopped, reactor.ErrAlreadyCalled,
	reactor.ErrAlreadyCanceled, reactor.ErrOnReactor, reactor.ErrCircular, reactor.ErrNotInBody,
	reactor.ErrGoexit, reactor.ErrDropped, reactor.ErrChannelClosed,
	ErrNotStarted, ErrDied,
	context.Canceled, context.DeadlineExceeded, errors.ErrUnsupported,
	io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, io.ErrShortWrite, io.ErrShortBuffer, io.ErrNoProgress,
	fs.ErrInvalid, fs.ErrPermission, fs.ErrExist, fs.ErrNotExist, fs.ErrClosed,
	os.ErrNoDeadline, os.ErrDeadlineExceeded, os.ErrProcessDone, closedConn{},
}

// closedConn is net.ErrClosed, by its text: to name it would link package net with every cell.
type closedConn struct{}

func (closedConn) Error() string { return "use of closed network connection" }

func (e closedConn) Is(target error) bool { return target.Error() == e.Error() }

// isKnown reports whether err is the known error k.
func isKnown(err, k error) bool {
	closed, ok := k.(closedConn)
	return err == k || ok && closed.Is(err)
}

// A failure is an error as it crosses.
type failure struct {
	Text  string
	Known int       // 1 + its place among the known, 0 if it is none
	Is    []int     // places of the known that its method Is takes it for
	Wraps []failure // what Unwrap gives
	Many  bool      // Unwrap gives a list

	Panic bool // a *reactor.PanicError: Text is its Value's
	Stack []byte
}

// maxDepth is more than anybody wraps, and ends a circle.
const maxDepth = 100

// takeApart is fail for an error of which nothing is known, not even that it has a text.
func takeApart(name string, err error) (f *failure) {
	defer func() {
		if p := recover(); p != nil {
			f = &failure{Text: fmt.Sprintf("session: %s: the error, a %T, cannot be brought to other cells: panic: %v", name, err, p)}
		}
	}()
	return fail(err, 0)
}

// fail takes err apart.
func fail(err error, depth int) *failure {
	for i, k := range known {
		if isKnown(err, k) {
			return &failure{Known: i + 1}
		}
	}
	f := &failure{Text: err.Error()}
	if is, ok := err.(interface{ Is(error) bool }); ok {
		for i, k := range known {
			if is.Is(k) {
				f.Is = append(f.Is, i)
			}
		}
	}
	if p, ok := err.(*reactor.PanicError); ok {
		f.Panic, f.Text, f.Stack = true, fmt.Sprint(p.Value), p.Stack
	}
	if depth == maxDepth {
		return f
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		if inner := err.Unwrap(); inner != nil {
			f.Wraps = []failure{*fail(inner, depth+1)}
		}
	case interface{ Unwrap() []error }:
		f.Many = true
		for _, inner := range err.Unwrap() {
			f.Wraps = append(f.Wraps, *fail(inner, depth+1))
		}
	}
	return f
}

// error puts the error together again.
func (f *failure) error() error {
	if 0 < f.Known && f.Known <= len(known) {
		return known[f.Known-1]
	}
	wraps := make([]error, len(f.Wraps))
	for i := range f.Wraps {
		wraps[i] = f.Wraps[i].error()
	}
	if f.Panic {
		if len(wraps) == 1 {
			return &reactor.PanicError{Value: wraps[0], Stack: f.Stack}
		}
		return &reactor.PanicError{Value: f.Text, Stack: f.Stack}
	}
	r := &remote{text: f.Text, is: f.Is}
	switch {
	case f.Many:
		return &remoteMany{r, wraps}
	case len(wraps) == 1:
		return &remoteOne{r, wraps[0]}
	}
	return r
}

// remote is the error of another process.
type remote struct {
	text string
	is   []int
}

func (e *remote) Error() string { return e.text }

func (e *remote) Is(target error) bool {
	for _, i := range e.is {
		if 0 <= i && i < len(known) && isKnown(target, known[i]) {
			return true
		}
	}
	return false
}

type remoteOne struct {
	*remote
	wrapped error
}

func (e *remoteOne) Unwrap() error { return e.wrapped }

type remoteMany struct {
	*remote
	wrapped []error
}

func (e *remoteMany) Unwrap() []error { return e.wrapped }
