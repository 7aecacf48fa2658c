package reactor

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
)

func increment(v int) (int, error) { return v + 1, nil }

// trace notes the outcomes that callbacks see.
type trace []string

func (l *trace) note(name string) func(int, error) (int, error) {
	return func(v int, err error) (int, error) {
		if err != nil {
			*l = append(*l, fmt.Sprint(name, " failed"))
		} else {
			*l = append(*l, fmt.Sprint(name, " ", v))
		}
		return v, err
	}
}

func (l *trace) want(t *testing.T, want ...string) {
	t.Helper()
	equal(t, "callbacks", []string(*l), want)
}

// outcome returns d's outcome, which must be there once the loop is idle.
func outcome[T any](t *testing.T, d *Deferred[T]) (v T, err error) {
	t.Helper()
	there := false
	d.AddBoth(func(dv T, derr error) (T, error) {
		v, err, there = dv, derr, true
		return dv, derr
	})
	synctest.Wait()
	if !there {
		t.Error("the Deferred has no outcome")
	}
	return v, err
}

// D1: DeferredTests.testTwoCallbacks.
func TestTwoCallbacks(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		d.AddCallback(increment).AddCallback(func(v int) (int, error) { return v * 10, nil })
		wantErr(t, d.Callback(1), nil)
		v, err := outcome(t, d)
		equal(t, "value", v, 20)
		wantErr(t, err, nil)
	})
}

// D1: DeferredTests.testImmediateSuccess, with invariant 1: the callback runs after
// AddBoth has returned, in the order of the calls.
func TestImmediateSuccess(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		call := func(name string) { r.Call(func() { l.note(name)(0, nil) }) }
		on(r, func() {
			d := SucceedOn(r, 7)
			call("before")
			d.AddBoth(l.note("first"))
			call("between")
			d.AddBoth(l.note("second"))
			call("after")
			l.note("not yet")(0, nil)
		})
		l.want(t, "not yet 0", "before 0", "first 7", "between 0", "second 7", "after 0")
	})
}

// D1: invariant 1 for firing: all callbacks that were there, in one place of the queue.
func TestFireOrder(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		on(r, func() {
			d := NewDeferredOn[int](r, nil)
			d.AddBoth(l.note("a")).AddBoth(l.note("b"))
			r.Call(func() { l.note("before")(0, nil) })
			d.Callback(1)
			r.Call(func() { l.note("after")(0, nil) })
			d.AddBoth(l.note("c"))
		})
		l.want(t, "before 0", "a 1", "b 1", "after 0", "c 1")
	})
}

// D2: DeferredTests.testCallbackErrors and testImmediateFailure.
func TestCallbackErrors(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		skipped := func(v int) (int, error) { t.Error("a callback was not skipped"); return v, nil }
		var seen error
		errback := func(err error) (int, error) { seen = err; return 5, nil }
		d := NewDeferredOn[int](r, nil)
		d.AddCallback(func(int) (int, error) { return 0, errTest })
		d.AddCallback(skipped).AddErrback(errback)
		d.Callback(1)
		v, err := outcome(t, d)
		equal(t, "value", v, 5)
		wantErr(t, err, nil)
		wantErr(t, seen, errTest)

		failed := FailOn[int](r, errTest).AddCallback(skipped).AddErrback(errback)
		_, err = outcome(t, failed)
		wantErr(t, err, nil)
	})
}

func explode(m map[string]int) { m["x"] = 1 }

// D2, E3: a panic goes to the next errback, with the stack of the panic.
func TestCallbackPanics(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		d := NewDeferredOn[int](r, nil)
		d.AddBoth(l.note("first"))
		d.AddCallback(func(int) (int, error) { explode(nil); return 0, nil })
		d.AddBoth(l.note("second"))
		d.Callback(1)
		_, err := outcome(t, d)
		l.want(t, "first 1", "second failed")
		p, ok := errors.AsType[*PanicError](err)
		if !ok || !strings.Contains(string(p.Stack), "reactor.explode(") {
			t.Errorf("no frame of the panic in %v", err)
		}
		if _, ok := errors.AsType[runtime.Error](err); !ok {
			t.Errorf("%v is no runtime.Error", err)
		}
	})
}

