package dynamic_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
	"github.com/cellwrap/cellwrap/reactor/dynamic"
)

// awaitables are functions that start something whose value is 42 after a second.
var awaitables = map[string]func() any{
	"a Deferred": func() any { return dynamic.Then(dynamic.Sleep(time.Second), answer) },
	"an EventualResult": func() any {
		return dynamic.RunDeferred(func() (*dynamic.Deferred, error) { return dynamic.Then(dynamic.Sleep(time.Second), answer), nil })
	},
	"a Deferred of an int": func() any { return sleepInt() },
	"an EventualResult of an int": func() any {
		return reactor.RunDeferred(func() (*reactor.Deferred[int], error) { return sleepInt(), nil })
	},
	"a Deferred in a Deferred": func() any { return dynamic.Succeed(sleepInt()) },
	"a channel":                func() any { return later(42) },
	"a channel of any":         func() any { return later[any](42) },
	"a channel to receive from": func() any {
		return (<-chan int)(later(42))
	},
}

func answer(any) (any, error) { return 42, nil }

func sleepInt() *reactor.Deferred[int] {
	return reactor.Then(reactor.Sleep(time.Second), func(struct{}) (int, error) { return 42, nil })
}

// later returns a channel on which there is a value after a second.
func later[T any](v T) chan T {
	c := make(chan T, 1)
	time.AfterFunc(time.Second, func() { c <- v })
	return c
}

func TestAwaitFor(t *testing.T) {
	for name, start := range awaitables {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				v, err := dynamic.AwaitFor(2*time.Second, start())
				equal(t, "value", v, 42)
				wantErr(t, err, nil)
				equal(t, "value", dynamic.MustAwaitFor(2*time.Second, start()), 42)

				_, err = dynamic.AwaitFor(time.Millisecond, start())
				wantErr(t, err, dynamic.ErrTimeout)
				time.Sleep(2 * time.Second) // what was started ends
			})
		})
	}
}

// A Deferred in a Deferred is a value to Await, as in package reactor; all else it waits for.
func TestAwait(t *testing.T) {
	for name, start := range awaitables {
		if name == "a Deferred in a Deferred" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				v, err := dynamic.WaitFor(3*time.Second, func(co *dynamic.Coroutine) (any, error) {
					v, err := dynamic.Await(co, start())
					return []any{v, dynamic.MustAwait(co, start())}, err
				})
				equal(t, "values", v, []any{42, 42})
				wantErr(t, err, nil)

				e := dynamic.RunCoroutine(func(co *dynamic.Coroutine) (any, error) { return dynamic.MustAwait(co, start()), nil })
				synctest.Wait()
				e.Cancel()
				_, err = e.Wait(time.Millisecond)
				wantErr(t, err, dynamic.ErrCanceled)
				time.Sleep(2 * time.Second)
			})
		})
	}
}

// What is there is there whatever the timeout, and the reactor may be busy.
func TestAwaitForThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		there := reactor.RunInReactor(func() (int, error) { return 42, nil })
		channel := make(chan int, 1)
		channel <- 42
		synctest.Wait()
		busy := make(chan struct{})
		dynamic.Default().Call(func() { <-busy })
		defer close(busy)
		for _, x := range []any{there, dynamic.Succeed(42), reactor.Succeed(42), channel} {
			v, err := dynamic.AwaitFor(0, x)
			equal(t, "value", v, 42)
			wantErr(t, err, nil)
		}
		v, err := dynamic.AwaitFor(0, (*dynamic.Deferred)(nil))
		equal(t, "value of a nil Deferred", v, nil)
		wantErr(t, err, nil)
	})
}

// A timeout cancels what is awaited; the next value of a channel is for others.
func TestAwaitForCancels(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var canceled int
		d := reactor.NewDeferred(func(*reactor.Deferred[int]) { canceled++ })
		_, err := dynamic.AwaitFor(time.Second, d)
		wantErr(t, err, dynamic.ErrTimeout)
		synctest.Wait()
		equal(t, "cancels", canceled, 1)

		c := make(chan int)
		_, err = dynamic.AwaitFor(time.Second, c)
		wantErr(t, err, dynamic.ErrTimeout)
		synctest.Wait()
		select {
		case c <- 1:
			t.Error("somebody still receives")
		default:
		}
	})
}

func TestAwaitForFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		closed := make(chan string)
		close(closed)
		for x, want := range map[any]error{
			dynamic.Fail(errTest):      errTest,
			reactor.Fail[int](errTest): errTest,
			reactor.RunInReactor(func() (int, error) { return 0, errTest }): errTest,
			closed: dynamic.ErrChannelClosed,
		} {
			_, err := dynamic.AwaitFor(time.Second, x)
			wantErr(t, err, want)
		}
		defer func() {
			err, _ := recover().(error)
			wantErr(t, err, errTest)
		}()
		dynamic.MustAwaitFor(time.Second, dynamic.Fail(errTest))
	})
}

// What cannot be awaited is an error that names it, on whichever way.
func TestAwaitOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, tt := range []struct {
			x    any
			name string
		}{
			{nil, "await of nil "},
			{42, "await of type int "},
			{make(chan<- int), "await of type chan<- int "},
			{func() {}, "await of type func() "},
		} {
			_, err := dynamic.AwaitFor(time.Second, tt.x)
			says(t, err, tt.name)
			_, err = dynamic.WaitFor(time.Second, func(co *dynamic.Coroutine) (any, error) { return dynamic.Await(co, tt.x) })
			says(t, err, tt.name)
			_, err = dynamic.WaitFor(time.Second, func(co *dynamic.Coroutine) (any, error) { return dynamic.MustAwait(co, tt.x), nil })
			says(t, err, tt.name)
		}
		_, err := dynamic.AwaitFor(time.Second, dynamic.FromChannel(42))
		says(t, err, "FromChannel of type int ")
	})
}

func says(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got error %v, want one with %q", err, text)
	}
}

// E8: on the reactor there is an error instead of a deadlock.
func TestAwaitForOnReactor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, start := range awaitables {
			e := dynamic.RunInReactor(func() (any, error) { return dynamic.AwaitFor(time.Minute, start()) })
			if _, err := e.Wait(time.Hour); !errors.Is(err, dynamic.ErrOnReactor) {
				t.Errorf("%s: got error %v", name, err)
			}
		}
		time.Sleep(2 * time.Second)
	})
}
