package reactor

import "sync/atomic"

// A subscriber is a callback that takes a Deferred's outcome to something else, which may
// belong to another reactor.
type subscriber interface {
	callback
	take(from slot, err error) // instead of call, on any goroutine; from may be nil
}

// subscribe brings c's outcome to s, which works for the reactor to, once. If c is another
// reactor's, and that stops, s takes the outcome that c has then, or else ErrReactorStopped:
// its callbacks do not run any more, but to goes on.
func (c *core) subscribe(s subscriber, to *Reactor) {
	if c.r == to {
		c.add(s)
		return
	}
	x := &crossing{s: s}
	c.r.watch(x)
	if c.r.stop.Load() { // watch may have come too late
		from, err, ok := c.outcome(to)
		if !ok {
			err = ErrReactorStopped
		}
		x.take(from, err)
		return
	}
	c.add(x)
}

// crossing is the subscription of another reactor.
type crossing struct {
	s    subscriber
	done atomic.Bool
}

func (x *crossing) call(c *core) {
	if x.done.CompareAndSwap(false, true) {
		c.r.unwatch(x)
		x.s.call(c)
	}
}

func (x *crossing) take(from slot, err error) {
	if x.done.CompareAndSwap(false, true) {
		x.s.take(from, err)
	}
}

func (x *crossing) reactorStopped() { x.take(nil, ErrReactorStopped) }
