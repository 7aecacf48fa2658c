package reactor

import (
	"errors"
	"sync"
	"time"
)

var (
	// ErrRunning: a LoopingCall that is running was started.
	ErrRunning = errors.New("reactor: the LoopingCall is running")

	// ErrNotRunning: a LoopingCall that is not running was stopped or reset.
	ErrNotRunning = errors.New("reactor: the LoopingCall is not running")
)

// A LoopingCall calls a function on a reactor again and again. The zero value is not ready
// for use, and it must not be copied. Its methods may be called from any goroutine and do
// not block. (Twisted: task.LoopingCall.)
type LoopingCall struct {
	r    *Reactor
	call func(l *looping, count int)

	mu  sync.Mutex
	run *looping // nil unless running
}

// NewLoopingCall returns a LoopingCall of f on the default reactor, which
// [LoopingCall.Start] starts. An error or a panic of f stops it.
func NewLoopingCall(f func() error) *LoopingCall { return NewLoopingCallOn(Default(), f) }

// NewLoopingCallOn is [NewLoopingCall] for the given reactor.
func NewLoopingCallOn(r *Reactor, f func() error) *LoopingCall {
	return NewLoopingCallWithCountOn(r, func(int) error { return f() })
}

// NewLoopingCallWithCount is [NewLoopingCall] for an f that gets the number of intervals
// that have begun since it was last called: more than 1 if calls were missed, because f or
// the reactor was busy. For an interval of 0 it is always 1.
// (Twisted: LoopingCall.withCount.)
func NewLoopingCallWithCount(f func(count int) error) *LoopingCall {
	return NewLoopingCallWithCountOn(Default(), f)
}

// NewLoopingCallWithCountOn is [NewLoopingCallWithCount] for the given reactor.
func NewLoopingCallWithCountOn(r *Reactor, f func(count int) error) *LoopingCall {
	return &LoopingCall{r: r, call: func(l *looping, count int) {
		l.attempt(func() (*core, error) { return nil, f(count) })
	}}
}

// NewLoopingCallDeferred is [NewLoopingCallWithCount] for an f that returns a Deferred: f
// is not called again before that has an outcome. A failure stops the LoopingCall, and
// counts as handled; a nil Deferred is not waited for. To stop the LoopingCall is to cancel the
// Deferred.
func NewLoopingCallDeferred[T any](f func(count int) (*Deferred[T], error)) *LoopingCall {
	return NewLoopingCallDeferredOn(Default(), f)
}

// NewLoopingCallDeferredOn is [NewLoopingCallDeferred] for the given reactor.
func NewLoopingCallDeferredOn[T any](r *Reactor, f func(count int) (*Deferred[T], error)) *LoopingCall {
	return &LoopingCall{r: r, call: func(l *looping, count int) {
		l.attempt(func() (*core, error) {
			d, err := f(count)
			return coreOf(d), err
		})
	}}
}

// attempt calls f and waits for what it returns, if that is not nil.
func (l *looping) attempt(f func() (*core, error)) {
	attempt(func() {
		d, err := f()
		if d == nil || err != nil {
			l.done(err)
			return
		}
		l.await(d)
		d.subscribe(ended(l.done), l.c.r)
	}, l.done)
}

// ended is the callback that tells of the end of a call.
type ended func(error)

func (f ended) call(c *core) {
	_, err := c.look()
	f(err)
}

func (f ended) take(_ slot, err error) { f(err) }