// E3: runtime.Goexit in a callback is its outcome; chain, Thens and queue go on.
func TestCallbackGoexit(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		d.AddCallback(increment)
		x := Then(d, func(int) (int, error) { runtime.Goexit(); return 0, nil })
		d.AddCallback(increment)
		d.AddCallback(func(int) (int, error) { runtime.Goexit(); return 0, nil })
		d.AddErrback(func(err error) (int, error) { wantErr(t, err, ErrGoexit); return 7, nil })
		d.Callback(1)
		v, err := outcome(t, d)
		equal(t, "value", v, 7)
		wantErr(t, err, nil)
		_, err = outcome(t, x)
		wantErr(t, err, ErrGoexit)
	})
}

// D3: DeferredTests.test_reentrantRunCallbacksWithFailure, and recovery.
func TestErrbacks(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		d.AddCallback(func(v int) (int, error) {
			d.AddCallback(func(int) (int, error) { return 0, errTest })
			return v, nil
		})
		d.Callback(1)
		synctest.Wait()
		_, err := outcome(t, d)
		wantErr(t, err, errTest)

		other := errors.New("other")
		d = FailOn[int](r, errTest).AddErrback(func(error) (int, error) { return 0, other })
		_, err = outcome(t, d)
		wantErr(t, err, other)
		d.AddErrback(func(error) (int, error) { return 3, nil })
		v, err := outcome(t, d)
		equal(t, "value", v, 3)
		wantErr(t, err, nil)
	})
}

// D4: DeferredTests.test_addCallbacksNoneErrback, and the errback does not see its own
// callback's error.
func TestAddCallbacks(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		unseen := func(err error) (int, error) { t.Error("an errback saw its callback's error"); return 0, err }
		_, err := outcome(t, SucceedOn(r, 1).AddCallbacks(func(int) (int, error) { return 0, errTest }, unseen))
		wantErr(t, err, errTest)

		v, _ := outcome(t, SucceedOn(r, 1).AddCallbacks(increment, nil))
		equal(t, "callback", v, 2)
		_, err = outcome(t, FailOn[int](r, errTest).AddCallbacks(increment, nil))
		wantErr(t, err, errTest)
		v, _ = outcome(t, FailOn[int](r, errTest).AddCallbacks(nil, func(error) (int, error) { return 9, nil }))
		equal(t, "errback", v, 9)
		v, _ = outcome(t, SucceedOn(r, 1).AddCallbacks(nil, unseen))
		equal(t, "no callback", v, 1)
	})
}

// D5: defer.py, Deferred.addBoth.
func TestAddBoth(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		outcome(t, SucceedOn(r, 1).AddBoth(l.note("value")))
		outcome(t, FailOn[int](r, errTest).AddBoth(l.note("error")))
		l.want(t, "value 1", "error failed")
	})
}

// D6: AlreadyCalledTests.testAlreadyCalled_CC, _CE, _EC, _EE; at once, even though the
// callbacks have not run.
func TestAlreadyCalled(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		for _, first := range []error{nil, errTest} {
			d := NewDeferredOn[int](r, nil).AddBoth(l.note("d"))
			if first == nil {
				wantErr(t, d.Callback(1), nil)
			} else {
				wantErr(t, d.Errback(first), nil)
			}
			wantErr(t, d.Callback(2), ErrAlreadyCalled)
			wantErr(t, d.Errback(errTest), ErrAlreadyCalled)
			synctest.Wait()
		}
		wantErr(t, SucceedOn(r, 1).Callback(2), ErrAlreadyCalled)
		l.want(t, "d 1", "d failed")
	})
}

