package reactor

import (
	"runtime"
	"runtime/debug"
)

// An Awaitable is a *[Deferred][T], an *[EventualResult][T], or a type that embeds an [OnAwait].
type Awaitable[T any] interface {
	// awaitable returns what brings the outcome, in a slot of T; nil stands for the zero value.
	// The argument only tells the compiler of T.
	awaitable(*T) settling
}

// OnAwait makes [Awaitable] a type of another package that has an outcome of its own, and embeds it:
// the method of Of gives what to await each time that it is awaited, on the goroutine that awaits.
// Canceled is what it gave. (It is a method and no function value so that a program which awaits no such
// thing does not link what it takes.)
type OnAwait[T any, A interface{ OnAwait() Awaitable[T] }] struct{ Of A }

func (o OnAwait[T, A]) awaitable(*T) settling { return o.Of.OnAwait().awaitable(nil) }

func (d *Deferred[T]) awaitable(*T) settling {
	if d == nil {
		return nil
	}
	return &d.core
}

func (e *EventualResult[T]) awaitable(*T) settling { return &e.result }

// A settling is a Deferred or an EventualResult as those see it who want its outcome, now or later.
type settling interface {
	suspender
	outcome(here *Reactor) (from slot, err error, ok bool)
	tell(w *awaiter) error
	bring(own *result) *result
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
func Await[T any](co *Coroutine, a Awaitable[T]) (v T, err error) {
	if !co.running {
		return v, ErrNotInBody
	}
	from, err := co.await(a.awaitable(nil))
	if from != nil {
		v = from.(*slotOf[T]).Value
	}
	return v, err
}

// await returns the outcome of s in a slot that does not change before the body awaits again. None
// is the zero value.
func (co *Coroutine) await(s settling) (slot, error) {
	if s == nil {
		return nil, nil
	}
	if from, err, ok := s.outcome(co.r); ok {
		return from, err
	}
	if co.r.stop.Load() {
		if co.refused++; co.refused > mostRefused {
			runtime.Goexit()
		}
		return nil, ErrReactorStopped
	}
	w := &awaiter{co: co}
	err := s.tell(w)
	if err == nil {
		err = co.suspend(s)
	}
	if err != nil {
		return nil, err
	}
	return w.from, w.err
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
type awaiter struct {
	co   *Coroutine
	next *awaiter // of the same EventualResult
	from slot
	err  error
}

// call is the callback of an awaited Deferred. The body goes on in this turn, and finds the value in
// the Deferred, unless more callbacks follow first.
func (w *awaiter) call(c *core) {
	from, err := c.look()
	if c.more || c.r != w.co.r {
		from = copyOf(from)
	}
	w.deliver(from, err, c.r)
}

// take is for a Deferred of another reactor, which has stopped.
func (w *awaiter) take(from slot, err error) { w.deliver(copyOf(from), err, nil) }

// deliver resumes the body: in the same turn if this is the loop of here and that is co's.
func (w *awaiter) deliver(from slot, err error, here *Reactor) {
	w.from, w.err = from, err
	if here == w.co.r {
		here.derived.push(w.co)
		return
	}
	w.co.r.post(w.co) // a stopped reactor resumes its coroutines by itself
}

// deliverAll delivers to w and all that come next, the last of which is served first.
func (w *awaiter) deliverAll(from slot, err error) {
	var all []*awaiter
	for ; w != nil; w = w.next {
		all = append(all, w)
	}
	for i := len(all) - 1; i >= 0; i-- {
		all[i].deliver(from, err, nil)
	}
}

func (c *core) tell(w *awaiter) error {
	c.subscribe(w, w.co.r)
	return nil
}

// bring makes own a result that c brings. One that c has already needs no loop. A Deferred in an untyped
// value is waited for, as by RunInReactor.
func (c *core) bring(own *result) *result {
	own.r = c.r
	if from, err, ok := c.present(); ok {
		own.settle(from, err, c.r)
		return own
	}
	own.work = c // at once, so that a Cancel finds c however busy the loop is
	c.add(delivery{own})
	return own
}

func (e *result) tell(w *awaiter) error {
	there, err := w.co.follows(e, w)
	switch {
	case err != nil:
		return err
	case there:
		from, err := e.get()
		w.deliver(from, err, nil)
	case e.r != w.co.r:
		e.r.watch(e)
		if e.there() {
			e.r.unwatch(e)
		}
	}
	return nil
}

// enlist has w told of the outcome, unless that is there.
func (e *result) enlist(w *awaiter) (there bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ready() {
		return true
	}
	more := e.extras()
	w.next, more.awaiters = more.awaiters, w
	return false
}

func (e *result) bring(*result) *result { return e }

// outcome returns the result if it is there.
func (e *result) outcome(*Reactor) (from slot, err error, ok bool) {
	if e.there() {
		from, err = e.get()
		return from, err, true
	}
	return nil, nil, false
}

func (e *result) awaits() awaited {
	e.mu.Lock()
	defer e.mu.Unlock()
	up, _ := e.work.(awaited)
	return up
}

func (e *result) cancelOn(*Reactor) { e.cancel() }
func (e *result) fired() bool       { return e.ready() }
