package reactor

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// Invariant 10: a body that awaits what nobody has is ended once the garbage collector has
// seen that, so that its goroutine does not leak; one whose Deferred somebody has goes on to
// wait. (Outside of a bubble: the collector has no fake clock.)
func TestDroppedCoroutines(t *testing.T) {
	r := New()
	r.Start()
	defer func() { r.Stop(); <-r.Stopped() }()
	const n = 200
	var dropped []*EventualResult[int]
	for i := range n {
		dropped = append(dropped, RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			if i%2 == 0 {
				return Await(co, NewDeferredOn[int](r, nil))
			}
			inner := RunDeferredOn(r, func() (*Deferred[int], error) { return NewDeferredOn[int](r, nil), nil })
			return Await(co, inner)
		}))
	}
	d := NewDeferredOn[int](r, nil)
	kept := RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, d) })
	chain := RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, dropped[0]) })

	for _, e := range append(dropped, chain) {
		for !e.result.there() { // what the collector finds has to wait until something wakes the loop
			runtime.GC()
			if _, err := RunInReactorOn(r, answer).Wait(time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		_, err := e.Wait(0)
		wantErr(t, err, ErrDropped)
	}
	equal(t, "kept", kept.result.there(), false)
	d.Callback(42)
	v, err := kept.Wait(time.Minute)
	equal(t, "value", v, 42)
	wantErr(t, err, nil)
	runtime.KeepAlive(d)
}

// A loosened body is canceled, resumed and suspended again like any other.
func TestLoosened(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		ds := []*Deferred[int]{NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil)}
		var l trace
		e := RunCoroutineOn(r, func(co *Coroutine) (v int, err error) {
			for _, d := range ds {
				v, err = Await(co, d)
				l.note("awaited")(v, err)
			}
			return v, err
		})
		for i, act := range []func(){
			func() { ds[0].Callback(1) }, e.Cancel, func() { ds[2].Callback(3) },
		} {
			on(r, func() { r.coroutines.loosen(); r.coroutines.loosen() })
			runtime.GC()
			act()
			synctest.Wait()
			equal(t, "awaited", len(l), i+1)
		}
		v, err := e.Wait(time.Minute)
		equal(t, "value", v, 3)
		wantErr(t, err, nil)
	})
}
