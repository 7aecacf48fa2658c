package reactor

import (
	"testing"
	"testing/synctest"
	"time"
)

// crossings are the ways in which a result of r comes to wait for d, of another reactor.
func crossings(r *Reactor, d *Deferred[int]) map[string]*EventualResult[int] {
	second := func(vs []int) (int, error) { return vs[1], nil }
	with := func(f func() *Deferred[int]) *EventualResult[int] {
		return RunDeferredOn(r, func() (*Deferred[int], error) { return f(), nil })
	}
	untyped := RunInReactorOn(r, func() (any, error) { return d, nil })
	return map[string]*EventualResult[int]{
		"RunDeferred": RunDeferredOn(r, func() (*Deferred[int], error) { return d, nil }),
		"RunInReactor": RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			v, err := Await(co, untyped)
			n, _ := v.(int)
			return n, err
		}),
		"Await": RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, d) }),
		"ThenDeferred": with(func() *Deferred[int] {
			return ThenDeferred(SucceedOn(r, 0), func(int) (*Deferred[int], error) { return d, nil })
		}),
		"Gather": with(func() *Deferred[int] { return Then(GatherOn(r, SucceedOn(r, 0), d), second) }),
		"DeferredList": with(func() *Deferred[int] {
			return Then(DeferredListOn(r, ListOptions{}, SucceedOn(r, 0), d), func(os []Outcome[int]) (int, error) {
				return os[1].Value, os[1].Err
			})
		}),
		"First": with(func() *Deferred[int] {
			return Then(FirstOn(r, FailOn[int](r, errTest), d), func(o Outcome[int]) (int, error) { return o.Value, nil })
		}),
	}
}

// E10 for what waits on one reactor for another's Deferred: it fails when that stops, while the
// Deferred is pending or after. One that has fired by then keeps its value, also for those
// that ask when it has stopped. Nothing stays behind with the other.
func TestOtherReactorStops(t *testing.T) {
	check := func(t *testing.T, when string, es map[string]*EventualResult[int], want int, wantError error) {
		t.Helper()
		for name, e := range es {
			v, err := e.Wait(time.Second)
			equal(t, when+": value by "+name, v, want)
			if wantErr(t, err, wantError); t.Failed() {
				t.Fatal(when, name)
			}
		}
	}
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.Start()
		never, fired, fires := NewDeferredOn[int](r2, nil), SucceedOn(r2, 3), NewDeferredOn[int](r2, nil)
		early, pending := crossings(r, fires), crossings(r, never)
		synctest.Wait()
		fires.Callback(3)
		check(t, "before", early, 3, nil)
		check(t, "before", crossings(r, fired), 3, nil)
		synctest.Wait()
		equal(t, "watched", len(r2.watching), len(pending))
		r2.Stop()
		check(t, "stop", pending, 0, ErrReactorStopped)
		check(t, "after", crossings(r, fired), 3, nil)
		check(t, "after", crossings(r, NewDeferredOn[int](r2, nil)), 0, ErrReactorStopped)

		// A callback is left that will not run.
		unsure := SucceedOn(r2, 3)
		unsure.AddCallback(increment)
		check(t, "after", crossings(r, unsure), 0, ErrReactorStopped)
		<-r2.Stopped()
	})
}

// Under -race: the other reactor stops at any time, and its callbacks are at it.
func TestConcurrentOtherReactorStops(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for range 100 {
			r2 := New()
			r2.Start()
			d := NewDeferredOn[int](r2, nil)
			d.AddCallback(increment)
			go d.Callback(2)
			go r2.Stop()
			for name, e := range crossings(r, d) {
				if v, err := e.Wait(time.Minute); v != 3 && err == nil || err == ErrTimeout {
					t.Fatal(name, v, err)
				}
			}
			<-r2.Stopped()
		}
	})
}

