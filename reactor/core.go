package reactor

import (
	"reflect"
	"sync"
	"sync/atomic"
)

// A core is a Deferred of whatever type, but for the value, which is in its slot.
type core struct {
	r *Reactor

	mu        sync.Mutex // guards what follows, up to err
	callbacks []any      // each a callback, or a function of the slot
	work      any        // what fires it: a cancellerFunc, a source or a *chaining; or nil; at last the *unhandled
	due       int32      // its tasks in the reactor's queues, and the one that runs
	paused    atomic.Int32
	called    bool
	canceling bool
	swallow   bool // forgive one Callback or Errback: nobody told the firer of Cancel

	// The outcome so far: written by whoever sets called, then by the loop alone.
	more    bool // callbacks follow the running one at once
	handled bool // somebody has got err
	err     error
	slot    slot
}

func (c *core) init(r *Reactor, s slot) { c.r, c.slot = r, s }

func (c *core) succeed(r *Reactor, s slot) { c.r, c.slot, c.called = r, s, true }

// A callback is one link of a Deferred's chain that is no function of the user's: on the
// reactor, it replaces c's outcome or looks at it.
type callback interface{ call(c *core) }

// An aborter is a callback whose panic or Goexit is not its Deferred's outcome.
type aborter interface{ abort(err error) }

// onEither is what AddCallbacks adds: one of two functions. What it passes on is handled if it
// was before.
type onEither struct{ callback, errback any }

func (c *core) addEither(callback, errback any) { c.add(&onEither{callback, errback}) }

func (f *onEither) call(c *core) {
	either := f.callback
	if c.err != nil {
		either = f.errback
	}
	if !reflect.ValueOf(either).IsNil() {
		c.step(either)
	}
}

// step runs one link of the chain.
func (c *core) step(f any) {
	switch err, how := c.slot.call(f, c.err, nil); how {
	case ran:
		c.become(err)
	case unknown:
		f.(callback).call(c)
	}
}

// rests reports whether c has its outcome and nothing is left that might change it, so that
// it may be read. mu is held.
func (c *core) rests() bool {
	return c.called && c.due == 0 && len(c.callbacks) == 0 && c.paused.Load() == 0
}

// add appends f to the chain. Once c has fired, each callback is queued for itself:
// that is its place in the order of invariant 1.
func (c *core) add(f any) {
	c.mu.Lock()
	if !c.called {
		c.callbacks = append(c.callbacks, f)
		c.mu.Unlock()
		return
	}
	c.due++
	c.mu.Unlock()
	c.r.post(&late{c, [1]any{f}})
}

// open locks c for the one who gives it the outcome: who puts the value into the slot and calls
// settle. If c has an outcome, it is not locked, and the error is what the other one is told.
func (c *core) open() (ok bool, err error) {
	c.mu.Lock()
	if !c.called {
		return true, nil
	}
	forgiven := c.swallow
	c.swallow = false
	c.mu.Unlock()
	if forgiven {
		return false, nil
	}
	return false, ErrAlreadyCalled
}

// openFor is open for the outcome of a function, to be followed by settleOrLog: a panic that
// comes too late is logged.
func (c *core) openFor(err error) bool {
	c.mu.Lock()
	if c.called {
		c.mu.Unlock()
		c.r.tooLate(err)
		return false
	}
	return true
}

func (c *core) settleOrLog(err error, here *Reactor) {
	if c.settle(err, here) != nil {
		c.r.tooLate(err)
	}
}

// fire is the function of this name for a value in another slot; none is the zero value.
func (c *core) fire(from slot, err error, here *Reactor) error {
	ok, refused := c.open()
	if !ok {
		return refused
	}
	if from != nil {
		move(c.slot, from)
	}
	return c.settle(err, here)
}

func (c *core) fail(err error, here *Reactor) error { return c.fire(nil, err, here) }

func (c *core) errback(err error) error {
	mustFail(err)
	return c.fail(err, nil)
}

// failOrLog is finish for the error of a function that did not return.
func (c *core) failOrLog(err error, here *Reactor) {
	if c.openFor(err) {
		c.settleOrLog(err, here)
	}
}

// hasFailed is fail for one that is new.
func (c *core) hasFailed(err error) {
	mustFail(err)
	c.called, c.err = true, err
	c.audit()
}

