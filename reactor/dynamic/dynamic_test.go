package dynamic_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
	"github.com/cellwrap/cellwrap/reactor/dynamic"
)

// A *Deferred that a body returns is waited for, whatever its type and wherever the body runs.
func TestRun(t *testing.T) {
	inner := map[string]func() (any, error){
		"a value":              func() (any, error) { return 42, nil },
		"a Deferred":           func() (any, error) { return dynamic.Then(dynamic.Sleep(time.Second), answer), nil },
		"a Deferred of an int": func() (any, error) { return sleepInt(), nil },
	}
	for name, f := range inner {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				e := dynamic.RunInReactor(f)
				v, err := e.Wait(2 * time.Second)
				equal(t, "value", v, 42)
				wantErr(t, err, nil)
				e = dynamic.RunCoroutine(func(co *dynamic.Coroutine) (any, error) {
					dynamic.MustAwait(co, dynamic.Sleep(time.Second))
					return f()
				})
				v, err = e.WaitContext(context.Background())
				equal(t, "value of a coroutine", v, 42)
				wantErr(t, err, nil)
				equal(t, "value of MustWaitFor", dynamic.MustWaitFor(2*time.Second, func(*dynamic.Coroutine) (any, error) { return f() }), 42)
			})
		})
	}
}

func TestRunDeferred(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sleep := func() (*dynamic.Deferred, error) { return dynamic.Then(dynamic.Sleep(time.Second), answer), nil }
		for _, e := range []*dynamic.EventualResult{
			dynamic.RunDeferred(sleep),
			dynamic.RunDeferredCoroutine(func(*dynamic.Coroutine) (*dynamic.Deferred, error) { return sleep() }),
			dynamic.RunDeferred(func() (*dynamic.Deferred, error) { return dynamic.TryDeferred(sleep), nil }),
		} {
			v, err := e.Wait(2 * time.Second)
			equal(t, "value", v, 42)
			wantErr(t, err, nil)
		}
	})
}

// What several Deferreds make is a Deferred of an any, and a cancel still reaches them.
func TestGather(t *testing.T) {
	bubble(t, func(t *testing.T) {
		wait := func(d any) any {
			t.Helper()
			v, err := dynamic.AwaitFor(time.Minute, d)
			wantErr(t, err, nil)
			return v
		}
		second := func() *dynamic.Deferred { return dynamic.Then(dynamic.Sleep(time.Second), answer) }
		equal(t, "Gather", wait(dynamic.Gather(second(), dynamic.Succeed("a"))), []any{42, "a"})
		equal(t, "First", wait(dynamic.First(dynamic.Fail(errTest), second())), dynamic.Outcome{Index: 1, Value: 42})
		equal(t, "DeferredList", wait(dynamic.DeferredList(dynamic.ListOptions{}, dynamic.Fail(errTest), second())),
			[]dynamic.Outcome{{Index: 0, Err: errTest}, {Index: 1, Value: 42}})

		later := func() (*dynamic.Deferred, error) { return second(), nil }
		equal(t, "GatherLimit", wait(dynamic.GatherLimit(1, later, later)), []any{42, 42})
		var came []any
		wait(dynamic.RunCoroutine(func(co *dynamic.Coroutine) (any, error) {
			for v, err := range dynamic.AsCompleted(co, second(), dynamic.Succeed("a"), dynamic.Fail(errTest)) {
				came = append(came, v, err)
			}
			return nil, nil
		}))
		equal(t, "AsCompleted", came, []any{"a", nil, nil, errTest, 42, nil})

		_, err := dynamic.AwaitFor(time.Minute, dynamic.Gather(second(), dynamic.Fail(errTest)))
		if first, ok := errors.AsType[*dynamic.FirstError](err); !ok || first.Index != 1 {
			t.Errorf("Gather failed with %v", err)
		}

		var canceled int
		pending := dynamic.NewDeferred(func(*dynamic.Deferred) { canceled++ })
		_, err = dynamic.AwaitFor(time.Second, dynamic.Gather(pending))
		wantErr(t, err, dynamic.ErrTimeout)
		_, err = dynamic.AwaitFor(time.Second, pending)
		wantErr(t, err, dynamic.ErrCanceled)
		equal(t, "cancels", canceled, 1)
	})
}

// A Deferred of this package is one of package reactor, and so are its results.
func TestSameTypes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var e *reactor.EventualResult[any] = dynamic.RunInReactor(func() (any, error) { return 42, nil })
		kept, err := dynamic.RetrieveResult(e.Stash())
		wantErr(t, err, nil)
		v, err := kept.Wait(time.Second)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)
		_, err = dynamic.RetrieveResult(reactor.RunInReactor(func() (int, error) { return 42, nil }).Stash())
		says(t, err, "is a *reactor.EventualResult[int]")
	})
}

// What returns a Deferred of nothing is awaited all the same.
func TestLocks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		lock := dynamic.NewLock()
		dynamic.MustAwaitFor(time.Second, lock.Acquire())
		held := dynamic.Holding(lock, func() (*dynamic.Deferred, error) { return dynamic.Succeed("held"), nil })
		_, err := dynamic.AwaitFor(0, held)
		wantErr(t, err, dynamic.ErrTimeout) // which takes held out of the line
		held = dynamic.Holding(lock, func() (*dynamic.Deferred, error) { return dynamic.Succeed("held"), nil })
		lock.Release()
		equal(t, "Holding", dynamic.MustAwaitFor(time.Second, held), "held")

		q := dynamic.NewQueue(dynamic.QueueLimits{})
		get := q.Get()
		wantErr(t, q.Put("x"), nil)
		equal(t, "Get", dynamic.MustAwaitFor(time.Second, get), "x")

		calls := 0
		loop := dynamic.NewLoopingCallDeferred(func(int) (*dynamic.Deferred, error) {
			if calls++; calls == 3 {
				return nil, errTest
			}
			return dynamic.Sleep(time.Millisecond), nil
		})
		_, err = dynamic.AwaitFor(time.Minute, loop.Start(time.Second, true))
		wantErr(t, err, errTest)
		equal(t, "calls", calls, 3)
	})
}

func TestDeferToGoroutine(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := dynamic.DeferToGoroutine(func(ctx context.Context) (any, error) { return 42, ctx.Err() })
		equal(t, "value", dynamic.MustAwaitFor(time.Second, d), 42)
		_, err := dynamic.AwaitFor(time.Second, dynamic.MaybeDeferred(func() (any, error) { panic("boom") }))
		if p, ok := errors.AsType[*dynamic.PanicError](err); !ok || p.Value != "boom" {
			t.Errorf("got %v, want a panic", err)
		}
	})
}
