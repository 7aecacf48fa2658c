package reactor

import (
	"math"
	"time"
)

// A DelayedCall is a call scheduled by [Reactor.CallLater]. The zero value is not
// ready for use; it must not be copied. Its methods may be called from any goroutine
// and do not block. (Twisted: IDelayedCall.)
type DelayedCall struct {
	r     *Reactor
	f     func() // nil when it will not run any more
	when  int64  // nanoseconds after the reactor's epoch
	index int    // in the reactor's heap, or one of the states below
}

// What index says of a call that is not in the heap.
const (
	called = -1 - iota
	canceled
	dropped // the reactor has stopped
)

// CallLater has f run on the reactor when d has passed, at once if d is not
// positive, but never before CallLater has returned. Calls run in the order of their
// times, and those with the same time in the order they were scheduled. All that are due
// run in one go: what they queue or schedule, with whatever delay, runs after the last of
// them, but what they settle in their turn (invariant 2) before the next. A panic in f is
// logged; a nil f panics at once. On a stopped reactor the call is never active.
// (Twisted: IReactorTime.callLater.)
func (r *Reactor) CallLater(d time.Duration, f func()) *DelayedCall {
	mustCall(f)
	c := &DelayedCall{r: r, f: f}
	r.mu.Lock()
	c.when = r.after(d)
	if r.stop.Load() {
		c.finish(dropped)
		r.mu.Unlock()
		return c
	}
	r.timers.push(c, r.nextSeq())
	c.unlock()
	return c
}

// after returns the time in d from now; r.mu is held, so that times are read in the
// order in which they are scheduled.
func (r *Reactor) after(d time.Duration) int64 {
	return addTime(int64(time.Since(r.epoch)), max(d, 0))
}

func (r *Reactor) nextSeq() uint64 {
	r.seq++
	return r.seq
}

// addTime returns t+d, no earlier than 0 and no later than the end of time (292 years), so
// that the difference of two times does not overflow either.
func addTime(t int64, d time.Duration) int64 {
	if d > 0 && t > math.MaxInt64-int64(d) {
		return math.MaxInt64
	}
	return max(t+int64(d), 0)
}

// unlock releases the reactor, whose loop has to look again if c is the first.
func (c *DelayedCall) unlock() {
	if c.index == 0 {
		c.r.unlock()
	} else {
		c.r.mu.Unlock()
	}
}

// finish takes c out of use and returns its function; c is not in the heap.
func (c *DelayedCall) finish(state int) (f func()) {
	f, c.f, c.index = c.f, nil, state
	return f
}

// inactive returns the error of a method that needs an active call.
func (c *DelayedCall) inactive() error {
	switch c.index {
	case called:
		return ErrAlreadyCalled
	case canceled:
		return ErrAlreadyCanceled
	case dropped:
		return ErrReactorStopped
	}
	return nil
}

// Cancel takes the call back. The error is [ErrAlreadyCalled] once the call has
// begun, [ErrAlreadyCanceled] the second time, [ErrReactorStopped] after Stop.
func (c *DelayedCall) Cancel() error {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	if err := c.inactive(); err != nil {
		return err
	}
	c.r.timers.remove(c.index)
	c.finish(canceled)
	return nil
}

// Reset moves the call to d from now; among calls of the same time it becomes the
// last. The errors are those of Cancel.
func (c *DelayedCall) Reset(d time.Duration) error {
	c.r.mu.Lock()
	return c.move(c.r.after(d))
}

// Delay moves the call by d, which may be negative, from the time it had, but not to before
// the reactor was made; otherwise it is like Reset.
func (c *DelayedCall) Delay(d time.Duration) error {
	c.r.mu.Lock()
	return c.move(addTime(c.when, d))
}

// move sets the call's time and releases the reactor.
func (c *DelayedCall) move(when int64) error {
	if err := c.inactive(); err != nil {
		c.r.mu.Unlock()
		return err
	}
	c.r.timers.remove(c.index)
	c.when = when
	c.r.timers.push(c, c.r.nextSeq())
	c.unlock()
	return nil
}

// Active reports whether the call is still going to run.
func (c *DelayedCall) Active() bool {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	return c.index >= 0
}

// Time returns the time for which the call is, or was last, scheduled.
func (c *DelayedCall) Time() time.Time {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	return c.r.epoch.Add(time.Duration(c.when))
}

// timerHeap is a heap by (when, seq) of calls that know their index in it. It has
// four children a node, and its own copy of the time: a comparison then needs one
// cache line, and no pointer is followed.
type timerHeap []timer

type timer struct {
	when int64
	seq  uint64
	call *DelayedCall
}

func (t timer) before(u timer) bool {
	return t.when < u.when || t.when == u.when && t.seq < u.seq
}

func (h *timerHeap) push(c *DelayedCall, seq uint64) {
	*h = append(*h, timer{})
	h.up(len(*h)-1, timer{c.when, seq, c})
}

// pop removes the first call. The heap must not be empty.
func (h *timerHeap) pop() *DelayedCall {
	c := (*h)[0].call
	h.remove(0)
	return c
}

// remove takes the call at index i out; its own index is left as it was.
func (h *timerHeap) remove(i int) {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = timer{}
	*h = (*h)[:last]
	if i == last {
		return
	}
	if i > 0 && t.before((*h)[(i-1)/4]) {
		h.up(i, t)
	} else {
		h.down(i, t)
	}
}

// drop empties the heap at Stop.
func (h *timerHeap) drop() {
	for _, t := range *h {
		t.call.finish(dropped)
	}
	*h = nil
}

func (h timerHeap) set(i int, t timer) {
	h[i] = t
	t.call.index = i
}

// up puts t at the free place i or above.
func (h timerHeap) up(i int, t timer) {
	for i > 0 {
		parent := (i - 1) / 4
		if !t.before(h[parent]) {
			break
		}
		h.set(i, h[parent])
		i = parent
	}
	h.set(i, t)
}

// down puts t at the free place i or below.
func (h timerHeap) down(i int, t timer) {
	for {
		first := 4*i + 1
		if first >= len(h) {
			break
		}
		least := first
		for child := first + 1; child < min(first+4, len(h)); child++ {
			if h[child].before(h[least]) {
				least = child
			}
		}
		if !h[least].before(t) {
			break
		}
		h.set(i, h[least])
		i = least
	}
	h.set(i, t)
}