// E10: what else waits for another reactor's Deferred learns of that one's stop: the target of
// Chain, a LoopingCall and the one who Holding lets in next.
func TestOtherReactorStopsElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.Start()
		chain := func(d *Deferred[int]) *Deferred[int] {
			other := NewDeferredOn[int](r, nil)
			d.Chain(other)
			return other
		}
		never := NewDeferredOn[int](r2, nil)
		fired := chain(SucceedOn(r2, 3))
		pending := chain(never)
		looping := NewLoopingCallDeferredOn(r, func(int) (*Deferred[int], error) { return never, nil }).Start(time.Second, true)
		lock := NewLockOn(r)
		holding := Holding(lock, func() (*Deferred[int], error) { return never, nil })
		next := lock.Acquire()
		synctest.Wait()
		equal(t, "acquired", next.core.fired(), false)
		equal(t, "watched", len(r2.watching), 4) // Holding has one for the outcome and one for the release
		at := SucceedOn(r2, 4)
		unsure := SucceedOn(r2, 5)
		r2.Call(func() {
			unsure.AddCallback(increment)
			r2.Stop()
		})
		<-r2.Stopped()

		for _, c := range []struct {
			what string
			d    *Deferred[int]
			want int
			err  error
		}{
			{"fired before", fired, 3, nil},
			{"pending", pending, 0, ErrReactorStopped},
			{"fired, chained after", chain(at), 4, nil},
			{"pending, chained after", chain(never), 0, ErrReactorStopped},
			{"with a callback that does not run", chain(unsure), 0, ErrReactorStopped},
			{"holding", holding, 0, ErrReactorStopped},
		} {
			v, err := outcome(t, c.d)
			equal(t, c.what+": value", v, c.want)
			equal(t, c.what+": error", err, c.err)
		}
		_, err := outcome(t, looping)
		equal(t, "error of the LoopingCall", err, ErrReactorStopped)
		_, err = outcome(t, next)
		equal(t, "error of the next Acquire", err, nil)
	})
}

// Chain to a reactor that has stopped: what waits for the target there has been told, and
// d's chain learns of it.
func TestChainToStopped(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.Start()
		d, other := NewDeferredOn[int](r, nil), NewDeferredOn[int](r2, nil)
		waits := crossings(r, other)
		other.AddCallback(increment)
		d.Chain(other)
		synctest.Wait()
		r2.Stop()
		<-r2.Stopped()
		for _, e := range waits {
			_, err := e.Wait(time.Second)
			wantErr(t, err, ErrReactorStopped)
		}
		d.Callback(1)
		_, err := outcome(t, d)
		equal(t, "error", err, ErrReactorStopped)
	})
}

// A canceller runs on the loop of its Deferred, whoever waits for that: E5, D7, D13, D15, D16
// and D23 across reactors. Under -race.
func TestCancelAcrossReactors(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.Start()
		calls := 0 // r2's
		canceled := func(how string, cancel func()) {
			t.Helper()
			before := calls
			cancel()
			synctest.Wait()
			equal(t, "calls by "+how, calls-before, 1)
		}
		wait := func() *Deferred[int] {
			return NewDeferredOn(r2, func(*Deferred[int]) {
				calls++
				equal(t, "canceller on its loop", goroutineID(), r2.loopID)
			})
		}
		for _, how := range []string{"RunDeferred", "RunInReactor", "Await", "ThenDeferred", "Gather", "DeferredList", "First"} {
			e := crossings(r, wait())[how]
			synctest.Wait()
			canceled(how, e.Cancel)
			_, err := e.Wait(time.Second)
			wantErr(t, err, ErrCanceled)
		}
		for how, d := range map[string]*Deferred[[]int]{
			"Gather": GatherOn(r, wait()),
			"Gather of Gather": Then(GatherOn(r, GatherOn(r, wait())), func(v [][]int) ([]int, error) {
				return v[0], nil
			}),
			"ThenDeferred": ThenDeferred(SucceedOn(r, 0), func(int) (*Deferred[[]int], error) { return GatherOn(r2, wait()), nil }),
		} {
			synctest.Wait()
			canceled("Cancel of "+how, d.Cancel)
			_, err := outcome(t, d)
			wantErr(t, err, ErrCanceled)
		}
		on(r, func() { // canceled while the function runs
			var x *Deferred[int]
			x = ThenDeferred(SucceedOn(r, 0), func(int) (*Deferred[int], error) { x.Cancel(); return wait(), nil })
		})
		equal(t, "calls", calls, 11)
		r2.Stop()
		<-r2.Stopped()
	})
}

// D7: a cancel that finds the other reactor's Deferred fired, on arrival, goes to what waits
// for it next.
func TestCancelAcrossReactorsLate(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.Start()
		inner, never := NewDeferredOn[int](r2, nil), NewDeferredOn[int](r, nil)
		x := ThenDeferred(SucceedOn(r, 0), func(int) (*Deferred[int], error) { return inner, nil })
		y := ThenDeferred(x, func(int) (*Deferred[int], error) { return never, nil })
		synctest.Wait()
		on(r2, func() {
			y.Cancel() // is queued on r2
			inner.Callback(1)
			hold(time.Second) // while r sees to the rest
		})
		pass(time.Second)
		_, err := outcome(t, y)
		wantErr(t, err, ErrCanceled)
		r2.Stop()
		<-r2.Stopped()
	})
}
