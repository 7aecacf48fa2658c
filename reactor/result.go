package reactor

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A result is an EventualResult of whatever type, but for the value, which is in its slot.
type result struct {
	_ [0]func() // not to be compared: that would cost each cell functions
	r *Reactor

	mu       sync.Mutex // guards what follows, and is held to become ready
	work     any        // what the body is made of until it begins, what is awaited, at last the *unhandled; or nil
	more     *extras    // nil unless there is something in it
	body     bodyKind   // how the work begins; none once it has
	looked   bool       // nobody is to be told of a failure
	canceled bool       // before the work was known
	empty    bool       // the slot is not to be looked at: whoever fills it may have come too late

	waiting atomic.Int32 // Waits that will look at the result, and isReady

	origin origin // of the body
	err    error
	slot   slot
}

// isReady is added to waiting last: value and err do not change any more.
const isReady = 1 << 30

func (e *result) ready() bool { return e.waiting.Load()&isReady != 0 }

// extras is what an EventualResult seldom has.
type extras struct {
	done     chan struct{} // nil until somebody needs it
	awaiters *awaiter      // the last first
	untyped  []*result     // of an any, which get the same result
	scope    scope
}

// extras returns e's; mu is held.
func (e *result) extras() *extras {
	if e.more == nil {
		e.more = new(extras)
	}
	return e.more
}

func (e *result) wait(timeout time.Duration) (slot, error) {
	if timeout <= 0 {
		return e.given(ErrTimeout)
	}
	var err error
	e.waiting.Add(1)
	if !e.comes() {
		timer := time.NewTimer(timeout)
		err = block(e.r, e.signal(), timer.C)
		timer.Stop()
	}
	return e.waited(err)
}

func (e *result) waitContext(ctx context.Context) (slot, error) {
	var err error
	e.waiting.Add(1)
	if !e.comes() {
		if err = block(e.r, e.signal(), ctx.Done()); err == ErrTimeout {
			err = context.Cause(ctx)
		}
	}
	return e.waited(err)
}

// comes reports whether the result is there, and gives it the time of two switches to
// come: for a short body, a channel and a timer would take longer than the body.
func (e *result) comes() bool {
	for range 2 {
		if e.there() {
			return true
		}
		runtime.Gosched()
	}
	return e.there()
}

// there reports whether value and err can be read. A stopped reactor makes it so.
func (e *result) there() bool {
	if !e.ready() && e.r.stop.Load() {
		e.reactorStopped()
	}
	return e.ready()
}

// given is what a Wait returns that ended with err; a result that is there goes first.
func (e *result) given(err error) (slot, error) {
	if e.there() {
		return e.get()
	}
	if err == ErrTimeout {
		err = e.r.timedOut()
	}
	return nil, err
}

// waited is given for a Wait that was counted. One that gives up does so under the lock:
// complete, which leaves a failure to the Waits that it sees, comes either before that, and
// the result is there, or after.
func (e *result) waited(err error) (slot, error) {
	if e.ready() {
		e.waiting.Add(-1)
		return e.get()
	}
	e.mu.Lock()
	e.waiting.Add(-1)
	if !e.ready() {
		e.extras().scope.tell(err)
	}
	e.mu.Unlock()
	return e.given(err)
}

// get returns a result that is there to somebody who looks at it.
func (e *result) get() (slot, error) {
	if e.err != nil {
		e.look()
	}
	if e.empty {
		return nil, e.err
	}
	return e.slot, e.err
}

// look notes that e's failure is not to be reported; nor is one that is to come, since a
// cancel was asked for, unless it is a panic.
func (e *result) look() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looked = true
	if u, ok := e.work.(*unhandled); ok {
		u.settle()
	}
}

func (e *result) doneOrStopped() <-chan struct{} {
	done := e.signal()
	if !e.there() {
		e.r.watch(e)
		if e.there() {
			e.r.unwatch(e) // complete, or Stop, was too early to do it
		}
	}
	return done
}

// signal returns the channel that complete closes.
func (e *result) signal() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	more := e.extras()
	if more.done == nil {
		more.done = make(chan struct{})
		if e.ready() {
			close(more.done)
		}
	}
	return more.done
}

func (e *result) cancel() {
	switch body, _ := e.take(); {
	case body != begun:
		e.fail(ErrCanceled)
	case !e.there():
		e.mu.Lock()
		co, ok := e.work.(*Coroutine)
		e.canceled = e.work == nil
		e.mu.Unlock()
		if ok {
			co.interrupt(ErrCanceled) // at once: the body may be running
		}
		e.r.Call(e.cancelAwaited)
	}
}

func (e *result) cancelAwaited() {
	if up := e.awaits(); up != nil {
		up.cancelOn(e.r)
	}
}

func (e *result) originalFailure() *Failure {
	if !e.there() || e.err == nil {
		return nil
	}
	e.look()
	e.mu.Lock()
	defer e.mu.Unlock()
	if u, ok := e.work.(*unhandled); ok {
		return u.failure()
	}
	return newFailure(e.err, nil)
}

// complete gives e its result, whose value is in the slot unless it is empty. The first one counts,
// and a panic after it is logged. The stack is err's, if one is known that err does not tell itself.
func (e *result) complete(empty bool, err error, stack []byte) {
	e.mu.Lock()
	if e.ready() {
		e.mu.Unlock()
		e.r.tooLate(err)
		return
	}
	var more extras
	if e.more != nil {
		more = *e.more
		e.more.awaiters, e.more.untyped = nil, nil
	}
	err = more.scope.outcome(err)
	e.empty, e.err, e.work, e.body = empty, err, nil, begun
	if err != nil {
		u := &unhandled{r: e.r, err: err, stack: stack, origin: e.origin}
		e.work = u
		_, panicked := err.(*PanicError)
		if (!e.looked || panicked) && e.waiting.Load() == 0 && more.awaiters == nil && more.untyped == nil && !more.scope.knows(err) {
			notice(u, e)
		}
	}
	e.waiting.Add(isReady)
	e.mu.Unlock()
	more.scope.leave()
	if more.done != nil {
		close(more.done)
	}
	if more.done != nil || more.awaiters != nil {
		e.r.unwatch(e)
	}
	if more.awaiters != nil || more.untyped != nil {
		from, err := e.get()
		for _, x := range more.untyped {
			x.setAny(from, err)
		}
		more.awaiters.deliverAll(from, err)
	}
}

func (e *result) fail(err error) { e.complete(true, err, nil) }

func (e *result) reactorStopped() { e.fail(ErrReactorStopped) }
