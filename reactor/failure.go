package reactor

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
)

// The errors of this package, to be compared with errors.Is.
var (
	// ErrTimeout: the time was over before the work was done. After a Wait the work goes
	// on; WaitFor, AwaitFor and AddTimeout cancel it. It is a context.DeadlineExceeded too.
	// (crochet: TimeoutError.)
	ErrTimeout error = &alias{"reactor: timed out", context.DeadlineExceeded}

	// ErrCanceled is the outcome of work that was canceled. It is a context.Canceled
	// too. (Twisted: CancelledError.)
	ErrCanceled error = &alias{"reactor: canceled", context.Canceled}

	// ErrReactorStopped: the reactor was stopped before the work was done, or before
	// it was given. (crochet: ReactorStopped.)
	ErrReactorStopped = errors.New("reactor: the reactor has stopped")

	// ErrAlreadyCalled: a Deferred that has an outcome was fired again, or a
	// DelayedCall was changed after its time. (Twisted: AlreadyCalledError, AlreadyCalled.)
	ErrAlreadyCalled = errors.New("reactor: already called")

	// ErrAlreadyCanceled: a DelayedCall was changed after its Cancel.
	// (Twisted: AlreadyCancelled.)
	ErrAlreadyCanceled = errors.New("reactor: already canceled")

	// ErrOnReactor: a callback, or a body, waited for a result of its own reactor, which cannot
	// come before it returns. A wait inside an iter.Pull is not recognized,
	// since that has a goroutine of its own: it lasts until its timeout.
	ErrOnReactor = errors.New("reactor: waiting on the reactor for its own result (return a Deferred, or use Then or Await)")

	// ErrCircular is the outcome of a Deferred, or of an Await, that would wait for itself.
	ErrCircular = errors.New("reactor: a Deferred or a coroutine waits for itself")

	// ErrNotInBody: an Await with a Coroutine whose body does not run.
	ErrNotInBody = errors.New("reactor: Await outside of the coroutine's body (a Coroutine must not leave the function that gets it)")

	// ErrGoexit is the outcome of a callback, or of a body, that called runtime.Goexit, as
	// testing.T.FailNow does.
	ErrGoexit = errors.New("reactor: runtime.Goexit was called in a callback")
)

// alias is an error that errors.Is takes for another one as well.
type alias struct {
	text string
	is   error
}

func (e *alias) Error() string        { return e.text }
func (e *alias) Is(target error) bool { return target == e.is }

// A PanicError is the outcome of a callback, or of a body, that panicked.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // of the panic, as debug.Stack gives it, the panicking frame included
}

func (e *PanicError) Error() string { return fmt.Sprintf("reactor: panic: %v", e.Value) }

// Unwrap returns the panic's value if it is an error, such as a runtime.Error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// A Failure is the error of a result, with the stack if one is known. Where Twisted
// has Failure.check and Failure.trap, use errors.Is and errors.As, which see through
// it. (Twisted: twisted.python.failure.Failure.)
type Failure struct {
	Err   error
	Stack []byte // of the panic that Err comes from, or of the MustAwait that failed; or nil
}

// newFailure returns err with the stack of the panic that it comes from, else the one given.
func newFailure(err error, stack []byte) *Failure {
	if p, ok := errors.AsType[*PanicError](err); ok {
		stack = p.Stack
	}
	return &Failure{err, stack}
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// failed returns the error of a function that did not return. It is called in a
// deferred function, where the stack is still the panic's, with recover's result:
// nil means runtime.Goexit, since panic(nil) is a *runtime.PanicNilError.
func failed(recovered any) error {
	switch p := recovered.(type) {
	case nil:
		return ErrGoexit
	case *awaitError:
		return p.err
	case reflect.Value: // as yaegi has interpreted code panic
		if p.IsValid() && p.CanInterface() {
			recovered = p.Interface()
		}
	}
	return &PanicError{Value: recovered, Stack: debug.Stack()}
}
