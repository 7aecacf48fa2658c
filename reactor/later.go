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
	d := new(Deferred[T])
	d.core.init(r, &d.slot)
	d.core.deferLater(delay, func() {
		v, err := f()
		finish(d, v, err, r)
	})
	return d
}

// deferLater has f, which fires c, run after the delay; c is new.
func (c *core) deferLater(delay time.Duration, f func()) {
	l := &later{c: c, f: f}
	c.work = cancellerFunc(func() { l.call.Cancel() })
	l.call = c.r.taskLater(delay, l)
}

type later struct {
	c    *core
	f    func()
	call *DelayedCall
}

func (l *later) run(r *Reactor) {
	if l.c.begin() { // otherwise it was canceled when the timer was due already
		attempt(l.f, func(err error) { l.c.failOrLog(err, r) })
	}
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
	d := new(Deferred[T])
	d.core.init(r, &d.slot)
	if err := notDeferred(&d.slot, "MaybeDeferred", "TryDeferred"); err != nil {
		d.core.hasFailed(err)
		return d
	}
	attempt(func() {
		v, err := f()
		fire(d, v, err, nil)
	}, func(err error) { d.core.fail(err, nil) })
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
	fail := func(err error) {
		d = new(Deferred[T])
		d.core.init(r, &d.slot)
		d.core.fail(err, nil)
	}
	attempt(func() {
		var err error
		if d, err = f(); d == nil || err != nil {
			fail(err)
		}
	}, fail)
	return d
}

// attempt calls f, and if that does not return, fail with the error that stands for its panic or
// runtime.Goexit.
func attempt(f func(), fail func(error)) {
	returned := false
	defer func() {
		if !returned {
			fail(failed(recover()))
		}
	}()
	f()
	returned = true
}

// taskLater schedules t, for the timer's turn but not as a part of the timer's call, where
// a runtime.Goexit would also be logged.
func (r *Reactor) taskLater(delay time.Duration, t task) *DelayedCall {
	return r.CallLater(delay, func() { r.derived.push(t) })
}
