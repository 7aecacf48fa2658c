package reactor

import (
	"context"
	"errors"
)

// ErrChannelClosed is the outcome of [FromChannel] for a channel that is closed and empty.
var ErrChannelClosed = errors.New("reactor: the channel is closed")

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
	if r.stop.Load() {
		j.reactorStopped() // for nobody, unless watch came in time
		return FailOn[T](r, ErrReactorStopped)
	}
	go func() {
		defer r.unwatch(j)
		defer cancel(nil)
		attempt[T]{
			func() (T, error) { return f(ctx) },
			func(v T, err error) { d.finish(v, err, nil) },
		}.run(r)
	}()
	return d
}

// job is a goroutine that works for a Deferred, as Stop sees it.
type job struct{ cancel context.CancelCauseFunc }

func (j *job) reactorStopped() { j.cancel(ErrReactorStopped) }

// FromChannel returns a Deferred of the default reactor for the next value of c. A
// channel that is closed and empty makes it fail with [ErrChannelClosed]. A value that is
// there is received before FromChannel returns; otherwise a goroutine waits for one,
// until the Deferred is canceled or the reactor stops. No value is lost by a cancel: one
// that was received in the same moment is the Deferred's outcome, and after a cancel that
// gave [ErrCanceled] nothing is received any more.
func FromChannel[T any](c <-chan T) *Deferred[T] { return FromChannelOn(Default(), c) }

// FromChannelOn is [FromChannel] for the given reactor.
func FromChannelOn[T any](r *Reactor, c <-chan T) *Deferred[T] {
	if r.stop.Load() {
		return FailOn[T](r, ErrReactorStopped) // and leave c's values to others
	}
	d := NewDeferredOn[T](r, nil)
	fire := func(v T, ok bool) {
		var err error
		if !ok {
			err = ErrChannelClosed
		}
		d.fire(v, err, nil)
	}
	select {
	case v, ok := <-c:
		fire(v, ok)
		return d
	default:
	}
	received := make(chan struct{})                 // closed after firing
	d.canceller = func(*Deferred[T]) { <-received } // which takes the goroutine no time
	go func() {
		if r.stop.Load() { // while this goroutine waited for its turn: c's values are for others
			close(received)
			return
		}
		select {
		case v, ok := <-c:
			fire(v, ok)
			close(received)
		case received <- struct{}{}: // the canceller waits: nothing was received
		case <-r.stopping:
			close(received)
		}
	}()
	return d
}
