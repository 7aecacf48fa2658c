package reactor

import (
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// untyped is Untyped of what it takes.
func untyped(t *testing.T, x any) Awaitable[any] {
	t.Helper()
	a, ok := Untyped(x)
	if !ok {
		t.Fatalf("Untyped of a %T gave nothing", x)
	}
	return a
}

// What is there needs no loop, and no time.
func TestUntypedThere(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		there := RunInReactorOn(r, func() (int, error) { return 42, nil })
		failed := RunInReactorOn(r, func() (int, error) { return 0, errTest })
		synctest.Wait()
		busy := make(chan struct{})
		r.Call(func() { <-busy })
		defer close(busy)
		for _, x := range []any{there, SucceedOn(r, 42), SucceedOn[any](r, 42)} {
			v, err := AwaitFor(0, untyped(t, x))
			equal(t, "value", v, any(42))
			wantErr(t, err, nil)
		}
		for _, x := range []any{failed, FailOn[int](r, errTest)} {
			_, err := AwaitFor(0, untyped(t, x))
			wantErr(t, err, errTest)
		}
		v, err := AwaitFor(0, untyped(t, (*Deferred[int])(nil)))
		equal(t, "value of nil", v, nil)
		wantErr(t, err, nil)
	})
}

// What is not there yet comes in its turn, to a body and to another goroutine.
func TestUntypedLater(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for _, start := range []func() any{
			func() any { return SleepOn(r, time.Second) },
			func() any {
				return RunDeferredOn(r, func() (*Deferred[struct{}], error) { return SleepOn(r, time.Second), nil })
			},
		} {
			v, err := AwaitFor(2*time.Second, untyped(t, start()))
			equal(t, "value", v, any(struct{}{}))
			wantErr(t, err, nil)
			v, err = WaitForOn(r, 2*time.Second, func(co *Coroutine) (any, error) { return Await(co, untyped(t, start())) })
			equal(t, "value in a body", v, any(struct{}{}))
			wantErr(t, err, nil)
		}
	})
}

// A cancel goes to what is awaited, also when the loop is busy and has not got to it.
func TestUntypedCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var canceled int
		pending := func() *Deferred[int] { return NewDeferredOn(r, func(*Deferred[int]) { canceled++ }) }
		result := func() any {
			d := pending()
			e := RunDeferredOn(r, func() (*Deferred[int], error) { return d, nil })
			synctest.Wait()
			return e
		}
		for _, x := range []any{pending(), result()} {
			canceled = 0
			_, err := AwaitFor(time.Second, untyped(t, x))
			wantErr(t, err, ErrTimeout)
			synctest.Wait()
			equal(t, "cancels", canceled, 1)
		}

		for _, x := range []any{pending(), result()} {
			canceled = 0
			busy := make(chan struct{})
			r.Call(func() { <-busy })
			_, err := AwaitFor(time.Second, untyped(t, x))
			wantErr(t, err, ErrTimeout)
			close(busy)
			synctest.Wait()
			equal(t, "cancels of what a busy loop did not see", canceled, 1)
		}
	})
}

// D8: a body that awaits its own result, untyped, is told so.
func TestUntypedOwnResult(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var e *EventualResult[int]
		on(r, func() {
			e = RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				_, err := Await(co, untyped(t, e))
				return 0, err
			})
		})
		_, err := e.Wait(time.Second)
		wantErr(t, err, ErrCircular)
	})
}

// A failure is looked at in what Untyped returns, and reported there if it is not.
func TestUntypedUnhandled(t *testing.T) {
	for _, look := range []bool{true, false} {
		out := logged(t)
		synctest.Test(t, func(t *testing.T) {
			r := New()
			r.Start()
			e := RunDeferredOn(r, func() (*Deferred[int], error) {
				return DeferLaterOn(r, time.Second, func() (int, error) { return 0, errTest }), nil
			})
			a := untyped(t, e)
			if look {
				_, err := AwaitFor(time.Minute, a)
				wantErr(t, err, errTest)
			} else {
				pass(time.Minute)
			}
			r.Stop()
			<-r.Stopped()
		})
		equal(t, "reported", out.Len() > 0, !look)
	}
}

func TestUntypedOther(t *testing.T) {
	for _, x := range []any{nil, 42, struct{}{}, make(chan int)} {
		if a, ok := Untyped(x); ok {
			t.Errorf("Untyped of a %T gave %v", x, a)
		}
	}
	for _, x := range []any{nil, 42, make(chan<- int)} {
		if d, ok := UntypedChannel(x); ok {
			t.Errorf("UntypedChannel of a %T gave %v", x, d)
		}
	}
}

// Yaegi has interpreted code panic with a reflect.Value of what it panics with.
func TestPanicWithReflectValue(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		_, err := RunInReactorOn(r, func() (int, error) { panic(reflect.ValueOf(errTest)) }).Wait(time.Second)
		wantErr(t, err, errTest)
		if p, ok := errors.AsType[*PanicError](err); !ok || p.Value != errTest {
			t.Errorf("got %#v", err)
		}
		_, err = RunInReactorOn(r, func() (int, error) { panic(reflect.Value{}) }).Wait(time.Second)
		if p, ok := errors.AsType[*PanicError](err); !ok || p.Value != (reflect.Value{}) {
			t.Errorf("got %#v", err)
		}
	})
}
