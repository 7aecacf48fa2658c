package reactor

import "reflect"

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
type nested interface{ nested() *core }

func (d *deferred) nested() *core { return &d.core }

// coreIn returns the core of a *Deferred; if that is nil, the zero value that it stands for.
func coreIn(d nested) (c *core, zero any) {
	if v := reflect.ValueOf(d); v.IsNil() {
		slot, _ := v.Type().Elem().FieldByName("slot")
		return nil, reflect.Zero(slot.Type.Field(0).Type).Interface()
	}
	return d.nested(), nil
}

// unwrap has e, if it is of an untyped body, wait for the Deferred that is its value, and reports whether
// it does.
func (e *result) unwrap(here *Reactor) bool {
	s, ok := e.slot.(*slotOf[any])
	if !ok {
		return false
	}
	d, ok := s.Value.(nested)
	if ok {
		(&unwrapping{e: e, value: s, r: e.r}).settle(d, nil, here)
	}
	return ok
}

// unwrapping waits for the Deferred that an untyped body returned, then for the one
// which that brought, until there is a value.
type unwrapping struct {
	e     *result
	value *slotOf[any] // of e
	r     *Reactor     // of e
	once  bool         // what the first one brings is the value, whatever it is

	// A Deferred may bring itself, or one that brings it. Brent's algorithm sees that
	// without a list: compare with one that was met, and renew it ever less often.
	met    *core
	stride int
	left   int
}

func (u *unwrapping) settle(v any, err error, here *Reactor) {
	for err == nil && !u.once {
		d, ok := v.(nested)
		if !ok {
			break
		}
		c, zero := coreIn(d)
		if c == nil {
			v = zero
			continue
		}
		if c == u.met {
			v, err = nil, ErrCircular
			break
		}
		if u.left == 0 {
			u.met, u.stride = c, 2*u.stride+1
			u.left = u.stride
		}
		u.left--
		from, failure, ok := c.outcome(here)
		if !ok {
			u.e.await(c)
			c.subscribe(unwrapped{u}, u.r)
			return
		}
		v, err = anyOf(from), failure
	}
	u.value.Value = v
	u.e.complete(false, err, nil)
}

// unwrapped is the callback that brings a Deferred's outcome to an unwrapping.
type unwrapped struct{ u *unwrapping }

func (f unwrapped) call(c *core) {
	if f.u.e.fired() {
		return // as for delivery
	}
	from, err := c.look()
	f.u.settle(anyOf(from), err, c.r)
}

func (f unwrapped) take(from slot, err error) { f.u.settle(anyOf(from), err, nil) }
