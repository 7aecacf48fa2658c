package reactor

import "context"

// DeferToGoroutine has f run on a goroutine of its own, where it may block, and returns a
// Deferred of the default reactor for its result; a panic and runtime.Goexit are results
// too. f's context ends when f returns, when the Deferred is canceled (its cause is then
// [ErrCanceled]) and when the reactor stops ([ErrReactorStopped]). A canceled Deferred
// fails at once, and what f returns later is dropped; a panic is logged. On a stopped reactor f is not run, and
// the Deferred has failed with ErrReactorStopped. (Twisted: threads.deferToThread, where a
// thread cannot be canceled.)
func DeferToGoroutine[T any](f func(ctx context.Context) (T, error)) *Deferred[T] {
	return DeferToGoroutineOn(Default(), f)
}

// DeferToGoroutineOn is [DeferToGoroutine] for the given reactor.
func DeferToGoroutineOn[T any](r *Reactor, f func(ctx context.Context) (T, error)) *Deferred[T] {
	d := new(Deferred[T])
	d.core.init(r, &d.slot)
	d.core.deferToGoroutine(func(ctx context.Context) {
		v, err := f(ctx)
		finish(d, v, err, nil)
	})
	return d
}

// deferToGoroutine has f, which fires c, run on a goroutine; c is new.
func (c *core) deferToGoroutine(f func(ctx context.Context)) {
	ctx, cancel := context.WithCancelCause(context.Background())
	c.work = cancellerFunc(func() { cancel(ErrCanceled) })
	j := &job{cancel}
	c.r.watch(j)
	if !c.r.spawn(func() {
		defer c.r.unwatch(j)
		defer cancel(nil)
		attempt(func() { f(ctx) }, func(err error) { c.failOrLog(err, nil) })
	}) {
		j.reactorStopped() // for nobody, unless watch came in time
		c.hasFailed(ErrReactorStopped)
	}
}

// job is a goroutine that works for a Deferred, as Stop sees it.
type job struct{ cancel context.CancelCauseFunc }

func (j *job) reactorStopped() { j.cancel(ErrReactorStopped) }
