package reactor

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// An EventualResult is the result of a function that runs on a reactor, for the
// goroutines that are not on it. It comes from [RunInReactor] and its like; the zero
// value is not ready for use, and it must not be copied. It gets one value or error, for
// good, which every Wait returns. A failure that nobody looks at is reported (invariant 9).
// Its methods may be called from any goroutine; only the Waits block.
// (crochet: EventualResult.)
type EventualResult[T any] struct {
	r *Reactor

	mu       sync.Mutex    // guards what follows, and is held to become ready
	done     chan struct{} // nil until somebody needs it
	work     any           // the body[T] until it begins, what is awaited, at last the *unhandled; or nil
	awaiters *awaiter[T]   // the last first
	followed bool          // a coroutine awaits e
	looked   bool          // nobody is to be told of a failure
	canceled bool          // before the work was known
	scope    *scope        // nil unless there is something in it

	waiting atomic.Int32 // Waits that will look at the result

	origin origin      // of the body
	ready  atomic.Bool // set last: value and err do not change any more
	value  T
	err    error
}

// Wait returns the result, and waits for it no longer than timeout; if that is not
// positive, it does not block. When the result has not come the error is [ErrTimeout],
// which names what blocks the loop, if that is why; the work goes on, and another Wait may be tried. A Wait that would block a callback, or a
// body, of e's own reactor, where the result cannot come before that returns, gives
// [ErrOnReactor] within 2 ms. A result that has not come when the reactor stops
// is [ErrReactorStopped]. (crochet: EventualResult.wait.)
func (e *EventualResult[T]) Wait(timeout time.Duration) (T, error) {
	if timeout <= 0 {
		return e.result(ErrTimeout)
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

// WaitContext is [EventualResult.Wait] until ctx is done, and the only way to wait
// without a limit. When ctx is done first the error is context.Cause(ctx).
func (e *EventualResult[T]) WaitContext(ctx context.Context) (T, error) {
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
func (e *EventualResult[T]) comes() bool {
	for range 2 {
		if e.there() {
			return true
		}
		runtime.Gosched()
	}
	return e.there()
}

// there reports whether value and err can be read. A stopped reactor makes it so.
func (e *EventualResult[T]) there() bool {
	if !e.ready.Load() && e.r.stop.Load() {
		e.reactorStopped()
	}
	return e.ready.Load()
}

// result is what a Wait returns that ended with err; a result that is there goes first.
func (e *EventualResult[T]) result(err error) (T, error) {
	if e.there() {
		return e.get()
	}
	if err == ErrTimeout {
		err = e.r.timedOut()
	}
	var zero T
	return zero, err
}

// waited is result for a Wait that was counted. One that gives up does so under the lock:
// complete, which leaves a failure to the Waits that it sees, comes either before that, and
// the result is there, or after.
func (e *EventualResult[T]) waited(err error) (T, error) {
	if e.ready.Load() {
		e.waiting.Add(-1)
		return e.get()
	}
	e.mu.Lock()
	e.waiting.Add(-1)
	if !e.ready.Load() {
		if e.scope == nil {
			e.scope = new(scope)
		}
		e.scope.tell(err)
	}
	e.mu.Unlock()
	return e.result(err)
}

// get returns a result that is there to somebody who looks at it.
func (e *EventualResult[T]) get() (T, error) {
	if e.err != nil {
		e.look()
	}
	return e.value, e.err
}

// look notes that e's failure is not to be reported; nor is one that is to come, since a
// cancel was asked for, unless it is a panic.
func (e *EventualResult[T]) look() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looked = true
	if u, ok := e.work.(*unhandled); ok {
		u.settle()
	}
}

// Done returns a channel that is closed when the result is there, or the reactor stops.
func (e *EventualResult[T]) Done() <-chan struct{} {
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
func (e *EventualResult[T]) signal() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done == nil {
		e.done = make(chan struct{})
		if e.ready.Load() {
			close(e.done)
		}
	}
	return e.done
}

// Cancel gives up the work and does not wait for that. A body that has not begun is not
// run; what the Deferred or the coroutine waits for is canceled, on the reactor. The result
// is then [ErrCanceled], if canceller, callbacks and body leave it at that. A body that is
// running goes on, and a result that is there stays. (crochet: EventualResult.cancel.)
func (e *EventualResult[T]) Cancel() {
	switch {
	case e.take() != nil:
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

func (e *EventualResult[T]) cancelAwaited() {
	if up := e.awaits(); up != nil {
		up.cancelOn(e.r)
	}
}

// OriginalFailure returns the error of a result that is there, with the stack if it comes
// from a panic or a MustAwait, and otherwise nil. (crochet: EventualResult.original_failure.)
func (e *EventualResult[T]) OriginalFailure() *Failure {
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

// String tells the state, and the value by fmt's %v: <EventualResult 42>.
func (e *EventualResult[T]) String() string {
	switch {
	case !e.there():
		return "<EventualResult pending>"
	case e.err != nil:
		return fmt.Sprintf("<EventualResult failed: %v>", e.err)
	}
	return fmt.Sprintf("<EventualResult %v>", e.value)
}

// complete gives e its result; the first one counts, and a panic after it is logged. The stack is err's, if one is known
// that err does not tell itself.
func (e *EventualResult[T]) complete(v T, err error, stack []byte) {
	e.mu.Lock()
	if e.ready.Load() {
		e.mu.Unlock()
		e.r.tooLate(err)
		return
	}
	done, awaiters, scope := e.done, e.awaiters, e.scope
	err = scope.outcome(err)
	e.value, e.err, e.work, e.awaiters = v, err, nil, nil
	if err != nil {
		u := &unhandled{r: e.r, err: err, stack: stack, origin: e.origin}
		e.work = u
		_, panicked := err.(*PanicError)
		if (!e.looked || panicked) && e.waiting.Load() == 0 && awaiters == nil && !scope.knows(err) {
			notice(u, e)
		}
	}
	e.ready.Store(true)
	e.mu.Unlock()
	scope.leave()
	if done != nil {
		close(done)
	}
	if done != nil || awaiters != nil {
		e.r.unwatch(e)
	}
	awaiters.deliverAll(v, err)
}

func (e *EventualResult[T]) fail(err error) {
	var zero T
	e.complete(zero, err, nil)
}

func (e *EventualResult[T]) reactorStopped() { e.fail(ErrReactorStopped) }
