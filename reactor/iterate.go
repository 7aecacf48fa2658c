package reactor

import (
	"errors"
	"iter"
	"slices"
)

// AsCompleted returns the outcomes of ds in the order in which they come, to be ranged over once,
// by the body of co, which is suspended until there is another one. A failure counts as handled,
// also one that comes after the body has left the loop. If co is canceled, all of ds are. An Await
// that fails for another reason, as when the reactor stops, gives its error as the last outcome.
// (Python: asyncio.as_completed.)
func AsCompleted[T any](co *Coroutine, ds ...*Deferred[T]) iter.Seq2[T, error] {
	ds = slices.Clone(ds)
	outcomes := NewQueueOn[Outcome[T]](co.r, QueueLimits{})
	if len(ds) > 0 {
		collect(co.r, ds, func(_ *Deferred[struct{}], o Outcome[T], _ *Reactor) bool {
			outcomes.Put(o)
			return true
		}, func(x *Deferred[struct{}], _ []Outcome[T], here *Reactor) { fire(x, struct{}{}, nil, here) })
	}
	return func(yield func(T, error) bool) {
		for range ds {
			o, err := Await(co, outcomes.Get())
			if errors.Is(err, ErrCanceled) {
				for _, d := range ds {
					d.core.cancelOn(co.r)
				}
				o, err = Await(co, outcomes.Get())
			}
			if err != nil {
				o.Err = err
			}
			if !yield(o.Value, o.Err) || err != nil {
				return
			}
		}
	}
}

// All returns the values that come, to be ranged over by the body of co, which is suspended until
// there is another one. They have no end: the body leaves the loop, or an error is the last, as
// when co is canceled or the reactor stops.
func (q *Queue[T]) All(co *Coroutine) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			v, err := Await(co, q.Get())
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}