func mustFail(err error) {
	if err == nil {
		panic("reactor: a Deferred cannot fail with a nil error")
	}
}

// settle gives c, which is open and has the value, its outcome; it releases mu. The callbacks
// run in the same turn if the caller says that it is on the loop of here and that is c's
// reactor, otherwise as a task.
func (c *core) settle(err error, here *Reactor) error {
	c.called = true
	c.err = err
	c.work = nil
	if len(c.callbacks) == 0 {
		c.audit()
	}
	switch {
	case !c.resume():
		return nil
	case here == c.r:
		c.r.derived.push(c)
		return nil
	}
	return c.r.post(c)
}

// resume releases mu and reports whether the callbacks can run, in which case the
// caller has to queue c.
func (c *core) resume() bool {
	runs := c.called && c.paused.Load() == 0 && len(c.callbacks) > 0
	if runs {
		c.due++
	}
	c.mu.Unlock()
	return runs
}

// run is the task of a Deferred with callbacks that were added before it could run
// them: it fired, or was unpaused.
func (c *core) run(*Reactor) {
	c.mu.Lock()
	batch := c.callbacks
	c.callbacks = nil
	c.mu.Unlock()
	c.apply(batch)
}

// late is the task of a callback that was added after firing. It is an array so that
// apply needs no other memory.
type late struct {
	c     *core
	batch [1]any
}

func (l *late) run(*Reactor) {
	c := l.c
	c.mu.Lock()
	batch := l.batch[:]
	if len(c.callbacks) > 0 { // c is paused, or its task is queued since an Unpause: go after those
		c.callbacks = append(c.callbacks, batch...)
		c.due--
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	c.apply(batch)
}

// apply runs callbacks, on the loop, in a batch: one lock and one deferred function
// for all of them. What is left when one of them panics, exits its goroutine or pauses
// c goes back to c, and into the queue again unless paused.
func (c *core) apply(batch []any) {
	next, returned := 0, false
	defer func() {
		if !returned {
			c.abort(batch[next-1], failed(recover()))
		}
		c.mu.Lock()
		c.due--
		if next < len(batch) {
			c.callbacks = batch[next:] // no others: they wait in the queue, as late
		}
		if c.due == 0 && len(c.callbacks) == 0 {
			c.audit()
		}
		if c.resume() {
			c.r.derived.push(c)
		}
	}()
	for next < len(batch) && c.paused.Load() == 0 {
		next++
		c.more = next < len(batch)
		c.step(batch[next-1])
	}
	returned = true
}

// abort makes err the outcome of the callback that did not return.
func (c *core) abort(f any, err error) {
	if a, ok := f.(aborter); ok {
		a.abort(err)
		return
	}
	c.lose(err)
}

// become makes the outcome what a callback has given; its value is in the slot.
func (c *core) become(err error) { c.err, c.handled = err, false }

// lose is become without a value.
func (c *core) lose(err error) {
	move(c.slot, nil)
	c.become(err)
}

// look returns the outcome to a callback that passes it on to somebody.
func (c *core) look() (slot, error) {
	c.handled = c.err != nil
	return c.slot, c.err
}

// audit is called at the end of the chain, to see whether there is a failure to report. mu
// is held, or c is new.
func (c *core) audit() {
	if u, ok := c.work.(*unhandled); ok {
		u.forget()
		c.work = nil
	}
	if c.err != nil && !c.handled {
		u := &unhandled{r: c.r, err: c.err}
		c.work = u
		notice(u, c)
	}
}

// outcome returns c's outcome to the loop of here, unless it has to be waited for: it is
// not there, a callback is left that might change it, or it is another loop's that has not
// stopped. Its slot is then to be read before anything else runs on c's reactor.
func (c *core) outcome(here *Reactor) (from slot, err error, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.r != here && !c.r.stop.Load() || !c.rests() {
		return nil, nil, false
	}
	from, err = c.look()
	c.audit()
	return from, err, true
}

// present is outcome in a slot of its own, for any goroutine: at rest c may be read from anywhere, but
// not for long.
func (c *core) present() (from slot, err error, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.rests() {
		return nil, nil, false
	}
	from, err = c.look()
	c.audit()
	return copyOf(from), err, true
}

func (c *core) fired() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.called
}

// begin reports whether c has not fired, and keeps it from being canceled from now on.
func (c *core) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.canceling = c.canceling || !c.called
	return !c.called
}
