package reactor

import "fmt"

// A Deferred is a value, or an error, that will come later, and the callbacks that
// wait for it. Whoever does the work fires it, once, with [Deferred.Callback] or
// [Deferred.Errback]. The callbacks run one after the other: each gets the outcome of
// the one before, and its own becomes the outcome of the Deferred. A panic in a
// callback is the outcome *[PanicError].
//
// Make one with [NewDeferred], [Succeed] or [Fail]; the zero value is not ready for
// use, and a Deferred must not be copied or fired again. It belongs to one reactor,
// where its callbacks run (invariant 1). A failure at the end of its callbacks that nobody
// has taken is reported (invariant 9). Its methods may be called from any goroutine and do
// not block. (Twisted: Deferred.)
type Deferred[T any] struct {
	deferred
	slot slotOf[T]
}

// deferred has the methods of a Deferred that have nothing to do with the type of its value.
type deferred struct{ core core }

// NewDeferred returns a Deferred of the default reactor that waits to be fired.
// canceller may be nil; otherwise [Deferred.Cancel] calls it.
func NewDeferred[T any](canceller func(*Deferred[T])) *Deferred[T] {
	return NewDeferredOn(Default(), canceller)
}

// NewDeferredOn is [NewDeferred] for the given reactor.
func NewDeferredOn[T any](r *Reactor, canceller func(*Deferred[T])) *Deferred[T] {
	d := new(Deferred[T])
	d.core.init(r, &d.slot)
	if canceller != nil {
		d.core.work = cancellerFunc(func() { canceller(d) })
	}
	return d
}

// Succeed returns a Deferred of the default reactor that has the value v already.
// (Twisted: succeed.)
func Succeed[T any](v T) *Deferred[T] {
	d := new(Deferred[T])
	d.slot.Value = v
	d.core.succeed(Default(), &d.slot)
	return d
}

// SucceedOn is [Succeed] for the given reactor.
func SucceedOn[T any](r *Reactor, v T) *Deferred[T] {
	d := new(Deferred[T])
	d.slot.Value = v
	d.core.succeed(r, &d.slot)
	return d
}

// Fail returns a Deferred of the default reactor that has failed already. It panics if
// err is nil. (Twisted: fail.)
func Fail[T any](err error) *Deferred[T] { return FailOn[T](Default(), err) }

// FailOn is [Fail] for the given reactor.
func FailOn[T any](r *Reactor, err error) *Deferred[T] {
	d := new(Deferred[T])
	d.core.init(r, &d.slot)
	d.core.hasFailed(err)
	return d
}

// AddCallback adds f, which gets the value and returns what the value becomes; an
// error makes the Deferred fail. f is skipped while the Deferred has failed. Like every
// Add method it returns d, and runs nothing itself, even if d has fired.
// (Twisted: Deferred.addCallback.)
func (d *Deferred[T]) AddCallback(f func(T) (T, error)) *Deferred[T] {
	d.core.add(onValue[T](f))
	return d
}

// AddErrback adds f, which gets the error and returns the value to recover with, or
// the error to go on failing with. f is skipped unless the Deferred has failed.
// (Twisted: Deferred.addErrback.)
func (d *Deferred[T]) AddErrback(f func(error) (T, error)) *Deferred[T] {
	d.core.add(onError[T](f))
	return d
}

// AddCallbacks adds one link of which callback or errback runs, so that errback does
// not see callback's error. One that is nil passes the outcome on.
// (Twisted: Deferred.addCallbacks.)
func (d *Deferred[T]) AddCallbacks(callback func(T) (T, error), errback func(error) (T, error)) *Deferred[T] {
	d.core.addEither(onValue[T](callback), onError[T](errback))
	return d
}

// AddBoth adds f, which gets the outcome, whichever it is. (Twisted: Deferred.addBoth.)
func (d *Deferred[T]) AddBoth(f func(T, error) (T, error)) *Deferred[T] {
	d.core.add(onBoth[T](f))
	return d
}

// Callback fires d with a value. The error is [ErrAlreadyCalled] if d has an outcome,
// or [ErrReactorStopped] if its callbacks will not run for that reason. One Callback
// or Errback after a Cancel that had no canceller to call is let pass, since the one
// who fires has not been told. (Twisted: Deferred.callback.)
func (d *Deferred[T]) Callback(v T) error { return fire(d, v, nil, nil) }

// Errback fires d with an error; it panics if err is nil. Otherwise it is like
// Callback. (Twisted: Deferred.errback.)
func (d *deferred) Errback(err error) error {
	return d.core.errback(err)
}

// Pause has callbacks wait, from the next one on, until Unpause has been called as
// often as Pause. So does whatever waits for d, such as Then and Await. It does not keep d
// from being fired, and one that has fired cannot be canceled, paused or not.
// (Twisted: Deferred.pause.)
func (d *deferred) Pause() {
	d.core.mu.Lock()
	defer d.core.mu.Unlock()
	d.core.paused.Add(1)
}

// Unpause undoes one Pause; without one it panics. (Twisted: Deferred.unpause.)
func (d *deferred) Unpause() {
	c := &d.core
	c.mu.Lock()
	if c.paused.Load() == 0 {
		c.mu.Unlock()
		panic("reactor: Unpause without Pause")
	}
	c.paused.Add(-1)
	if c.resume() {
		c.r.post(c)
	}
}

// String tells the state, and the value by fmt's %v: <Deferred 42>. A Deferred whose callbacks
// have not all run is pending. (Twisted: Deferred.__str__.)
func (d *deferred) String() string {
	c := &d.core
	c.mu.Lock()
	if !c.rests() { // the loop may be writing the outcome
		c.mu.Unlock()
		return "<Deferred pending>"
	}
	v, err := valueOf(c.slot), c.err
	c.mu.Unlock()
	if err != nil {
		return fmt.Sprintf("<Deferred failed: %v>", err)
	}
	return fmt.Sprintf("<Deferred %v>", v)
}

// fire gives d its outcome and has the callbacks run: in the same turn if the caller
// says that it is on the loop of here and that is d's reactor, otherwise as a task.
func fire[T any](d *Deferred[T], v T, err error, here *Reactor) error {
	ok, refused := d.core.open()
	if ok {
		d.slot.Value = v
		return d.core.settle(err, here)
	}
	return refused
}

// finish is fire for the outcome of a function: a panic that comes too late is logged.
func finish[T any](d *Deferred[T], v T, err error, here *Reactor) {
	if d.core.openFor(err) {
		d.slot.Value = v
		d.core.settleOrLog(err, here)
	}
}
