package reactor

import "time"

// DeferLater has f run on the default reactor when delay has passed, as
// [Reactor.CallLater] does, and returns a Deferred of its result. Canceling that before
// f has begun takes the call back; a cancel on another goroutine may meet the loop on its way
// into f, which then runs for nobody. For an f that returns a Deferred, use [ThenDeferred] and
// [Sleep]. (Twisted: task.deferLater.)
func DeferLater[T any](delay time.Duration, f func() (T, error)) *Deferred[T] {
	return DeferLaterOn(Default(), delay, f)
}

// DeferLaterOn is [DeferLater] for the given reactor.
func DeferLaterOn[T any](r *Reactor, delay time.Duration, f func() (T, error)) *Deferred[T] {
	var call *DelayedCall
	d := NewDeferredOn(r, func(*Deferred[T]) { call.Cancel() })
	call = r.taskLater(delay, attempt[T]{func() (v T, err error) {
		if !d.begin() {
			return v, ErrCanceled // when the timer was due already; for nobody
		}
		return f()
	}, func(v T, err error) { d.finish(v, err, r) }})
	return d
}

// begin reports whether d has not fired, and keeps it from being canceled from now on.
func (d *Deferred[T]) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.canceling = d.canceling || !d.called
	return !d.called
}

// Sleep returns a Deferred of the default reactor that fires when d has passed.
// Canceling it removes the timer. (Twisted: task.deferLater without a function.)
func Sleep(d time.Duration) *Deferred[struct{}] { return SleepOn(Default(), d) }

// SleepOn is [Sleep] for the given reactor.
func SleepOn(r *Reactor, d time.Duration) *Deferred[struct{}] {
	return DeferLaterOn(r, d, func() (struct{}, error) { return struct{}{}, nil })
}

// MaybeDeferred calls f, before it returns, and makes of what f does a Deferred of the
// default reactor that has fired: of its value, its error or its panic (*[PanicError]).
// If T is a *Deferred type, f is not called and the error says to use [TryDeferred].
// (Twisted: maybeDeferred.)
func MaybeDeferred[T any](f func() (T, error)) *Deferred[T] { return MaybeDeferredOn(Default(), f) }

// MaybeDeferredOn is [MaybeDeferred] for the given reactor.
func MaybeDeferredOn[T any](r *Reactor, f func() (T, error)) *Deferred[T] {
	if err := notDeferred[T]("MaybeDeferred", "TryDeferred"); err != nil {
		return FailOn[T](r, err)
	}
	d := &Deferred[T]{r: r}
	attempt[T]{f, func(v T, err error) { d.fire(v, err, nil) }}.run(r)
	return d
}

// TryDeferred is [MaybeDeferred] for an f that returns a Deferred: that one is returned,
// whatever its reactor. A nil one stands for the zero value, and an error or a panic of f
// makes one that has failed. (Twisted: maybeDeferred.)
func TryDeferred[T any](f func() (*Deferred[T], error)) *Deferred[T] {
	return TryDeferredOn(Default(), f)
}

// TryDeferredOn is [TryDeferred] for the given reactor.
func TryDeferredOn[T any](r *Reactor, f func() (*Deferred[T], error)) (d *Deferred[T]) {
	attempt[*Deferred[T]]{f, func(inner *Deferred[T], err error) {
		if d = inner; d == nil || err != nil {
			d = &Deferred[T]{r: r}
			var zero T
			d.fire(zero, err, nil)
		}
	}}.run(r)
	return d
}

// An attempt is a function and the one who gets what it returns, or the error that stands
// for its panic or runtime.Goexit.
type attempt[T any] struct {
	f      func() (T, error)
	settle func(T, error)
}

func (a attempt[T]) run(*Reactor) {
	returned := false
	defer func() {
		if !returned {
			var zero T
			a.settle(zero, failed(recover()))
		}
	}()
	v, err := a.f()
	returned = true
	a.settle(v, err)
}

// taskLater schedules t, for the timer's turn but not as a part of the timer's call, where
// a runtime.Goexit would also be logged.
func (r *Reactor) taskLater(delay time.Duration, t task) *DelayedCall {
	return r.CallLater(delay, func() { r.derived.push(t) })
}
