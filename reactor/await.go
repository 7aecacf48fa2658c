package reactor

import (
	"runtime"
	"runtime/debug"
)

// An Awaitable is a *[Deferred][T], an *[EventualResult][T], or a type that embeds an [OnAwait][T].
type Awaitable[T any] interface{ awaitable() settling[T] }

// OnAwait gives what to await each time that it is awaited, on the goroutine that awaits. A type
// of another package that has an outcome of its own embeds it, and so is [Awaitable]. Canceled is
// what it gave.
type OnAwait[T any] func() Awaitable[T]

func (f OnAwait[T]) awaitable() settling[T]         { return f().awaitable() }
func (d *Deferred[T]) awaitable() settling[T]       { return d }
func (e *EventualResult[T]) awaitable() settling[T] { return e }

// A settling is what an Awaitable stands for: its outcome, now or later.
type settling[T any] interface {
	suspender
	outcome(here *Reactor) (v T, err error, ok bool)
	tell(w *awaiter[T]) error
	eventual() *EventualResult[T]
}

// mostRefused is how often a body may try to await on a stopped reactor: more often than
// anybody needs to clean up.
const mostRefused = 1000

// Await returns the outcome of a to the body of the coroutine co. If it is not there, the
// body is suspended until it comes, and the reactor goes on. What a has it keeps, and its
// failure counts as handled; a nil Deferred stands for the zero value.
//
// The error is [ErrReactorStopped] if co's reactor, or a's, stops first; [ErrCircular] if a is
// the result of co or of a coroutine that waits for it; [ErrDropped] if nobody is left who
// could fire a; and [ErrNotInBody] if the body has ended or is suspended, which is all that can
// be told of a co that has left it: two goroutines that await with one co at the same time are
// a data race.
//
// When co's reactor has stopped, a body has to come to its end, since Stopped waits for it: an
// Await that would have to wait gives ErrReactorStopped. A body that goes on awaiting all the
// same, as a loop without end does, is ended by runtime.Goexit at the 1001st such Await; its
// deferred functions run, and its result is ErrReactorStopped.
// (Twisted: Deferred.__await__.)
func Await[T any](co *Coroutine, a Awaitable[T]) (T, error) {
	var zero T
	if !co.running {
		return zero, ErrNotInBody
	}
	p := a.awaitable()
	if v, err, ok := p.outcome(co.r); ok {
		return v, err
	}
	if co.r.stop.Load() {
		if co.refused++; co.refused > mostRefused {
			runtime.Goexit()
		}
		return zero, ErrReactorStopped
	}
	w := &awaiter[T]{co: co}
	err := p.tell(w)
	if err == nil {
		err = co.suspend(p)
	}
	if err != nil {
		return zero, err
	}
	return w.value, w.err
}

// MustAwait is [Await] for a body that would only return the error: it ends the body,
// whose result fails with that very error. It does so by a panic, so deferred functions
// run, and one that recovers it gets an error which wraps the one of Await.
func MustAwait[T any](co *Coroutine, a Awaitable[T]) T {
	v, err := Await(co, a)
	if err != nil {
		panic(&awaitError{err, debug.Stack()})
	}
	return v
}

// awaitError is what MustAwait panics with.
type awaitError struct {
	err   error
	stack []byte
}

func (e *awaitError) Error() string { return e.err.Error() }
func (e *awaitError) Unwrap() error { return e.err }

// An awaiter brings one outcome to the body that awaits it.
type awaiter[T any] struct {
	co    *Coroutine
	next  *awaiter[T] // of the same EventualResult
	value T
	err   error
}

// call is the callback of an awaited Deferred.
func (w *awaiter[T]) call(d *Deferred[T]) {
	v, err := d.look()
	w.deliver(v, err, d.r)
}

// deliver resumes the body: in the same turn if this is the loop of here and that is co's.
func (w *awaiter[T]) deliver(v T, err error, here *Reactor) {
	w.value, w.err = v, err
	if here == w.co.r {
		here.derived.push(w.co)
		return
	}
	w.co.r.post(w.co) // a stopped reactor resumes its coroutines by itself
}

// deliverAll delivers to w and all that come next, the last of which is served first.
func (w *awaiter[T]) deliverAll(v T, err error) {
	var first *awaiter[T]
	for w != nil {
		w, w.next, first = w.next, first, w
	}
	for ; first != nil; first = first.next {
		first.deliver(v, err, nil)
	}
}

func (w *awaiter[T]) take(v T, err error) { w.deliver(v, err, nil) }

func (d *Deferred[T]) tell(w *awaiter[T]) error {
	d.subscribe(w, w.co.r)
	return nil
}

// eventual returns a result that d brings. One that d has already needs no loop: at rest d
// may be read from anywhere. A Deferred in an untyped value is waited for, as by RunInReactor.
func (d *Deferred[T]) eventual() *EventualResult[T] {
	if d == nil {
		e := new(EventualResult[T]) // of no reactor, which it does not need
		e.ready.Store(true)
		return e
	}
	e := &EventualResult[T]{r: d.r}
	if v, err, ok := d.outcome(d.r); ok {
		e.settle(v, err, d.r)
		return e
	}
	e.work = d // at once, so that a Cancel finds d however busy the loop is
	d.add(delivery[T]{e})
	return e
}

func (e *EventualResult[T]) tell(w *awaiter[T]) error {
	if err := w.co.follows(e); err != nil {
		return err
	}
	e.mu.Lock()
	there := e.ready.Load()
	if !there {
		w.next, e.awaiters = e.awaiters, w
	}
	e.mu.Unlock()
	if there {
		v, err := e.get()
		w.deliver(v, err, nil)
		return nil
	}
	if e.r != w.co.r {
		e.r.watch(e)
		if e.there() {
			e.r.unwatch(e)
		}
	}
	return nil
}

func (e *EventualResult[T]) eventual() *EventualResult[T] { return e }

// outcome returns the result if it is there.
func (e *EventualResult[T]) outcome(*Reactor) (v T, err error, ok bool) {
	if e.there() {
		v, err = e.get()
		return v, err, true
	}
	return v, nil, false
}

func (e *EventualResult[T]) awaits() awaited {
	e.mu.Lock()
	defer e.mu.Unlock()
	up, _ := e.work.(awaited)
	return up
}

func (e *EventualResult[T]) cancelOn(*Reactor) { e.Cancel() }
func (e *EventualResult[T]) fired() bool       { return e.ready.Load() }

func (e *EventualResult[T]) follow() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.followed = true
	if up, ok := e.work.(awaited); ok {
		up.follow()
	}
}
