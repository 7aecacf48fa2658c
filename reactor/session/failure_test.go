package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"testing"

	"github.com/cellwrap/cellwrap/reactor"
)

type isCanceled struct{}

func (isCanceled) Error() string        { return "like a cancel" }
func (isCanceled) Is(target error) bool { return target == context.Canceled }

// What errors.Is says of a known error is the same on the other side, and so is the text.
func TestErrors(t *testing.T) {
	_, notExist := os.Open("/does not exist")
	errs := []error{
		errors.New("plain"), errors.New(""),
		fmt.Errorf("wrapped: %w", reactor.ErrTimeout),
		fmt.Errorf("twice: %w", fmt.Errorf("wrapped: %w", io.EOF)),
		fmt.Errorf("two: %w and %w", io.EOF, reactor.ErrReactorStopped),
		errors.Join(io.EOF, isCanceled{}), isCanceled{}, errors.Join(errors.New("alone")),
		notExist, &fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission},
		&reactor.PanicError{Value: "text", Stack: []byte("stack")},
		&reactor.PanicError{Value: 42},
		&reactor.PanicError{Value: fmt.Errorf("an error: %w", reactor.ErrCanceled)},
		fmt.Errorf("late: %w", &reactor.PanicError{Value: io.EOF, Stack: []byte("stack")}),
		&reactor.PanicError{Value: errors.Join(io.EOF, io.ErrClosedPipe)},
	}
	errs = append(errs, known...)
	for _, want := range errs {
		_, got := decode[int]("r", encode("r", 0, want))
		if got == nil || got.Error() != want.Error() {
			t.Errorf("got %v, want %v", got, want)
			continue
		}
		for _, k := range known {
			if errors.Is(got, k) != errors.Is(want, k) {
				t.Errorf("%v: Is(%v) is %v", want, k, errors.Is(got, k))
			}
		}
		if (errors.Unwrap(got) == nil) != (errors.Unwrap(want) == nil) {
			t.Errorf("%v wraps %v", want, errors.Unwrap(got))
		}
		p, ok := errors.AsType[*reactor.PanicError](want)
		q, has := errors.AsType[*reactor.PanicError](got)
		if ok != has || ok && (fmt.Sprint(p.Value) != fmt.Sprint(q.Value) || string(p.Stack) != string(q.Stack)) {
			t.Errorf("%v: got %v", want, q)
		}
	}
}

type circular struct{}

func (c circular) Error() string { return "round" }
func (c circular) Unwrap() error { return c }

type bad struct{}

func (*bad) Error() string { panic("no text") }

// Errors that are none.
func TestBadErrors(t *testing.T) {
	for want, err := range map[string]error{
		"round": circular{},
		"session: r: the error, a *session.bad, cannot be brought to other cells: panic: no text": &bad{},
	} {
		if _, got := decode[int]("r", encode("r", 0, err)); got == nil || got.Error() != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
