package reactor

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"
)

// D12: DeferredCancellerTests.test_noCanceller, test_noCancellerMultipleCancel,
// test_raisesAfterCancelAndCallback, test_raisesAfterCancelAndErrback,
// test_noCancellerMultipleCancelsAfterCancelAndCallback, …Errback.
func TestCancelWithoutCanceller(t *testing.T) {
	for _, late := range []error{nil, errTest} {
		bubble(t, func(t *testing.T, r *Reactor) {
			var l trace
			fire := func(d *Deferred[int]) error {
				if late != nil {
					return d.Errback(late)
				}
				return d.Callback(1)
			}
			d := NewDeferredOn[int](r, nil).AddBoth(l.note("d"))
			d.Cancel()
			d.Cancel()
			wantErr(t, fire(d), nil) // the one that nobody told
			wantErr(t, d.Callback(1), ErrAlreadyCalled)
			wantErr(t, d.Errback(errTest), ErrAlreadyCalled)
			d.Cancel()
			_, err := outcome(t, d)
			wantErr(t, err, ErrCanceled)
			l.want(t, "d failed")
		})
	}
}

// D12: DeferredCancellerTests.test_cancelAfterCallback, test_cancelAfterErrback.
func TestCancelAfterFiring(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		canceller := func(*Deferred[int]) { t.Error("the canceller was called") }
		d := NewDeferredOn(r, canceller)
		d.Callback(1)
		d.Cancel()
		v, err := outcome(t, d)
		equal(t, "value", v, 1)
		wantErr(t, err, nil)

		d = NewDeferredOn(r, canceller)
		d.Errback(errTest)
		d.Cancel()
		_, err = outcome(t, d)
		wantErr(t, err, errTest)
	})
}

// D13: DeferredCancellerTests.test_simpleCanceller, test_cancellerArg,
// test_cancellerMultipleCancel.
func TestCanceller(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		calls := 0
		var d *Deferred[int]
		d = NewDeferredOn(r, func(arg *Deferred[int]) {
			equal(t, "the canceller's argument", arg, d)
			calls++
			d.Cancel() // inside of it: nothing
		})
		d.Cancel()
		d.Cancel()
		equal(t, "calls", calls, 1)
		wantErr(t, d.Callback(1), ErrAlreadyCalled) // the canceller has told
		wantErr(t, d.Errback(errTest), ErrAlreadyCalled)
		_, err := outcome(t, d)
		wantErr(t, err, ErrCanceled)
	})
}

// D13: DeferredCancellerTests.test_cancellerThatCallbacks, test_cancellerThatErrbacks.
func TestCancellerThatFires(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn(r, func(d *Deferred[string]) { d.Callback("hello!") })
		d.Cancel()
		v, err := outcome(t, d)
		equal(t, "value", v, "hello!")
		wantErr(t, err, nil)

		d = NewDeferredOn(r, func(d *Deferred[string]) { d.Errback(errTest) })
		d.Cancel()
		_, err = outcome(t, d)
		wantErr(t, err, errTest)
	})
}

// D13, E3: a canceller that does not return.
func TestCancellerPanics(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn(r, func(*Deferred[int]) { panic("boom") })
		d.Cancel()
		_, err := outcome(t, d)
		if p, ok := err.(*PanicError); !ok || p.Value != "boom" {
			t.Errorf("got %v", err)
		}
		d = NewDeferredOn(r, func(*Deferred[int]) { runtime.Goexit() })
		go d.Cancel()
		synctest.Wait()
		_, err = outcome(t, d)
		wantErr(t, err, ErrGoexit)
	})
}

// DeferredTests.test_canceller_circular_reference_callback of Twisted 23.8, and for Then: a
// Deferred that has fired holds neither its canceller nor its source.
func TestFiringReleases(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		held := new([64]byte)
		d := NewDeferredOn(r, func(*Deferred[int]) { held[0]++ })
		canceller := weak.Make(held)
		x := Then(d, increment)
		source := weak.Make(d)
		d.Callback(1)
		v, _ := outcome(t, x)
		equal(t, "value", v, 2)

		held = nil
		runtime.GC()
		if canceller.Value() != nil {
			t.Error("the canceller is still there")
		}
		runtime.KeepAlive(d)
		d = nil
		runtime.GC()
		if source.Value() != nil {
			t.Error("the source is still there")
		}
		runtime.KeepAlive(x)
	})
}

// crochet's ResultRegistryTests.test_weakref: nobody holds a result that is still to come, if
// its Deferred is dropped too.
func TestDroppedResult(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e, d := pending(r, nil)
		synctest.Wait()
		e.Wait(time.Second)
		result, deferred := weak.Make(e), weak.Make(d)
		e, d = nil, nil
		runtime.GC()
		if result.Value() != nil || deferred.Value() != nil {
			t.Error("they are still there")
		}
	})
}
