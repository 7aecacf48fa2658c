package reactor

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Forever is a timeout that does not end.
const Forever time.Duration = 1<<63 - 1

// Seconds returns s seconds as a duration: the longest there is if s is too much, and 0
// if it is not a number. Emitted code writes timeouts with it.
func Seconds(s float64) time.Duration {
	switch ns := s * 1e9; {
	case ns != ns:
		return 0
	case ns >= math.MaxInt64:
		return math.MaxInt64
	case ns <= math.MinInt64:
		return math.MinInt64
	default:
		return time.Duration(math.Round(ns))
	}
}

// WaitFor runs f as a coroutine on the default reactor, as [RunCoroutine] does, and waits
// for its result. When the timeout passes first, what f awaits is canceled, as by
// [EventualResult.Cancel], and the error is [ErrTimeout]; if the body has not begun, it is not
// run. On the reactor itself nothing is run either, and the error is [ErrOnReactor] as for
// [EventualResult.Wait].
// (crochet: wait_for.)
func WaitFor[T any](timeout time.Duration, f func(*Coroutine) (T, error)) (T, error) {
	return WaitForOn(Default(), timeout, f)
}

// WaitForOn is [WaitFor] for the given reactor.
func WaitForOn[T any](r *Reactor, timeout time.Duration, f func(*Coroutine) (T, error)) (T, error) {
	v, failure := RunCoroutineOn(r, f).waitOrCancel(timeout)
	return v, failure.cause()
}

// MustWaitFor is [WaitFor] that panics with the error, and its stack if one is known.
func MustWaitFor[T any](timeout time.Duration, f func(*Coroutine) (T, error)) T {
	return must(RunCoroutine(f).waitOrCancel(timeout))
}

// AwaitFor waits for a on a goroutine that is not its reactor's. What is there it returns,
// whatever the timeout. When the timeout passes first, what is waited for is canceled, on its
// reactor, and the error is [ErrTimeout]: that is a, or for T = any a Deferred that a has as
// its value, which is waited for as by [RunInReactor]. The error is [ErrOnReactor] and
// [ErrReactorStopped] as for [EventualResult.Wait], and then a is left alone. A nil Deferred
// stands for the zero value.
func AwaitFor[T any](timeout time.Duration, a Awaitable[T]) (T, error) {
	v, failure := awaitFor(timeout, a.awaitable())
	return v, failure.cause()
}

// MustAwaitFor is [AwaitFor] that panics with the error, and its stack if one is known.
func MustAwaitFor[T any](timeout time.Duration, a Awaitable[T]) T {
	return must(awaitFor(timeout, a.awaitable()))
}

func awaitFor[T any](timeout time.Duration, p settling[T]) (T, *Failure) {
	e := p.eventual()
	v, failure, there := e.within(timeout)
	switch {
	case there:
	case errors.Is(failure.Err, ErrTimeout):
		e.abandon()
	case awaited(e) != awaited(p): // nobody else has e: its end is here
		e.look()
		e.fail(failure.Err)
	}
	return v, failure
}

// waitOrCancel is within for one that nobody else waits for.
func (e *EventualResult[T]) waitOrCancel(timeout time.Duration) (T, *Failure) {
	v, failure, there := e.within(timeout)
	if !there {
		e.abandon()
	}
	return v, failure
}

// abandon is Cancel by the last who waits.
func (e *EventualResult[T]) abandon() {
	e.look()
	e.Cancel()
}

// within is Wait that tells of a failure with its stack, and whether it is e's own, which it
// knows before anybody cancels e for it: what e ends with then is not what the Wait gave.
func (e *EventualResult[T]) within(timeout time.Duration) (v T, failure *Failure, there bool) {
	return e.last(e.Wait(timeout))
}

// last is within for what a Wait has given.
func (e *EventualResult[T]) last(v T, err error) (_ T, failure *Failure, there bool) {
	if e.there() { // at the last moment, perhaps
		return e.value, e.OriginalFailure(), true
	}
	return v, newFailure(err, nil), false
}

// cause returns the error of a failure, if there is one.
func (f *Failure) cause() error {
	if f == nil {
		return nil
	}
	return f.Err
}

// must returns v, or panics with the failure.
func must[T any](v T, failure *Failure) T {
	switch {
	case failure == nil:
		return v
	case failure.Stack != nil:
		panic(&fatal{failure})
	}
	panic(failure.Err)
}

// fatal is a failure that shows its stack, which is another goroutine's, when a panic with
// it ends the program.
type fatal struct{ *Failure }

func (f *fatal) Error() string { return fmt.Sprintf("%v\n\n%s", f.Err, f.Stack) }

// Trace returns the two apart, for who recovers and shows them in another way.
func (f *fatal) Trace() (error, []byte) { return f.Err, f.Stack }
