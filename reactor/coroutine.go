package reactor

import (
	"context"
	"runtime"
	"sync"
)

// A Coroutine lets a function that runs on a reactor, the body, stop in the middle of it
// until what it awaits is there: meanwhile the reactor goes on. [RunCoroutine] and its like
// give it to the body; it must not leave that, nor be used by a goroutine that the body
// starts, and is of no use afterwards.
//
// A body takes turns with the callbacks of its reactor, so they need no locks among each
// other; it has a goroutine of its own all the same, and must not call
// runtime.LockOSThread. One that awaits what nobody can fire any more is resumed with
// [ErrDropped], when the garbage collector has found that out and the reactor has
// something to do; what the body itself still uses is not found. (Twisted:
// inlineCallbacks, ensureDeferred.)
type Coroutine struct {
	r          *Reactor
	w          *worker
	prev, next *Coroutine // in r.coroutines

	// The body's and the loop's, which never run at the same time.
	running  bool      // the body has the turn
	canceled bool      // giveUp had nothing to cancel: it is for the next Await
	awaited  suspender // by the last Await
	err      error     // why the body is resumed without what it awaits

	told        bool   // awaited was canceled
	refused     int    // Awaits, since the reactor has stopped
	suspensions uint32 // that have ended
	loose       bool   // awaited is a weak pointer, with cleanup
	cleanup     runtime.Cleanup

	e      *result // the body's
	result awaited // an EventualResult that is awaited; guarded by the lock waits
	f      any     // the body

	mu     sync.Mutex      // guards what follows
	ctx    context.Context // the parent of the one that is wanted, until there is cancel
	cancel context.CancelCauseFunc
	cause  error // ctx is, or will be, canceled for it
}

// RunCoroutine has f run as a coroutine on the default reactor and returns the result to
// be, at once; otherwise it is like [RunInReactor], also in what it does for T = any. If T
// is a *Deferred type, the result is an error that says to use [RunDeferredCoroutine].
//
// To cancel the result is to cancel what f awaits. Await then returns the error that this
// makes of it, in general [ErrCanceled], and f may go on; if what f awaits has fired, the
// next Await that would have to wait is canceled in its stead. So a body that awaits a
// Deferred which has fired and is paused stays there until [Deferred.Unpause] or Stop.
func RunCoroutine[T any](f func(*Coroutine) (T, error)) *EventualResult[T] {
	e := new(EventualResult[T])
	e.result.start(Default(), &e.slot, coroutineKind, valueCoroutine[T](f))
	return e
}

// RunCoroutineOn is [RunCoroutine] for the given reactor.
func RunCoroutineOn[T any](r *Reactor, f func(*Coroutine) (T, error)) *EventualResult[T] {
	e := new(EventualResult[T])
	e.result.start(r, &e.slot, coroutineKind, valueCoroutine[T](f))
	return e
}

// RunDeferredCoroutine is [RunCoroutine] for an f that returns a Deferred, of which it does
// what [RunDeferred] does.
func RunDeferredCoroutine[T any](f func(*Coroutine) (*Deferred[T], error)) *EventualResult[T] {
	return RunDeferredCoroutineOn(Default(), f)
}

// RunDeferredCoroutineOn is [RunDeferredCoroutine] for the given reactor.
func RunDeferredCoroutineOn[T any](r *Reactor, f func(*Coroutine) (*Deferred[T], error)) *EventualResult[T] {
	e := new(EventualResult[T])
	e.result.init(r, &e.slot, deferredCoroutineKind, f)
	e.result.work = deferredCoroutine(func(co *Coroutine) (*core, error) {
		d, err := f(co)
		return coreOf(d), err
	})
	e.result.post()
	return e
}

// Context returns a context that is done when the coroutine is canceled, with the cause
// [ErrCanceled], when its reactor stops, with [ErrReactorStopped], and when the body has
// ended. Unlike Await it learns of a cancel at once, also while the body runs, and stays
// canceled if the body goes on.
func (co *Coroutine) Context() context.Context {
	co.mu.Lock()
	defer co.mu.Unlock()
	if co.cancel == nil {
		co.ctx, co.cancel = context.WithCancelCause(co.ctx)
		if co.cause == nil {
			co.r.watch(co)
			if co.r.stop.Load() {
				co.cause = ErrReactorStopped
			}
		}
		if co.cause != nil {
			co.cancel(co.cause)
		}
	}
	return co.ctx
}

