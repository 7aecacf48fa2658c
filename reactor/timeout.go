package reactor

import (
	"context"
	"errors"
	"time"
)

// AddTimeout has d canceled, on the reactor, unless it has an outcome within timeout, and
// then replaces ErrCanceled by [ErrTimeout] as the outcome. Callbacks that were added
// before still see the ErrCanceled, and what they or d's canceller make of it stays, as does an
// error that is joined to it. A
// cancel from elsewhere stays ErrCanceled. The timer goes when the outcome gets here, so
// that callbacks added later have all the time they want. (Twisted: Deferred.addTimeout.)
func (d *Deferred[T]) AddTimeout(timeout time.Duration) *Deferred[T] {
	l := &limit[T]{}
	call := d.r.CallLater(timeout, func() { l.cancel(d, ErrTimeout) })
	l.release = func() { call.Cancel() }
	return d.add(l)
}

// AddContext is [Deferred.AddTimeout] with the end of ctx instead of a timer, and
// context.Cause(ctx) instead of ErrTimeout. It lets go of ctx when the outcome is there.
func (d *Deferred[T]) AddContext(ctx context.Context) *Deferred[T] {
	l := &limit[T]{}
	stop := context.AfterFunc(ctx, func() {
		d.r.Call(func() { l.cancel(d, context.Cause(ctx)) })
	})
	l.release = func() { stop() }
	return d.add(l)
}

// limit is the callback of a Deferred that something may cancel.
type limit[T any] struct {
	release func() // ends what would cancel
	err     error  // why it has canceled; the loop's
}

func (l *limit[T]) cancel(d *Deferred[T], err error) {
	if d.fired() {
		return // perhaps by another cancel, and call is yet to come
	}
	l.err = err
	d.Cancel()
}

func (l *limit[T]) call(d *Deferred[T]) {
	l.release()
	if l.err != nil && errors.Is(d.err, ErrCanceled) && isGivenUp(d.err) { // and no error beside it
		d.become(d.value, l.err)
	}
}

// Finally adds f, which is called whatever the outcome, and leaves it in place. If f
// fails, its error is the outcome instead of a value, and joins an error (errors.Join);
// if it panics, that is the outcome. (Twisted: Deferred.addBoth.)
func (d *Deferred[T]) Finally(f func() error) *Deferred[T] { return d.add(finally[T](f)) }

type finally[T any] func() error

func (f finally[T]) call(d *Deferred[T]) {
	if err := f(); err != nil {
		if d.err != nil {
			err = errors.Join(d.err, err)
		}
		var zero T
		d.become(zero, err)
	}
}
