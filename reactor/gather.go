package reactor

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
)

// An Outcome is how one of several Deferreds ended.
type Outcome[T any] struct {
	Index int // of the Deferred, in the order given
	Value T
	Err   error // nil if there is a value
}

// A FirstError is the failure of one of several Deferreds, the first to fail.
// (Twisted: FirstError.)
type FirstError struct {
	Index int // of the Deferred, in the order given
	Err   error
}

func (e *FirstError) Error() string { return fmt.Sprintf("reactor: Deferred #%d: %v", e.Index, e.Err) }

// Unwrap returns Err.
func (e *FirstError) Unwrap() error { return e.Err }

// Gather returns a Deferred of the default reactor with the values of ds, in that order,
// when all are there. The first failure makes it fail at once, with a *[FirstError]; the
// others go on, and a failure of theirs remains to be handled. Each of ds keeps its
// outcome. Canceling the Deferred cancels all of ds, which then settle it as usual.
// (Twisted: gatherResults.)
func Gather[T any](ds ...*Deferred[T]) *Deferred[[]T] { return GatherOn(Default(), ds...) }

// GatherOn is [Gather] for the given reactor; ds may belong to any.
func GatherOn[T any](r *Reactor, ds ...*Deferred[T]) *Deferred[[]T] {
	if len(ds) == 0 {
		return SucceedOn(r, []T{})
	}
	return collect(r, ds, func(x *Deferred[[]T], o Outcome[T], here *Reactor) bool {
		return o.Err != nil && x.core.fail(&FirstError{o.Index, o.Err}, here) == nil
	}, func(x *Deferred[[]T], all []Outcome[T], here *Reactor) {
		values := make([]T, len(all))
		for i, o := range all {
			values[i] = o.Value
		}
		fire(x, values, nil, here)
	})
}

// ListOptions says when a [DeferredList] fires and what it leaves behind. The zero value
// waits for all and leaves every outcome in place.
type ListOptions struct {
	FireOnOneValue bool // with the first value, as the only outcome in the list
	FireOnOneError bool // with the first failure: as a *FirstError, like Gather
	ConsumeErrors  bool // each Deferred that fails has the zero value afterwards
}

// DeferredList returns a Deferred of the default reactor with the outcomes of ds, in that
// order, when all are there. Unless it is told to, it never fails. Failures count as
// handled, except those that come after it has fired and are not consumed. Canceling it
// cancels all of ds, which then settle it as usual.
// (Twisted: DeferredList; of nothing, FireOnOneValue never fires there.)
func DeferredList[T any](opts ListOptions, ds ...*Deferred[T]) *Deferred[[]Outcome[T]] {
	return DeferredListOn(Default(), opts, ds...)
}

// DeferredListOn is [DeferredList] for the given reactor; ds may belong to any.
func DeferredListOn[T any](r *Reactor, opts ListOptions, ds ...*Deferred[T]) *Deferred[[]Outcome[T]] {
	if len(ds) == 0 {
		return SucceedOn(r, []Outcome[T]{})
	}
	list := collect(r, ds, func(x *Deferred[[]Outcome[T]], o Outcome[T], here *Reactor) bool {
		late := x.core.fired()
		switch {
		case o.Err == nil && opts.FireOnOneValue:
			fire(x, []Outcome[T]{o}, nil, here)
		case o.Err != nil && opts.FireOnOneError:
			x.core.fail(&FirstError{o.Index, o.Err}, here)
		}
		return !late
	}, func(x *Deferred[[]Outcome[T]], all []Outcome[T], here *Reactor) {
		fire(x, all, nil, here)
	})
	if opts.ConsumeErrors {
		for _, d := range ds {
			d.AddErrback(func(error) (v T, _ error) { return v, nil })
		}
	}
	return list
}

// First returns a Deferred of the default reactor with the first value of ds, and cancels
// the others. It fails when all have failed, with all errors in the order given
// (errors.Join), and at once if there are none. Failures of ds count as handled. Canceling
// the Deferred cancels all of ds, which then settle it as usual. (Twisted: race.)
func First[T any](ds ...*Deferred[T]) *Deferred[Outcome[T]] { return FirstOn(Default(), ds...) }

