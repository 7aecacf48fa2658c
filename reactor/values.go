package reactor

// Values makes of a return statement without types what a function of type
// func() (any, error) returns: emitted code says
//
//	return reactor.Values(x, err)
//
// The last value is the error if it implements error, or if it is nil and not the only
// one. Of what is before it, no value is nil, one is itself, and several are a []any.
// A call that gives several values may be the only argument: Values(f()).
func Values(vs ...any) (any, error) {
	vs, err := List(vs...)
	switch len(vs) {
	case 0:
		return nil, err
	case 1:
		return vs[0], err
	}
	return vs, err
}

// List makes of a call that gives several values what a function of type
// func() ([]any, error) returns:
//
//	return reactor.List(f())
//
// The last value is the error as for [Values]; the list is what is before it.
func List(vs ...any) ([]any, error) {
	last := len(vs) - 1
	if last < 0 {
		return vs, nil
	}
	err, isError := vs[last].(error)
	if isError || last > 0 && vs[last] == nil {
		vs = vs[:last:last]
	}
	return vs, err
}

// nested is a *Deferred of any type, found as the value of an untyped result.
type nested interface {
	awaited
	untyped(here *Reactor) (v any, err error, ok bool)
	deliver(u *unwrapping)
}

// untyped is outcome.
func (d *Deferred[T]) untyped(here *Reactor) (any, error, bool) { return d.outcome(here) }

func (d *Deferred[T]) deliver(u *unwrapping) { d.subscribe(unwrapped[T]{u}, u.r) }

// unwrap has e, if it is of an untyped body, wait for the Deferred v, and reports whether it does. Not
// to be inlined, as what Untyped uses.
//
//go:noinline
func unwrap(e, v any, here *Reactor) bool {
	to, ok := e.(*EventualResult[any])
	if !ok {
		return false
	}
	d, ok := v.(nested)
	if ok {
		(&unwrapping{to: to, r: to.r}).settle(d, nil, here)
	}
	return ok
}

// unwrapping waits for the Deferred that an untyped body returned, then for the one
// which that brought, until there is a value.
type unwrapping struct {
	to   untypedResult
	r    *Reactor // of to
	once bool     // what the first one brings is the value, whatever it is

	// A Deferred may bring itself, or one that brings it. Brent's algorithm sees that
	// without a list: compare with one that was met, and renew it ever less often.
	met    nested
	stride int
	left   int
}

func (u *unwrapping) settle(v any, err error, here *Reactor) {
	for err == nil {
		d, ok := v.(nested)
		if !ok || u.once {
			break
		}
		if d == u.met {
			v, err = nil, ErrCircular
			break
		}
		if u.left == 0 {
			u.met, u.stride = d, 2*u.stride+1
			u.left = u.stride
		}
		u.left--
		if v, err, ok = d.untyped(here); !ok {
			u.to.await(d)
			d.deliver(u)
			return
		}
	}
	u.to.complete(v, err, nil)
}

// unwrapped is the callback that brings a Deferred's outcome to an unwrapping.
type unwrapped[T any] struct{ u *unwrapping }

func (c unwrapped[T]) call(d *Deferred[T]) {
	if c.u.to.fired() {
		return // as for delivery
	}
	v, err := d.look()
	c.u.settle(v, err, d.r)
}

func (c unwrapped[T]) take(v T, err error) { c.u.settle(v, err, nil) }
