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
		return o.Err != nil && x.fire(nil, &FirstError{o.Index, o.Err}, here) == nil
	}, func(x *Deferred[[]T], all []Outcome[T], here *Reactor) {
		values := make([]T, len(all))
		for i, o := range all {
			values[i] = o.Value
		}
		x.fire(values, nil, here)
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
		late := x.fired()
		switch {
		case o.Err == nil && opts.FireOnOneValue:
			x.fire([]Outcome[T]{o}, nil, here)
		case o.Err != nil && opts.FireOnOneError:
			x.fire(nil, &FirstError{o.Index, o.Err}, here)
		}
		return !late
	}, func(x *Deferred[[]Outcome[T]], all []Outcome[T], here *Reactor) {
		x.fire(all, nil, here)
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
		if o.Err != nil || x.fire(o, nil, here) != nil {
			return true
		}
		for i, d := range ds {
			if i != o.Index {
				d.cancelOn(here)
			}
		}
		return true
	}, func(x *Deferred[Outcome[T]], all []Outcome[T], here *Reactor) {
		errs := make([]error, len(all))
		for i, o := range all {
			errs[i] = o.Err
		}
		x.fire(Outcome[T]{}, errors.Join(errs...), here)
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
	m := &members[T]{Deferred[struct{}]{r: r}, slices.Clone(ds)}
	for _, d := range ds {
		r.outrank(d.order())
	}
	m.follow()
	up := source(m)
	x := &Deferred[U]{r: r, upstream: &up}
	outcomes := make([]Outcome[T], len(ds))
	var left atomic.Int64
	left.Store(int64(len(ds)))
	for i, d := range ds {
		d.subscribe(part[T](func(v T, err error, here *Reactor) (handled bool) {
			outcomes[i] = Outcome[T]{i, v, err}
			handled = each(x, outcomes[i], here)
			if left.Add(-1) == 0 {
				last(x, outcomes, here)
			}
			return handled
		}), r)
	}
	return x
}

// part is the callback of each Deferred that is collected: it leaves the outcome, and handles
// a failure if it says so.
type part[T any] func(v T, err error, here *Reactor) (handled bool)

func (f part[T]) call(d *Deferred[T]) {
	if f(d.value, d.err, d.r) {
		d.look()
	}
}

func (f part[T]) take(v T, err error) { f(v, err, nil) }

// members is what fires a Deferred that several others settle. It is a Deferred that never
// fires, so that it is always the one to be canceled.
type members[T any] struct {
	Deferred[struct{}]
	ds []*Deferred[T]
}

func (m *members[T]) sources(list []source) []source {
	for _, d := range m.ds {
		list = append(list, d)
	}
	return list
}

// cancel cancels all. It does nothing while it does so already: a canceller may cancel what
// waits for its Deferred.
func (m *members[T]) cancel() {
	m.mu.Lock()
	again := m.canceling
	m.canceling = true
	m.mu.Unlock()
	if again {
		return
	}
	defer func() {
		m.mu.Lock()
		m.canceling = false
		m.mu.Unlock()
	}()
	for _, d := range m.ds {
		d.cancelOn(m.r)
	}
}
