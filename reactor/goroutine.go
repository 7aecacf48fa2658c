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
	ctx, cancel := context.WithCancelCause(context.Background())
	d := NewDeferredOn(r, func(*Deferred[T]) { cancel(ErrCanceled) })
	j := &job{cancel}
	r.watch(j)
	if !r.spawn(func() {
		defer r.unwatch(j)
		defer cancel(nil)
		attempt[T]{
			func() (T, error) { return f(ctx) },
			func(v T, err error) { d.finish(v, err, nil) },
		}.run(r)
	}) {
		j.reactorStopped() // for nobody, unless watch came in time
		return FailOn[T](r, ErrReactorStopped)
	}
	return d
}

// job is a goroutine that works for a Deferred, as Stop sees it.
type job struct{ cancel context.CancelCauseFunc }

func (j *job) reactorStopped() { j.cancel(ErrReactorStopped) }