// Start has the function called on the reactor, at once if now is true, and then at every
// multiple of interval after Start; those that have passed when a call ends are skipped.
// An interval of 0 has it called as often as the reactor gets to it, and a negative one
// panics.
//
// The Deferred fires when the loop has been stopped and the last call has ended, and fails
// with the error that stopped it. Canceling it stops the loop, as Stop does, and its outcome is
// then [ErrCanceled], whatever the call that runs makes of that. When the reactor stops, so does the loop,
// and the outcome is [ErrReactorStopped]. On a LoopingCall that is running it is [ErrRunning].
// (Twisted: LoopingCall.start.)
func (c *LoopingCall) Start(interval time.Duration, now bool) *Deferred[struct{}] {
	if interval < 0 {
		panic("reactor: a LoopingCall needs an interval that is not negative")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.run != nil {
		return FailOn[struct{}](c.r, ErrRunning)
	}
	l := &looping{c: c, interval: interval, start: time.Now()}
	l.last = l.start
	stopped := NewDeferredOn(c.r, func(*Deferred[struct{}]) {
		if _, idle := l.end(); idle {
			c.r.unwatch(l)
		}
	})
	l.stopped = &stopped.core
	c.r.watch(l)
	if c.r.stop.Load() {
		return FailOn[struct{}](c.r, ErrReactorStopped)
	}
	c.run = l
	if now {
		l.last = l.start.Add(-interval)
		l.schedule(0)
	} else {
		l.schedule(interval)
	}
	return stopped
}

// Stop stops the calls. A Deferred that is waited for is canceled, on the reactor, and so is the
// one that a running call will return; if it fails with [ErrCanceled], that is no failure of the
// loop. When the function itself calls Stop, what it returns is its last word, and not canceled.
// The error is [ErrNotRunning] or nil. (Twisted: LoopingCall.stop, which cancels nothing: a
// program that stops then waits for a request which nobody wants any more.)
func (c *LoopingCall) Stop() error {
	c.mu.Lock()
	l := c.run
	c.mu.Unlock()
	running, idle := l.end()
	if !running {
		return ErrNotRunning
	}
	if idle {
		l.fire(nil)
	}
	return nil
}

// Reset begins to count the intervals from now, so that the next call is one interval
// away. While a call is running, or waited for, it does nothing. The error is
// [ErrNotRunning] or nil. (Twisted: LoopingCall.reset.)
func (c *LoopingCall) Reset() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.run
	if l == nil {
		return ErrNotRunning
	}
	if l.next != nil && l.next.Cancel() == nil {
		l.start = time.Now()
		if !l.began {
			l.last = l.start // no call was missed: the intervals that count begin here
		}
		l.schedule(l.interval)
	}
	return nil
}

// Running reports whether the LoopingCall has been started and not been stopped since, by
// Stop, a cancel, an error or the reactor's Stop.
func (c *LoopingCall) Running() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.run != nil
}

// looping is what one Start begins, so that a call which outlives its Stop does not get in
// the way of the next Start. c.mu guards its times and next.
type looping struct {
	c        *LoopingCall
	interval time.Duration
	start    time.Time    // of the intervals
	last     time.Time    // when the function was called last
	began    bool         // it was called
	next     *DelayedCall // nil while a call is running or waited for
	calling  bool         // the function runs
	waits    awaited      // what the function has returned
	givenUp  bool         // waits, or what is to become it, is canceled
	stopped  *core
}

func (l *looping) schedule(delay time.Duration) { l.next = l.c.r.taskLater(delay, l) }

// end takes l, which may be nil, out of its LoopingCall. It reports whether l was the one
// that is running, and whether no call is left to fire l.stopped.
func (l *looping) end() (running, idle bool) {
	if l == nil {
		return false, false
	}
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	if l.c.run != l {
		return false, false
	}
	l.c.run = nil
	idle = l.next != nil && l.next.Cancel() == nil
	if !idle && !(l.calling && l.c.r.isHere()) {
		l.givenUp = true
		l.giveUp()
	}
	return true, idle
}

// await notes what the call that has returned waits for.
func (l *looping) await(d awaited) {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	l.calling, l.waits = false, d
	l.giveUp()
}

// giveUp has what is waited for canceled if the loop was stopped. c.mu is held.
func (l *looping) giveUp() {
	if d := l.waits; d != nil && l.givenUp {
		l.c.r.Call(func() { d.cancelOn(l.c.r) })
	}
}

// reactorStopped is also for a call that is waited for, after Stop: its end will not come.
func (l *looping) reactorStopped() {
	l.end()
	l.stopped.fail(ErrReactorStopped, nil)
}

// run is the task of one call.
func (l *looping) run(*Reactor) {
	l.c.mu.Lock()
	if l.c.run != l {
		l.c.mu.Unlock()
		l.fire(nil) // stopped when the timer was due already
		return
	}
	l.next, l.began, l.calling = nil, true, true
	count := l.count(time.Now())
	l.c.mu.Unlock()
	l.c.call(l, count)
}

// done is called at the end of one call.
func (l *looping) done(err error) {
	l.c.mu.Lock()
	l.calling, l.waits = false, nil
	if l.givenUp && isGivenUp(err) {
		err = nil
	}
	if l.c.run == l {
		if err == nil {
			l.schedule(l.untilNext())
			l.c.mu.Unlock()
			return
		}
		l.c.run = nil
	}
	l.c.mu.Unlock()
	l.fire(err)
}

// fire is called when no call is left.
func (l *looping) fire(err error) {
	l.c.r.unwatch(l)
	l.stopped.failOrLog(err, nil)
}

// count returns the number of intervals that have begun since the last call.
func (l *looping) count(now time.Time) int {
	last := l.last
	l.last = now
	if l.interval == 0 {
		return 1
	}
	return int(now.Sub(l.start)/l.interval - last.Sub(l.start)/l.interval)
}

// untilNext returns the time to the next multiple of the interval; one that is now counts
// as past.
func (l *looping) untilNext() time.Duration {
	if l.interval == 0 {
		return 0
	}
	return l.interval - time.Since(l.start)%l.interval
}
