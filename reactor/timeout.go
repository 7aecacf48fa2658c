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
	d.core.addTimeout(timeout)
	return d
}

func (c *core) addTimeout(timeout time.Duration) {
	l := &limit{}
	call := c.r.CallLater(timeout, func() { l.cancel(c, ErrTimeout) })
	l.release = func() { call.Cancel() }
	c.add(l)
}

// AddContext is [Deferred.AddTimeout] with the end of ctx instead of a timer, and
// context.Cause(ctx) instead of ErrTimeout. It lets go of ctx when the outcome is there.
func (d *Deferred[T]) AddContext(ctx context.Context) *Deferred[T] {
	d.core.addContext(ctx)
	return d
}

func (c *core) addContext(ctx context.Context) {
	l := &limit{}
	stop := context.AfterFunc(ctx, func() {
		c.r.Call(func() { l.cancel(c, context.Cause(ctx)) })
	})
	l.release = func() { stop() }
	c.add(l)
}

// limit is the callback of a Deferred that something may cancel.
type limit struct {
	release func() // ends what would cancel
	err     error  // why it has canceled; the loop's
}

func (l *limit) cancel(c *core, err error) {
	if c.fired() {
		return // perhaps by another cancel, and call is yet to come
	}
	l.err = err
	c.cancelOn(c.r)
}

func (l *limit) call(c *core) {
	l.release()
	if l.err != nil && errors.Is(c.err, ErrCanceled) && isGivenUp(c.err) { // and no error beside it
		c.become(l.err)
	}
}

// Finally adds f, which is called whatever the outcome, and leaves it in place. If f
// fails, its error is the outcome instead of a value, and joins an error (errors.Join);
// if it panics, that is the outcome. (Twisted: Deferred.addBoth.)
func (d *Deferred[T]) Finally(f func() error) *Deferred[T] {
	d.core.add(finally(f))
	return d
}

type finally func() error

func (f finally) call(c *core) {
	if err := f(); err != nil {
		if c.err != nil {
			err = errors.Join(c.err, err)
		}
		c.lose(err)
	}
}