// D9: DeferredTests.test_reentrantRunCallbacks, test_nonReentrantCallbacks.
func TestReentrantCallbacks(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		d := NewDeferredOn[int](r, nil)
		d.AddCallback(func(v int) (int, error) {
			d.AddBoth(l.note("third"))
			d.AddBoth(l.note("fourth"))
			return l.note("first")(v, nil)
		})
		d.AddBoth(l.note("second"))
		d.Callback(1)
		synctest.Wait()
		l.want(t, "first 1", "second 1", "third 1", "fourth 1")
	})
}

// D11: DeferredTests.testUnpauseBeforeCallback, testPausedFailure; nesting.
func TestPause(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		d := NewDeferredOn[int](r, nil)
		d.Pause()
		d.AddBoth(l.note("unpaused before"))
		d.Unpause()
		synctest.Wait()
		l.want(t)
		d.Pause()
		d.Pause()
		d.Callback(1)
		d.AddBoth(l.note("late"))
		d.Unpause()
		synctest.Wait()
		l.want(t)
		d.Unpause()
		d.AddBoth(l.note("later"))
		synctest.Wait()
		l.want(t, "unpaused before 1", "late 1", "later 1")

		l = nil
		f := FailOn[int](r, errTest)
		f.Pause()
		f.AddBoth(l.note("errback"))
		synctest.Wait()
		l.want(t)
		f.Unpause()
		synctest.Wait()
		l.want(t, "errback failed")
	})
}

// D11: a callback that pauses its own Deferred stops the chain there; two callbacks may
// pause each other's, and Unpause may come from any goroutine.
func TestPauseInCallback(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		d := NewDeferredOn[int](r, nil)
		d.AddCallback(func(v int) (int, error) { d.Pause(); return v, nil })
		d.AddBoth(l.note("after"))
		d.Callback(1)
		synctest.Wait()
		l.want(t)
		go d.Unpause()
		synctest.Wait()
		l.want(t, "after 1")

		l = nil
		d = NewDeferredOn[int](r, nil)
		d.AddCallback(func(v int) (int, error) { d.Pause(); d.Unpause(); return v, nil })
		d.AddBoth(l.note("not stopped"))
		d.Callback(1)
		synctest.Wait()
		l.want(t, "not stopped 1")
	})
}

// D11, invariant 1: what was paused has the place of the last Unpause, and what was added later
// does not go before it.
func TestUnpausePlace(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		d := NewDeferredOn[int](r, nil)
		d.Pause()
		d.AddBoth(l.note("paused"))
		d.Callback(1)
		on(r, func() {
			d.AddBoth(l.note("late"))
			r.Call(func() { l = append(l, "call") })
			d.Unpause()
			d.AddBoth(l.note("later"))
		})
		l.want(t, "call", "paused 1", "late 1", "later 1")
	})
}

// E11: the end of the chain is where no callback is queued any more. An errback that Stop keeps
// from running would have looked at the failure.
func TestChainEndsBehindQueued(t *testing.T) {
	out := logged(t)
	bubble(t, func(t *testing.T, r *Reactor) {
		r.SetLogger(nil)
		r.Call(func() {
			d := SucceedOn(r, 1).AddCallback(func(int) (int, error) { return 0, errTest })
			r.Call(r.Stop)
			d.AddErrback(func(error) (int, error) { t.Error("ran after Stop"); return 0, nil })
		})
		<-r.Stopped()
	})
	equal(t, "log", out.String(), "")
}

// Misuse panics in the caller, with our prefix.
func TestMisuse(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for name, f := range map[string]func(){
			"Unpause":    func() { NewDeferredOn[int](r, nil).Unpause() },
			"Errback":    func() { NewDeferredOn[int](r, nil).Errback(nil) },
			"Fail":       func() { FailOn[int](r, nil) },
			"Call":       func() { r.Call(nil) },
			"CallLater":  func() { r.CallLater(0, nil) },
			"OnShutdown": func() { r.OnShutdown(nil) },
		} {
			func() {
				defer func() {
					if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "reactor: ") {
						t.Errorf("%s: no panic of ours: %v", name, s)
					}
				}()
				f()
			}()
		}
	})
}

