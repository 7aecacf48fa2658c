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
	from, failure := RunCoroutineOn(r, f).result.waitOrCancel(timeout)
	return valueIn[T](from), failure.cause()
}

// MustWaitFor is [WaitFor] that panics with the error, and its stack if one is known.
func MustWaitFor[T any](timeout time.Duration, f func(*Coroutine) (T, error)) T {
	return valueIn[T](must(RunCoroutine(f).result.waitOrCancel(timeout)))
}

// AwaitFor waits for a on a goroutine that is not its reactor's. What is there it returns,
// whatever the timeout. When the timeout passes first, what is waited for is canceled, on its
// reactor, and the error is [ErrTimeout]: that is a, or for T = any a Deferred that a has as
// its value, which is waited for as by [RunInReactor]. The error is [ErrOnReactor] and
// [ErrReactorStopped] as for [EventualResult.Wait], and then a is left alone. A nil Deferred
// stands for the zero value.
func AwaitFor[T any](timeout time.Duration, a Awaitable[T]) (T, error) {
	own := new(EventualResult[T])
	from, failure := awaitFor(timeout, a.awaitable(nil), &own.result, &own.slot)
	return valueIn[T](from), failure.cause()
}

// MustAwaitFor is [AwaitFor] that panics with the error, and its stack if one is known.
func MustAwaitFor[T any](timeout time.Duration, a Awaitable[T]) T {
	own := new(EventualResult[T])
	return valueIn[T](must(awaitFor(timeout, a.awaitable(nil), &own.result, &own.slot)))
}

// awaitFor waits for s, by own, which is new and has the slot value, if s is not a result.
func awaitFor(timeout time.Duration, s settling, own *result, value slot) (slot, *Failure) {
	if s == nil {
		return nil, nil
	}
	own.slot = value
	e := s.bring(own)
	from, failure, there := e.last(e.wait(timeout))
	switch {
	case there:
	case errors.Is(failure.Err, ErrTimeout):
		e.abandon()
	case e == own: // nobody else has it: its end is here
		e.look()
		e.fail(failure.Err)
	}
	return from, failure
}

// waitOrCancel is wait for one that nobody else waits for.
func (e *result) waitOrCancel(timeout time.Duration) (slot, *Failure) {
	from, failure, there := e.last(e.wait(timeout))
	if !there {
		e.abandon()
	}
	return from, failure
}

// abandon is Cancel by the last who waits.
func (e *result) abandon() {
	e.look()
	e.cancel()
}

// last tells of the failure of what a wait has given with its stack, and whether it is e's own, which it
// knows before anybody cancels e for it: what e ends with then is not what the wait gave.
func (e *result) last(from slot, err error) (_ slot, failure *Failure, there bool) {
	if e.there() { // at the last moment, perhaps
		from, _ := e.get()
		return from, e.originalFailure(), true
	}
	return from, newFailure(err, nil), false
}

// cause returns the error of a failure, if there is one.
func (f *Failure) cause() error {
	if f == nil {
		return nil
	}
	return f.Err
}

// must returns from, or panics with the failure.
func must(from slot, failure *Failure) slot {
	switch {
	case failure == nil:
		return from
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
