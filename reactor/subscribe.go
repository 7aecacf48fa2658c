package reactor

import "sync/atomic"

// A subscriber is a callback that takes a Deferred's outcome to something else, which may
// belong to another reactor.
type subscriber[T any] interface {
	callback[T]
	take(v T, err error) // instead of call, on any goroutine
}

// subscribe brings d's outcome to s, which works for the reactor to, once. If d is another
// reactor's, and that stops, s takes the outcome that d has then, or else ErrReactorStopped:
// its callbacks do not run any more, but to goes on.
func (d *Deferred[T]) subscribe(s subscriber[T], to *Reactor) {
	if d.r == to {
		d.add(s)
		return
	}
	c := &crossing[T]{s: s}
	d.r.watch(c)
	if d.r.stop.Load() { // watch may have come too late
		v, err, ok := d.outcome(to)
		if !ok {
			err = ErrReactorStopped
		}
		c.take(v, err)
		return
	}
	d.add(c)
}

// crossing is the subscription of another reactor.
type crossing[T any] struct {
	s    subscriber[T]
	done atomic.Bool
}

func (c *crossing[T]) call(d *Deferred[T]) {
	if c.done.CompareAndSwap(false, true) {
		d.r.unwatch(c)
		c.s.call(d)
	}
}

func (c *crossing[T]) take(v T, err error) {
	if c.done.CompareAndSwap(false, true) {
		c.s.take(v, err)
	}
}

func (c *crossing[T]) reactorStopped() {
	var zero T
	c.take(zero, ErrReactorStopped)
}
