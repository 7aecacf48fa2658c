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
	case interface{ untype() Awaitable[any] }:
		return x.untype(), true
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

func (d *Deferred[T]) untype() Awaitable[any] {
	if d == nil {
		return (*Deferred[any])(nil)
	}
	v, err, ok := d.outcome(d.r) // at rest it may be read from anywhere, and needs no loop
	switch {
	case !ok:
		return Then(d, func(v T) (any, error) { return v, nil })
	case err != nil:
		return FailOn[any](d.r, err)
	}
	return SucceedOn[any](d.r, v)
}

func (e *EventualResult[T]) untype() Awaitable[any] {
	x := &EventualResult[any]{r: e.r}
	if v, err, ok := e.outcome(e.r); ok {
		x.settle(v, err, e.r)
		return x
	}
	x.work = e // at once, so that a Cancel finds e however busy the loop is
	RunCoroutineOn(e.r, func(co *Coroutine) (struct{}, error) {
		v, err := Await(co, e)
		x.settle(v, err, e.r)
		return struct{}{}, nil
	})
	return x
}
