package reactor

import (
	"fmt"
	"sync"
	"sync/atomic"
)

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
	r *Reactor

	mu        sync.Mutex // guards what follows, up to value
	callbacks []callback[T]
	canceller func(*Deferred[T]) // nil once used, or of no use
	upstream  *source            // what fires it, if that is another Deferred
	rank      int64              // see order; 0 while no other Deferred waits for it
	due       int32              // its tasks in the reactor's queues, and the one that runs
	paused    atomic.Int32       // changed under mu
	called    bool
	chained   bool // upstream is one by Chain: not to be canceled in d's stead
	canceling bool
	swallow   bool // forgive one Callback or Errback: nobody told the firer of Cancel

	// The outcome so far: written by whoever sets called, then by the loop alone.
	handled   bool       // somebody has got err
	unhandled *unhandled // err, if it is the end of the chain and nobody has got it
	value     T
	err       error
}

// A callback is one link of a Deferred's chain: on the reactor, it replaces d's
// outcome or looks at it.
type callback[T any] interface{ call(d *Deferred[T]) }

// An aborter is a callback whose panic or Goexit is not its Deferred's outcome.
type aborter interface{ abort(err error) }

// The callbacks of the user are function values: no memory of their own.
type (
	onValue[T any] func(T) (T, error)
	onError[T any] func(error) (T, error)
	onBoth[T any]  func(T, error) (T, error)
)

func (f onValue[T]) call(d *Deferred[T]) {
	if d.err == nil {
		d.become(f(d.value))
	}
}

func (f onError[T]) call(d *Deferred[T]) {
	if d.err != nil {
		d.become(f(d.err))
	}
}

func (f onBoth[T]) call(d *Deferred[T]) { d.become(f(d.value, d.err)) }

// onEither is what AddCallbacks adds. What it passes on is handled if it was before.
type onEither[T any] struct {
	callback onValue[T]
	errback  onError[T]
}

func (f onEither[T]) call(d *Deferred[T]) {
	switch {
	case d.err == nil && f.callback != nil:
		f.callback.call(d)
	case d.err != nil && f.errback != nil:
		f.errback.call(d)
	}
}

// NewDeferred returns a Deferred of the default reactor that waits to be fired.
// canceller may be nil; otherwise [Deferred.Cancel] calls it.
func NewDeferred[T any](canceller func(*Deferred[T])) *Deferred[T] {
	return NewDeferredOn(Default(), canceller)
}

// NewDeferredOn is [NewDeferred] for the given reactor.
func NewDeferredOn[T any](r *Reactor, canceller func(*Deferred[T])) *Deferred[T] {
	return &Deferred[T]{r: r, canceller: canceller}
}

// Succeed returns a Deferred of the default reactor that has the value v already.
// (Twisted: succeed.)
func Succeed[T any](v T) *Deferred[T] { return SucceedOn(Default(), v) }

// SucceedOn is [Succeed] for the given reactor.
func SucceedOn[T any](r *Reactor, v T) *Deferred[T] {
	return &Deferred[T]{r: r, called: true, value: v}
}

// Fail returns a Deferred of the default reactor that has failed already. It panics if
// err is nil. (Twisted: fail.)
func Fail[T any](err error) *Deferred[T] { return FailOn[T](Default(), err) }

// FailOn is [Fail] for the given reactor.
func FailOn[T any](r *Reactor, err error) *Deferred[T] {
	mustFail(err)
	d := &Deferred[T]{r: r, called: true, err: err}
	d.audit()
	return d
}

func mustFail(err error) {
	if err == nil {
		panic("reactor: a Deferred cannot fail with a nil error")
	}
}

// AddCallback adds f, which gets the value and returns what the value becomes; an
// error makes the Deferred fail. f is skipped while the Deferred has failed. Like every
// Add method it returns d, and runs nothing itself, even if d has fired.
// (Twisted: Deferred.addCallback.)
func (d *Deferred[T]) AddCallback(f func(T) (T, error)) *Deferred[T] { return d.add(onValue[T](f)) }

