package reactor

import (
	"testing"
	"time"
)

// number can be awaited as a type of another package is.
type number struct{ OnAwait[int, give] }

type give func() Awaitable[int]

func (f give) OnAwait() Awaitable[int] { return f() }

func numberOf(f give) *number { return &number{OnAwait[int, give]{f}} }

func TestOnAwait(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		asked := 0
		later := numberOf(func() Awaitable[int] {
			asked++
			return afterSecond(r, asked)
		})
		v, err := WaitForOn(r, time.Minute, func(co *Coroutine) (int, error) {
			return 10*MustAwait(co, later) + MustAwait(co, later), nil
		})
		equal(t, "the values of two awaits", v, 12)
		wantErr(t, err, nil)
		v, err = AwaitFor(time.Minute, later)
		equal(t, "the value", v, 3)
		wantErr(t, err, nil)
		equal(t, "the value", MustAwaitFor(time.Minute, later), 4)

		given := NewDeferredOn[int](r, nil)
		_, err = AwaitFor(time.Second, numberOf(func() Awaitable[int] { return given }))
		wantErr(t, err, ErrTimeout)
		pass(time.Second)
		_, err = AwaitFor(time.Second, given)
		wantErr(t, err, ErrCanceled)

		v, err = AwaitFor(time.Second, *numberOf(func() Awaitable[int] { return (*Deferred[int])(nil) }))
		equal(t, "the value of a nil Deferred", v, 0)
		wantErr(t, err, nil)
	})
}

// afterSecond returns a Deferred that has v after a second.
func afterSecond(r *Reactor, v int) *Deferred[int] {
	return DeferLaterOn(r, time.Second, func() (int, error) { return v, nil })
}
