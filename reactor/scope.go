package reactor

import (
	"context"
	"errors"
	"reflect"
)

// A scope is the context that an EventualResult's work belongs to, if there is one, and what those
// were told who did not wait for it any longer. Nobody needs to hear that a second time.
type scope struct {
	ctx     context.Context // nil for none
	release func() bool     // ctx does not cancel the work any more; or nil
	told    []error
}

// parent returns the context that a coroutine's is a child of.
func (s *scope) parent() context.Context {
	if s.ctx == nil {
		return context.Background()
	}
	return s.ctx
}

// outcome returns the error of work that ends with err: if it was given up for ctx, that has the
// say.
func (s *scope) outcome(err error) error {
	if s.ctx == nil {
		return err
	}
	cause := context.Cause(s.ctx)
	if cause == nil || err == nil {
		return err
	}
	s.tell(cause)
	if !errors.Is(err, cause) && isOnly(err, ErrCanceled, s.ctx.Err()) {
		return cause
	}
	return err
}

// leave lets go of ctx, if there is one.
func (s *scope) leave() {
	if s.release != nil {
		s.release()
	}
}

// tell notes that err was told.
func (s *scope) tell(err error) {
	for _, told := range s.told {
		if is(err, told) {
			return
		}
	}
	s.told = append(s.told, err)
}

// knows reports whether err says nothing that was not told.
func (s *scope) knows(err error) bool { return isOnly(err, s.told...) }

// isOnly reports whether err is one of errs, wraps one, or joins several, and nothing else. A
// panic never is.
func isOnly(err error, errs ...error) bool {
	if _, panicked := err.(*PanicError); panicked {
		return false
	}
	for _, e := range errs {
		if is(err, e) {
			return true
		}
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return err.Unwrap() != nil && isOnly(err.Unwrap(), errs...)
	case interface{ Unwrap() []error }:
		for _, err := range err.Unwrap() {
			if !isOnly(err, errs...) {
				return false
			}
		}
		return true
	}
	return false
}

// is is errors.Is without a look at what err wraps.
func is(err, target error) bool {
	if reflect.TypeOf(target).Comparable() && err == target {
		return true
	}
	x, ok := err.(interface{ Is(error) bool })
	return ok && x.Is(target)
}