// FirstOn is [First] for the given reactor; ds may belong to any.
func FirstOn[T any](r *Reactor, ds ...*Deferred[T]) *Deferred[Outcome[T]] {
	if len(ds) == 0 {
		return FailOn[Outcome[T]](r, errors.New("reactor: First of no Deferreds"))
	}
	ds = slices.Clone(ds)
	return collect(r, ds, func(x *Deferred[Outcome[T]], o Outcome[T], here *Reactor) bool {
		if o.Err != nil || fire(x, o, nil, here) != nil {
			return true
		}
		for i, d := range ds {
			if i != o.Index {
				d.core.cancelOn(here)
			}
		}
		return true
	}, func(x *Deferred[Outcome[T]], all []Outcome[T], here *Reactor) {
		errs := make([]error, len(all))
		for i, o := range all {
			errs[i] = o.Err
		}
		x.core.fail(errors.Join(errs...), here)
	})
}

// collect returns a Deferred which ds will fire. Each of them has each called with its
// outcome, on its own loop, here, or, if that has stopped, anywhere; each returns whether a
// failure is handled thereby. After the last of these calls, last is called with all
// outcomes, for nothing if each has fired the Deferred.
func collect[T, U any](r *Reactor, ds []*Deferred[T],
	each func(x *Deferred[U], o Outcome[T], here *Reactor) (handled bool),
	last func(x *Deferred[U], all []Outcome[T], here *Reactor)) *Deferred[U] {
	if slices.Contains(ds, nil) {
		panic("reactor: a nil Deferred among several") // before any has been touched
	}
	x := new(Deferred[U])
	x.core.init(r, &x.slot)
	outcomes := make([]Outcome[T], len(ds))
	cores := make([]*core, len(ds))
	for i, d := range ds {
		cores[i] = &d.core
	}
	var left atomic.Int64
	left.Store(int64(len(ds)))
	x.core.collect(cores, func(i int, from slot, err error, here *Reactor) (handled bool) {
		outcomes[i] = Outcome[T]{i, valueIn[T](from), err}
		handled = each(x, outcomes[i], here)
		if left.Add(-1) == 0 {
			last(x, outcomes, here)
		}
		return handled
	})
	return x
}

// collect has c, which is new, wait for all of ds, and each called with the outcome of each.
func (c *core) collect(ds []*core, each func(i int, from slot, err error, here *Reactor) (handled bool)) {
	m := &members{r: c.r, ds: ds}
	c.work = m
	for i, d := range ds {
		d.subscribe(&part{c, m, i, each}, c.r)
	}
}

// part is the callback of each Deferred that is collected: it leaves the outcome, and handles
// a failure if it says so.
type part struct {
	x    *core // what collects
	m    *members
	i    int
	each func(i int, from slot, err error, here *Reactor) (handled bool)
}

func (p *part) call(d *core) {
	if p.each(p.i, d.slot, d.err, d.r) {
		d.look()
	}
}

func (p *part) take(from slot, err error)  { p.each(p.i, from, err, nil) }
func (p *part) waiter(*core) (*core, node) { return p.x, p.m }

// members is what fires a Deferred that several others settle. It never has fired, so that it is
// always the one to be canceled.
type members struct {
	r         *Reactor
	ds        []*core
	canceling atomic.Bool
}

func (m *members) fired() bool       { return false }
func (m *members) reactor() *Reactor { return m.r }
func (m *members) source() source    { return nil }

func (m *members) ahead(i int) (node, bool) {
	if i == len(m.ds) {
		return nil, false
	}
	return m.ds[i], true
}

// after returns nothing: a search gets to what waits for the members from each of them.
func (m *members) after(*cursor) (node, bool) { return nil, false }

// cancel cancels all. It does nothing while it does so already: a canceller may cancel what
// waits for its Deferred.
func (m *members) cancel() {
	if !m.canceling.CompareAndSwap(false, true) {
		return
	}
	defer m.canceling.Store(false)
	for _, d := range m.ds {
		d.cancelOn(m.r)
	}
}