// AddErrback adds f, which gets the error and returns the value to recover with, or
// the error to go on failing with. f is skipped unless the Deferred has failed.
// (Twisted: Deferred.addErrback.)
func (d *Deferred[T]) AddErrback(f func(error) (T, error)) *Deferred[T] { return d.add(onError[T](f)) }

// AddCallbacks adds one link of which callback or errback runs, so that errback does
// not see callback's error. One that is nil passes the outcome on.
// (Twisted: Deferred.addCallbacks.)
func (d *Deferred[T]) AddCallbacks(callback func(T) (T, error), errback func(error) (T, error)) *Deferred[T] {
	return d.add(onEither[T]{callback, errback})
}

// AddBoth adds f, which gets the outcome, whichever it is. (Twisted: Deferred.addBoth.)
func (d *Deferred[T]) AddBoth(f func(T, error) (T, error)) *Deferred[T] { return d.add(onBoth[T](f)) }

// Callback fires d with a value. The error is [ErrAlreadyCalled] if d has an outcome,
// or [ErrReactorStopped] if its callbacks will not run for that reason. One Callback
// or Errback after a Cancel that had no canceller to call is let pass, since the one
// who fires has not been told. (Twisted: Deferred.callback.)
func (d *Deferred[T]) Callback(v T) error { return d.fire(v, nil, nil) }

// Errback fires d with an error; it panics if err is nil. Otherwise it is like
// Callback. (Twisted: Deferred.errback.)
func (d *Deferred[T]) Errback(err error) error {
	mustFail(err)
	var zero T
	return d.fire(zero, err, nil)
}

// Pause has callbacks wait, from the next one on, until Unpause has been called as
// often as Pause. So does whatever waits for d, such as Then and Await. It does not keep d
// from being fired, and one that has fired cannot be canceled, paused or not.
// (Twisted: Deferred.pause.)
func (d *Deferred[T]) Pause() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.paused.Add(1)
}

// Unpause undoes one Pause; without one it panics. (Twisted: Deferred.unpause.)
func (d *Deferred[T]) Unpause() {
	d.mu.Lock()
	if d.paused.Load() == 0 {
		d.mu.Unlock()
		panic("reactor: Unpause without Pause")
	}
	d.paused.Add(-1)
	if d.resume() {
		d.r.post(d)
	}
}

// String tells the state, and the value by fmt's %v: <Deferred 42>. A Deferred whose callbacks
// have not all run is pending. (Twisted: Deferred.__str__.)
func (d *Deferred[T]) String() string {
	d.mu.Lock()
	if !d.rests() { // the loop may be writing the outcome
		d.mu.Unlock()
		return "<Deferred pending>"
	}
	v, err := d.value, d.err
	d.mu.Unlock()
	if err != nil {
		return fmt.Sprintf("<Deferred failed: %v>", err)
	}
	return fmt.Sprintf("<Deferred %v>", v)
}

// rests reports whether d has its outcome and nothing is left that might change it, so that
// it may be read. mu is held.
func (d *Deferred[T]) rests() bool {
	return d.called && d.due == 0 && len(d.callbacks) == 0 && d.paused.Load() == 0
}

// add appends cb to the chain. Once d has fired, each callback is queued for itself:
// that is its place in the order of invariant 1.
func (d *Deferred[T]) add(cb callback[T]) *Deferred[T] {
	d.mu.Lock()
	if !d.called {
		d.callbacks = append(d.callbacks, cb)
		d.mu.Unlock()
		return d
	}
	d.due++
	d.mu.Unlock()
	d.r.post(&late[T]{d, [1]callback[T]{cb}})
	return d
}

// fire gives d its outcome and has the callbacks run: in the same turn if the caller
// says that it is on the loop of here and that is d's reactor, otherwise as a task.
func (d *Deferred[T]) fire(v T, err error, here *Reactor) error {
	d.mu.Lock()
	if d.called {
		forgiven := d.swallow
		d.swallow = false
		d.mu.Unlock()
		if forgiven {
			return nil
		}
		return ErrAlreadyCalled
	}
	return d.settle(v, err, here)
}

// finish is fire for the outcome of a function: a panic that comes too late is logged.
func (d *Deferred[T]) finish(v T, err error, here *Reactor) {
	d.mu.Lock()
	late := d.called
	if late {
		d.mu.Unlock()
	} else {
		late = d.settle(v, err, here) != nil
	}
	if late {
		d.r.tooLate(err)
	}
}