// interrupt has the context done, and reports whether there is one.
func (co *Coroutine) interrupt(cause error) bool {
	co.mu.Lock()
	if co.cause == nil {
		co.cause = cause
	}
	cancel := co.cancel
	co.mu.Unlock()
	if cancel == nil {
		return false
	}
	cancel(cause)
	return true
}

func (co *Coroutine) reactorStopped() { co.interrupt(ErrReactorStopped) }

// giveUp cancels what the body awaits. It runs on the loop.
func (co *Coroutine) giveUp() {
	co.interrupt(ErrCanceled)
	if co.awaited == nil || co.awaited.fired() {
		co.canceled = co.canceled || !co.told // otherwise the body is yet to learn of the last cancel
		return
	}
	co.told = true
	co.awaited.cancelOn(co.r)
}

func (co *Coroutine) awaits() awaited { return co.result }

// run is the task of a coroutine whose awaited outcome is there.
func (co *Coroutine) run(*Reactor) { co.resume(nil) }

// resume gives the body the turn until it suspends itself or ends. If it ends by
// runtime.Goexit, so does the calling goroutine: the loop outlives that.
func (co *Coroutine) resume(err error) {
	w := co.w
	co.err = err
	if w.id != 0 {
		co.r.bodyID.Store(w.id)
	}
	w.next()
	if w.body == nil {
		co.r.retire(w)
	}
}

// suspend gives the turn back to the loop until a has an outcome. The error is
// ErrReactorStopped if it has not.
func (co *Coroutine) suspend(a suspender) error {
	co.awaited = a
	if co.canceled {
		co.canceled, co.told = false, true
		a.cancelOn(co.r)
	}
	co.running = false
	co.w.yield(struct{}{})
	co.running, co.told = true, false
	co.suspensions++
	if co.loose {
		co.loose = false
		co.cleanup.Stop()
	}
	if co.result != nil {
		waits.Lock()
		co.result = nil
		waits.Unlock()
	}
	return co.err
}

// start gives co a goroutine and runs the body up to its first suspension.
func (co *Coroutine) start() {
	r := co.r
	if co.next = r.coroutines; co.next != nil {
		co.next.prev = co
	}
	r.coroutines = co
	co.w = r.worker()
	co.w.body = co
	co.running = true
	co.resume(nil)
}

// end is called by the body when it has ended, before that shows in its result.
func (co *Coroutine) end() {
	co.running = false
	if co.r.loosening.next == co {
		co.r.loosening.next = co.next
	}
	if co.prev != nil {
		co.prev.next = co.next
	} else {
		co.r.coroutines = co.next
	}
	if co.next != nil {
		co.next.prev = co.prev
	}
	co.prev, co.next = nil, nil
	if co.interrupt(context.Canceled) {
		co.r.unwatch(co)
	}
}

// startCoroutine has f, of e, run as a coroutine.
func (e *result) startCoroutine(f any) {
	co := &Coroutine{r: e.r, e: e, f: f}
	e.await(co)
	co.start()
}

// main runs the body.
func (co *Coroutine) main() {
	returned := false
	defer func() {
		if !returned {
			recovered := recover()
			err := failed(recovered)
			if err == ErrGoexit && co.refused > mostRefused {
				err = ErrReactorStopped // Await has ended it
			}
			var stack []byte
			if a, ok := recovered.(*awaitError); ok {
				stack = a.stack
			}
			co.end()
			co.e.complete(true, err, stack)
		}
	}()
	if f, ok := co.f.(deferredCoroutine); ok {
		d, err := f(co)
		co.end()
		co.e.settleAs(d, err)
	} else {
		err, _ := co.e.slot.call(co.f, nil, co)
		co.end()
		co.e.settle(co.e.slot, err, co.r)
	}
	returned = true
}
