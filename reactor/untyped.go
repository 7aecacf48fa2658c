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
	case interface{ untyped() *result }:
		return untypedResult(x.untyped()), true
	case nested:
		if d, _ := coreIn(x); d != nil {
			return untypedDeferred(d), true
		}
		return (*Deferred[any])(nil), true
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
	d := new(Deferred[any])
	d.core.init(Default(), &d.slot)
	d.core.receive(c)
	return d, true
}

func untypedDeferred(c *core) Awaitable[any] {
	if from, err, ok := c.present(); ok {
		return untypedOutcome(c.r, from, err)
	}
	x := newUntyped(c.r, c)
	c.subscribe(unwrapped{&unwrapping{e: &x.result, value: &x.slot, r: c.r, once: true}}, c.r)
	return x
}

func (e *eventual) untyped() *result { return &e.result }

func untypedResult(e *result) Awaitable[any] {
	if from, err, ok := e.outcome(e.r); ok {
		return untypedOutcome(e.r, from, err)
	}
	x := newUntyped(e.r, e)
	e.mu.Lock()
	there := e.ready()
	if !there {
		more := e.extras()
		more.untyped = append(more.untyped, &x.result)
	}
	e.mu.Unlock()
	if there {
		from, err := e.get()
		x.result.setAny(from, err)
	}
	return x
}

// setAny completes e, which is of an any, with another result.
func (e *result) setAny(from slot, err error) {
	e.slot.(*slotOf[any]).Value = anyOf(from)
	e.complete(false, err, nil)
}

// newUntyped returns a result that waits for work: it is noted at once, so that a Cancel finds it however
// busy the loop is.
func newUntyped(r *Reactor, work awaited) *EventualResult[any] {
	x := new(EventualResult[any])
	x.result.r, x.result.slot, x.result.work = r, &x.slot, work
	return x
}

func untypedOutcome(r *Reactor, from slot, err error) *Deferred[any] {
	if err != nil {
		return FailOn[any](r, err)
	}
	return SucceedOn(r, anyOf(from))
}

// anyOf is valueOf; there is no value without a slot.
func anyOf(s slot) any {
	if s == nil {
		return nil
	}
	return valueOf(s)
}