// settle is fire for a d that has no outcome and is locked; it releases mu.
func (d *Deferred[T]) settle(v T, err error, here *Reactor) error {
	d.called = true
	d.value, d.err = v, err
	d.canceller = nil
	if d.upstream != nil {
		*d.upstream, d.upstream = nil, nil
	}
	if len(d.callbacks) == 0 {
		d.audit()
	}
	switch {
	case !d.resume():
		return nil
	case here == d.r:
		d.r.derived.push(d)
		return nil
	}
	return d.r.post(d)
}

// resume releases mu and reports whether the callbacks can run, in which case the
// caller has to queue d.
func (d *Deferred[T]) resume() bool {
	runs := d.called && d.paused.Load() == 0 && len(d.callbacks) > 0
	if runs {
		d.due++
	}
	d.mu.Unlock()
	return runs
}

// run is the task of a Deferred with callbacks that were added before it could run
// them: it fired, or was unpaused.
func (d *Deferred[T]) run(*Reactor) {
	d.mu.Lock()
	batch := d.callbacks
	d.callbacks = nil
	d.mu.Unlock()
	d.apply(batch)
}

// late is the task of a callback that was added after firing. It is an array so that
// apply needs no other memory.
type late[T any] struct {
	d     *Deferred[T]
	batch [1]callback[T]
}

func (l *late[T]) run(*Reactor) {
	d := l.d
	d.mu.Lock()
	batch := l.batch[:]
	if len(d.callbacks) > 0 { // d is paused, or its task is queued since an Unpause: go behind
		d.callbacks = append(d.callbacks, batch...)
		d.due--
		d.mu.Unlock()
		return
	}
	d.mu.Unlock()
	d.apply(batch)
}

// apply runs callbacks, on the loop, in a batch: one lock and one deferred function
// for all of them. What is left when one of them panics, exits its goroutine or pauses
// d goes back to d, and into the queue again unless paused.
func (d *Deferred[T]) apply(batch []callback[T]) {
	next, returned := 0, false
	defer func() {
		if !returned {
			d.abort(batch[next-1], failed(recover()))
		}
		d.mu.Lock()
		d.due--
		if next < len(batch) {
			d.callbacks = batch[next:] // no others: they wait in the queue, as late
		}
		if d.due == 0 && len(d.callbacks) == 0 {
			d.audit()
		}
		if d.resume() {
			d.r.derived.push(d)
		}
	}()
	for next < len(batch) && d.paused.Load() == 0 {
		next++
		batch[next-1].call(d)
	}
	returned = true
}

// abort makes err the outcome of the callback that did not return.
func (d *Deferred[T]) abort(cb callback[T], err error) {
	if a, ok := cb.(aborter); ok {
		a.abort(err)
		return
	}
	var zero T
	d.become(zero, err)
}

// become makes the outcome what a callback has given.
func (d *Deferred[T]) become(v T, err error) { d.value, d.err, d.handled = v, err, false }

// look returns the outcome to a callback that passes it on to somebody.
func (d *Deferred[T]) look() (T, error) {
	d.handled = d.err != nil
	return d.value, d.err
}

// audit is called at the end of the chain, to see whether there is a failure to report. mu
// is held, or d is new.
func (d *Deferred[T]) audit() {
	if d.unhandled != nil {
		d.unhandled.forget()
		d.unhandled = nil
	}
	if d.err != nil && !d.handled {
		d.unhandled = &unhandled{r: d.r, err: d.err}
		notice(d.unhandled, d)
	}
}

// outcome returns d's outcome to the loop of here, unless it has to be waited for: it is
// not there, a callback is left that might change it, or it is another loop's that has not
// stopped. A nil d stands for the zero value.
func (d *Deferred[T]) outcome(here *Reactor) (v T, err error, ok bool) {
	if d == nil {
		return v, nil, true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.r != here && !d.r.stop.Load() || !d.rests() {
		return v, nil, false
	}
	v, err = d.look()
	d.audit()
	return v, err, true
}
