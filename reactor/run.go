package reactor

import (
	"context"
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
	e := new(EventualResult[T])
	e.result.start(Default(), &e.slot, valueKind, valueBody[T](f))
	return e
}

// RunInReactorOn is [RunInReactor] for the given reactor.
func RunInReactorOn[T any](r *Reactor, f func() (T, error)) *EventualResult[T] {
	e := new(EventualResult[T])
	e.result.start(r, &e.slot, valueKind, valueBody[T](f))
	return e
}

// start posts an e that begins with the function f, as init says.
func (e *result) start(r *Reactor, s slot, body bodyKind, f any) {
	e.init(r, s, body, f)
	e.post()
}

// init has e begin with the function f. It refuses an f that returns a *Deferred, of which a kind for
// values could only give what nobody wants.
func (e *result) init(r *Reactor, s slot, body bodyKind, f any) {
	e.r, e.slot, e.body, e.work, e.origin = r, s, body, f, originOf(f)
	var err error
	switch body {
	case valueKind:
		err = notDeferred(s, "RunInReactor", "RunDeferred")
	case coroutineKind:
		err = notDeferred(s, "RunCoroutine", "RunDeferredCoroutine")
	}
	if err != nil {
		e.fail(err)
	}
}

// notDeferred returns an error if a slot's value is of a *Deferred type.
func notDeferred(s slot, this, use string) error {
	if v := inside(s); v.Kind() == reflect.Pointer && v.Type().Implements(reflect.TypeFor[nested]()) {
		return fmt.Errorf("reactor: %s of a function that returns a %v: use %s", this, v.Type(), use)
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
	e := new(EventualResult[T])
	e.result.init(r, &e.slot, deferredKind, f)
	e.result.work = deferredBody(func() (*core, error) {
		d, err := f()
		return coreOf(d), err
	})
	e.result.post()
	return e
}

// A bodyKind says what the work of a result begins with.
type bodyKind uint8

const (
	begun         bodyKind = iota // nothing: it has begun
	valueKind                     // a valueBody
	deferredKind                  // a deferredBody
	coroutineKind                 // a valueCoroutine
	deferredCoroutineKind
)

// Functions that make a Deferred. A nil one stands for the zero value.
type (
	deferredBody      func() (*core, error)
	deferredCoroutine func(*Coroutine) (*core, error)
)

func (e *result) post() {
	if e.ready() {
		return
	}
	if err := e.r.post(e); err != nil {
		e.fail(err)
	}
}

// run is the task that runs the body.
func (e *result) run(*Reactor) {
	if body, work := e.take(); body != begun { // it was not canceled before
		e.begin(body, work)
	}
}

func (e *result) begin(body bodyKind, work any) {
	returned := false
	defer func() {
		if !returned {
			e.fail(failed(recover()))
		}
	}()
	switch body {
	case valueKind:
		err, _ := e.slot.call(work, nil, nil)
		e.settle(e.slot, err, e.r)
	case deferredKind:
		e.settleAs(work.(deferredBody)())
	default:
		e.startCoroutine(work)
	}
	returned = true
}

// take returns the body to the first who asks, and begun to others.
func (e *result) take() (bodyKind, any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	body, work := e.body, e.work
	if body != begun {
		e.body, e.work = begun, nil
	}
	return body, work
}

// await notes what a Cancel has to cancel.
func (e *result) await(d awaited) {
	e.mu.Lock()
	defer e.mu.Unlock()
	co, isBody := d.(*Coroutine)
	if isBody {
		co.ctx = context.Background()
		if e.more != nil {
			co.ctx = e.more.scope.parent()
		}
	}
	if e.ready() {
		return
	}
	e.work = d
	if isBody && e.canceled {
		co.interrupt(ErrCanceled) // cancelAwaited is queued after the body
	}
}

// settleAs gives e the outcome of d, or err. It runs on e's reactor.
func (e *result) settleAs(d *core, err error) {
	if d == nil || err != nil {
		e.complete(true, err, nil)
		return
	}
	if from, err, ok := d.outcome(e.r); ok {
		e.settle(from, err, e.r)
		return
	}
	e.await(d)
	d.subscribe(delivery{e}, e.r)
}

// settle completes e with an outcome, on the loop of here, unless that is a Deferred
// which an untyped body returned.
func (e *result) settle(from slot, err error, here *Reactor) {
	if from != nil && from != e.slot {
		move(e.slot, from)
	}
	if err == nil && e.unwrap(here) {
		return
	}
	e.complete(from == nil, err, nil)
}

// delivery is the callback that brings a Deferred's outcome to a result.
type delivery struct{ to *result }

func (f delivery) call(c *core) {
	if f.to.fired() {
		return // AwaitFor was refused: somebody else is to look at c
	}
	from, err := c.look()
	f.to.settle(from, err, c.r)
}

func (f delivery) take(from slot, err error) { f.to.settle(from, err, nil) }
