package reactor

import "reflect"

// Untyped returns x, a *[Deferred] or an *[EventualResult] of any type, as an [Awaitable] of its
// value as an any, and false if x is neither. To cancel what it returns is to cancel x. A failure
// of x counts as handled, and is to be looked at in what is returned. It is for package dynamic,
// where what is awaited is known only at run time.
func Untyped(x any) (Awaitable[any], bool) {
	switch x := x.(type) {
	case Awaitable[any]:
		return x, true
	case interface{ untype() any }:
		return x.untype().(Awaitable[any]), true
	}
	return nil, false
}

// UntypedChannel is [FromChannel] for a channel of any type, and false if c is none that can be
// received from. It is for package dynamic, as [Untyped] is.
func UntypedChannel(c any) (*Deferred[any], bool) {
	v := reflect.ValueOf(c)
	if v.Kind() != reflect.Chan || v.Type().ChanDir()&reflect.RecvDir == 0 {
		return nil, false
	}
	return fromChannel[any](Default(), untypedChannel{v}), true
}

// A package that uses a Deferred[int] compiles all methods of that type, and those of every other
// instance of a generic type that they mention, also by a field of a struct: three times the work for
// a notebook's cell. So here they mention no Deferred[any] and no EventualResult[any]. These are
// made in functions without type parameters, of which the compiler of another package sees no more than
// that they take and return an any, as they are not inlined.

// untypedResult is an *EventualResult[any].
type untypedResult interface {
	fired() bool
	await(d awaited)
	complete(v any, err error, stack []byte)
}

func (d *Deferred[T]) untype() any {
	if d == nil {
		return untypedNil()
	}
	if v, err, ok := d.outcome(d.r); ok { // at rest it may be read from anywhere, and needs no loop
		return untypedOutcome(d.r, v, err)
	}
	x := newUntyped(d.r, d)
	d.deliver(&unwrapping{to: x.(untypedResult), r: d.r, once: true})
	return x
}

func (e *EventualResult[T]) untype() any {
	if v, err, ok := e.outcome(e.r); ok {
		return untypedOutcome(e.r, v, err)
	}
	x := newUntyped(e.r, e)
	RunCoroutineOn(e.r, func(co *Coroutine) (T, error) {
		v, err := Await(co, e)
		x.(untypedResult).complete(v, err, nil)
		var zero T
		return zero, nil
	})
	return x
}

//go:noinline
func untypedNil() any { return (*Deferred[any])(nil) }

//go:noinline
func untypedOutcome(r *Reactor, v any, err error) any {
	if err != nil {
		return FailOn[any](r, err)
	}
	return SucceedOn(r, v)
}

// newUntyped returns a result that waits for work: it is noted at once, so that a Cancel finds it however
// busy the loop is.
//
//go:noinline
func newUntyped(r *Reactor, work awaited) any { return &EventualResult[any]{r: r, work: work} }
