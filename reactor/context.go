package reactor

import "context"

// RunInReactorContext is [RunInReactor] for work that belongs to ctx. When ctx is done, the work
// is given up, as by [EventualResult.Cancel]: a body that has not begun is not run, and a Deferred
// that is waited for is canceled. If the work leaves it at that, the error is context.Cause(ctx),
// or one that is it to errors.Is; nobody has to look at it. For an f that returns a Deferred of
// its own type, use [RunDeferred] and [Deferred.AddContext].
func RunInReactorContext[T any](ctx context.Context, f func() (T, error)) *EventualResult[T] {
	return RunInReactorContextOn(Default(), ctx, f)
}

// RunInReactorContextOn is [RunInReactorContext] for the given reactor.
func RunInReactorContextOn[T any](r *Reactor, ctx context.Context, f func() (T, error)) *EventualResult[T] {
	e := new(EventualResult[T])
	e.result.init(r, &e.slot, valueKind, valueBody[T](f))
	e.result.startIn(ctx)
	return e
}

// RunCoroutineContext is [RunCoroutine] for work that belongs to ctx: [Coroutine.Context] is a
// child of it, with its values. When ctx is done, so is the child, and what the body awaits is
// canceled: that Await gives [ErrCanceled], and context.Cause(co.Context()) tells why. The result
// is as for [RunInReactorContext].
func RunCoroutineContext[T any](ctx context.Context, f func(*Coroutine) (T, error)) *EventualResult[T] {
	return RunCoroutineContextOn(Default(), ctx, f)
}

// RunCoroutineContextOn is [RunCoroutineContext] for the given reactor.
func RunCoroutineContextOn[T any](r *Reactor, ctx context.Context, f func(*Coroutine) (T, error)) *EventualResult[T] {
	e := new(EventualResult[T])
	e.result.init(r, &e.slot, coroutineKind, valueCoroutine[T](f))
	e.result.startIn(ctx)
	return e
}

// WaitForContext is [WaitFor] until ctx is done, and f's work belongs to ctx, as by
// [RunCoroutineContext]. When ctx is done first, the error is context.Cause(ctx), at once: the
// body may still be on its way to its end, which [Reactor.Shutdown] waits for.
func WaitForContext[T any](ctx context.Context, f func(*Coroutine) (T, error)) (T, error) {
	return WaitForContextOn(Default(), ctx, f)
}

// WaitForContextOn is [WaitForContext] for the given reactor.
func WaitForContextOn[T any](r *Reactor, ctx context.Context, f func(*Coroutine) (T, error)) (T, error) {
	e := RunCoroutineContextOn(r, ctx, f)
	from, failure := e.result.waitContextOrCancel(ctx)
	return valueIn[T](from), failure.cause()
}

func (e *result) waitContextOrCancel(ctx context.Context) (slot, *Failure) {
	from, failure, there := e.last(e.waitContext(ctx))
	if !there {
		e.abandon()
	}
	return from, failure
}

// startIn begins e's work, which belongs to ctx from now on.
func (e *result) startIn(ctx context.Context) {
	if e.ready() {
		return // it was refused
	}
	e.mu.Lock()
	scope := &e.extras().scope
	scope.ctx = ctx
	if ctx.Err() == nil {
		scope.release = context.AfterFunc(ctx, e.cancel)
	}
	e.mu.Unlock()
	if ctx.Err() != nil {
		e.cancel()
	}
	e.doneOrStopped() // which has Stop let go of ctx
	e.post()
}