// A nil among the Deferreds that are collected panics before the others have been touched.
func TestCollectNil(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := FailOn[int](r, errTest)
		for name, f := range map[string]func(...*Deferred[int]){
			"Gather":       func(ds ...*Deferred[int]) { GatherOn(r, ds...) },
			"DeferredList": func(ds ...*Deferred[int]) { DeferredListOn(r, ListOptions{ConsumeErrors: true}, ds...) },
			"First":        func(ds ...*Deferred[int]) { FirstOn(r, ds...) },
		} {
			func() {
				defer func() {
					if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "reactor: a nil Deferred") {
						t.Errorf("%s: no panic of ours: %v", name, s)
					}
				}()
				f(d, nil)
			}()
		}
		synctest.Wait()
		wantErr(t, d.core.err, errTest)
		equal(t, "handled", d.core.handled, false)
	})
}

// D1, D2: a chain of a million callbacks, added before and after firing, and one in which
// every callback panics, run on a flat stack.
func TestLongChain(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const n = 1_000_000
		d := NewDeferredOn[int](r, nil)
		for range n / 2 {
			d.AddCallback(increment)
		}
		d.Callback(0)
		for range n / 2 {
			d.AddCallback(increment)
		}
		d.AddCallback(flatStack(t))
		v, err := outcome(t, d)
		equal(t, "value", v, n)
		wantErr(t, err, nil)

		d = NewDeferredOn[int](r, nil)
		for range 1000 {
			d.AddBoth(func(int, error) (int, error) { panic("boom") })
		}
		d.AddErrback(func(error) (int, error) { return flatStack(t)(0) })
		d.Callback(0)
		_, err = outcome(t, d)
		wantErr(t, err, nil)
	})
}

// flatStack is a callback that fails the test when the stack under it has grown.
func flatStack(t *testing.T) func(int) (int, error) {
	return func(v int) (int, error) {
		if n := runtime.Callers(0, make([]uintptr, 100)); n > 20 {
			t.Errorf("a callback %d frames deep", n)
		}
		return v, nil
	}
}

// TestFail holds that Fail has failed, on the default reactor (DeferredTests.testImmediateFailure).
func TestFail(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		boom := errors.New("boom")
		d := Fail[int](boom)
		var got error
		on(r, func() {
			d.AddErrback(func(err error) (int, error) { got = err; return 0, nil })
		})
		if !errors.Is(got, boom) {
			t.Errorf("the errback got %v, want %v", got, boom)
		}
	})
}

// A Deferred tells its state as an EventualResult does, and never its insides.
func TestDeferredString(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		equal(t, "waiting", d.String(), "<Deferred pending>")
		d.AddCallback(increment)
		d.Pause()
		d.Callback(41)
		synctest.Wait()
		equal(t, "paused", d.String(), "<Deferred pending>")
		d.Unpause()
		synctest.Wait()
		equal(t, "fired", fmt.Sprint(d), "<Deferred 42>")
		failed := FailOn[int](r, errors.New("boom"))
		equal(t, "failed", failed.String(), "<Deferred failed: boom>")
		failed.AddErrback(func(error) (int, error) { return 0, nil })
	})
}

// String may be called while the loop writes the outcome; under -race.
func TestDeferredStringWhileCallbacksRun(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		for range 1000 {
			d.AddCallback(increment)
		}
		d.Callback(0)
		for s := ""; s != "<Deferred 1000>"; s = d.String() {
			if s != "" && s != "<Deferred pending>" {
				t.Fatalf("between two callbacks: %s", s)
			}
			runtime.Gosched()
		}
	})
}
