package reactor

import (
	"fmt"
	"reflect"
)

// RunInReactor has f run on the default reactor and returns the result to be, at once:
// also when it is called on the reactor, f runs later, after everything queued before.
// An error, a panic (*[PanicError]) and runtime.Goexit ([ErrGoexit]) are results too.
//
// For T = any, an f that returns a *Deferred has it waited for, and its outcome is the
// result; and so on if that is a *Deferred again. Deferreds inside a slice or a struct
// are values like others. If T is a *Deferred type itself, f is not run and the result is
// an error that says to use [RunDeferred]. (crochet: run_in_reactor.)
func RunInReactor[T any](f func() (T, error)) *EventualResult[T] {
	return RunInReactorOn(Default(), f)
}

// RunInReactorOn is [RunInReactor] for the given reactor.
func RunInReactorOn[T any](r *Reactor, f func() (T, error)) *EventualResult[T] {
	return newInReactor(r, f).post()
}

func newInReactor[T any](r *Reactor, f func() (T, error)) *EventualResult[T] {
	e := &EventualResult[T]{r: r, work: valueBody[T](f), origin: originOf(f)}
	if err := notDeferred[T]("RunInReactor", "RunDeferred"); err != nil {
		e.fail(err)
	}
	return e
}

// notDeferred returns an error if T is a *Deferred type, of which this function could only
// give what nobody wants.
func notDeferred[T any](this, use string) error {
	if t := reflect.TypeFor[T](); t.Kind() == reflect.Pointer && t.Implements(reflect.TypeFor[nested]()) {
		return fmt.Errorf("reactor: %s of a function that returns a %v: use %s", this, t, use)
	}
	return nil
}

// RunDeferred is [RunInReactor] for an f that returns a Deferred: its outcome is the
// result, and a nil Deferred stands for the zero value. The Deferred keeps its outcome,
// and its failure counts as handled.
func RunDeferred[T any](f func() (*Deferred[T], error)) *EventualResult[T] {
	return RunDeferredOn(Default(), f)
}

// RunDeferredOn is [RunDeferred] for the given reactor.
func RunDeferredOn[T any](r *Reactor, f func() (*Deferred[T], error)) *EventualResult[T] {
	e := &EventualResult[T]{r: r, work: deferredBody[T](f), origin: originOf(f)}
	return e.post()
}

// A body is what a Run function was given.
type body[T any] interface{ begin(e *EventualResult[T]) }

type (
	valueBody[T any]    func() (T, error)
	deferredBody[T any] func() (*Deferred[T], error)
)

func (f valueBody[T]) begin(e *EventualResult[T]) {
	v, err := f()
	e.settle(v, err, e.r)
}

func (f deferredBody[T]) begin(e *EventualResult[T]) {
	e.settleAs(f())
}

// settleAs gives e the outcome of d, or err. It runs on e's reactor.
func (e *EventualResult[T]) settleAs(d *Deferred[T], err error) {
	if err != nil {
		e.fail(err)
		return
	}
	if v, err, ok := d.outcome(e.r); ok {
		e.settle(v, err, e.r)
		return
	}
	e.await(d)
	d.subscribe(delivery[T]{e}, e.r)
}

// delivery is the callback that brings a Deferred's outcome to a result.
type delivery[T any] struct{ to *EventualResult[T] }

func (c delivery[T]) call(d *Deferred[T]) {
	if c.to.fired() {
		return // AwaitFor was refused: somebody else is to look at d
	}
	v, err := d.look()
	c.to.settle(v, err, d.r)
}

func (c delivery[T]) take(v T, err error) { c.to.settle(v, err, nil) }

func (e *EventualResult[T]) post() *EventualResult[T] {
	if e.ready.Load() {
		return e
	}
	if err := e.r.post(e); err != nil {
		e.fail(err)
	}
	return e
}

// run is the task that runs the body.
func (e *EventualResult[T]) run(*Reactor) {
	b := e.take()
	if b == nil {
		return // canceled before it began
	}
	returned := false
	defer func() {
		if !returned {
			e.fail(failed(recover()))
		}
	}()
	b.begin(e)
	returned = true
}

// take returns the body to the first who asks, and nil to others.
func (e *EventualResult[T]) take() body[T] {
	e.mu.Lock()
	defer e.mu.Unlock()
	b, ok := e.work.(body[T])
	if ok {
		e.work = nil
	}
	return b
}

// await notes what a Cancel has to cancel.
func (e *EventualResult[T]) await(d awaited) {
	e.mu.Lock()
	defer e.mu.Unlock()
	co, isBody := d.(*Coroutine)
	if isBody {
		co.ctx = e.scope.parent()
	}
	if e.ready.Load() {
		return
	}
	e.work = d
	if e.followed {
		d.follow()
	}
	if isBody && e.canceled {
		co.interrupt(ErrCanceled) // cancelAwaited is queued behind the body
	}
}

// settle completes e with an outcome, on the loop of here, unless that is a Deferred
// which an untyped body returned.
func (e *EventualResult[T]) settle(v T, err error, here *Reactor) {
	if err == nil && isInterface[T]() && unwrap(e, v, here) {
		return
	}
	e.complete(v, err, nil)
}

// isInterface reports whether T is an interface type, of which alone nobody can tell what it holds.
func isInterface[T any]() bool {
	var zero T
	return any(zero) == nil
}
