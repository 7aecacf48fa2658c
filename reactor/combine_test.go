package reactor

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func itoa(v int) (string, error) { return strconv.Itoa(v), nil }

// D7: Then changes the type, leaves the outcome in place, and passes an error on.
func TestThen(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		a, b := Then(d, itoa), Then(d, itoa)
		d.AddCallback(increment)
		c := Then(d, itoa)
		d.Callback(1)
		for i, x := range []*Deferred[string]{a, b, c} {
			v, err := outcome(t, x)
			equal(t, fmt.Sprint("value ", i), v, []string{"1", "1", "2"}[i])
			wantErr(t, err, nil)
		}

		f := FailOn[int](r, errTest)
		called := func(int) (string, error) { t.Error("Then was called for an error"); return "", nil }
		_, err := outcome(t, Then(f, called))
		wantErr(t, err, errTest)
		_, err = outcome(t, Then(f, called))
		wantErr(t, err, errTest)

		_, err = outcome(t, Then(d, func(int) (string, error) { panic("boom") }))
		if _, ok := err.(*PanicError); !ok {
			t.Errorf("a panic in Then gave %v", err)
		}
		v, err := outcome(t, d)
		equal(t, "the source", v, 2)
		wantErr(t, err, nil)
	})
}

// D7, D10, D15, invariant 2: what waits for a Deferred goes on in its turn, and before
// anything that was queued behind; but not a body that awaits an EventualResult.
func TestSameTurn(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		d := NewDeferredOn[int](r, nil)
		Then(Then(d, increment), increment).AddBoth(l.note("derived"))
		ThenDeferred(d, func(v int) (*Deferred[int], error) { return SucceedOn(r, v*10), nil }).AddBoth(l.note("inner"))
		first := func(vs []int) (int, error) { return vs[0], nil }
		Then(GatherOn(r, d), first).AddBoth(l.note("gathered"))
		e := RunDeferredOn(r, func() (*Deferred[int], error) { return d, nil })
		synctest.Wait() // e is known to d
		RunCoroutineOn(r, func(co *Coroutine) (int, error) { return l.note("body")(Await(co, d)) })
		RunCoroutineOn(r, func(co *Coroutine) (int, error) { return l.note("result's body")(Await(co, e)) })
		synctest.Wait()
		d.AddBoth(l.note("source"))
		d.Chain(NewDeferredOn[int](r, nil).AddBoth(l.note("target")))
		on(r, func() {
			d.Callback(1)
			r.Call(func() { l.note("behind")(0, nil) })
		})
		slices.Sort(l[1:6])
		l.want(t, "source 1", "body 1", "derived 3", "gathered 1", "inner 10", "target 1", "behind 0", "result's body 1")
	})
}

// D7: DeferredTests.test_asynchronousImplicitChain, test_asynchronousImplicitErrorChain,
// test_synchronousImplicitChain, test_synchronousImplicitErrorChain. Unlike Twisted's, the
// inner Deferred keeps its outcome.
func TestThenDeferred(t *testing.T) {
	for _, fireFirst := range []bool{true, false} {
		for _, want := range []error{nil, errTest} {
			bubble(t, func(t *testing.T, r *Reactor) {
				inner := NewDeferredOn[string](r, nil)
				fire := func() {
					if want != nil {
						inner.Errback(want)
					} else {
						inner.Callback("inner")
					}
				}
				if fireFirst {
					fire()
				}
				x := ThenDeferred(SucceedOn(r, 1), func(int) (*Deferred[string], error) { return inner, nil })
				synctest.Wait()
				if !fireFirst {
					fire()
				}
				v, err := outcome(t, x)
				wantErr(t, err, want)
				w, err := outcome(t, inner)
				wantErr(t, err, want)
				equal(t, "inner and outer", v, w)
			})
		}
	}
}

// D7: what f itself gives: an error, a panic, no Deferred.
func TestThenDeferredWithoutInner(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := SucceedOn(r, 1)
		_, err := outcome(t, ThenDeferred(d, func(int) (*Deferred[int], error) { return nil, errTest }))
		wantErr(t, err, errTest)
		v, err := outcome(t, ThenDeferred(d, func(int) (*Deferred[int], error) { return nil, nil }))
		equal(t, "nil Deferred", v, 0)
		wantErr(t, err, nil)
		_, err = outcome(t, ThenDeferred(d, func(int) (*Deferred[int], error) { runtime.Goexit(); return nil, nil }))
		wantErr(t, err, ErrGoexit)
	})
}

// D7: DeferredTests.test_innerCallbacksPreserved and test_callbackOrderPreserved: the
// callbacks of the inner Deferred run before those of the outer.
func TestInnerCallbacksFirst(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		innermost := NewDeferredOn[int](r, nil)
		outer := ThenDeferred(SucceedOn(r, 1), func(v int) (*Deferred[int], error) {
			l.note("outer f")(v, nil)
			d := SucceedOn(r, 2)
			middle := ThenDeferred(d, func(v int) (*Deferred[int], error) {
				l.note("middle f")(v, nil)
				return innermost, nil
			})
			return middle.AddCallback(increment).AddBoth(l.note("middle")), nil
		})
		outer.AddBoth(l.note("outer"))
		synctest.Wait()
		innermost.Callback(10)
		synctest.Wait()
		l.want(t, "outer f 1", "middle f 2", "middle 11", "outer 11")
	})
}

// D7, D11: DeferredTests.test_chainedPausedDeferredWithResult, and
// test_callbackReturnsDeferred of Twisted 23.8: a paused inner Deferred is waited for.
func TestInnerPaused(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		inner := SucceedOn(r, 1)
		inner.Pause()
		ThenDeferred(SucceedOn(r, 0), func(int) (*Deferred[int], error) { return inner, nil }).AddBoth(l.note("outer"))
		synctest.Wait()
		l.want(t)
		inner.Unpause()
		synctest.Wait()
		l.want(t, "outer 1")
	})
}

// D7: an inner Deferred of another reactor.
func TestInnerOfAnotherReactor(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.Start()
		for _, inner := range []*Deferred[int]{SucceedOn(r2, 1), Then(SucceedOn(r2, 0), increment)} {
			v, err := outcome(t, ThenDeferred(SucceedOn(r, 0), func(int) (*Deferred[int], error) { return inner, nil }))
			equal(t, "value", v, 1)
			wantErr(t, err, nil)
			v, err = RunDeferredOn(r, func() (*Deferred[int], error) { return inner, nil }).Wait(time.Second)
			equal(t, "result", v, 1)
			wantErr(t, err, nil)
		}
		r2.Stop()
		<-r2.Stopped()
	})
}

// D7: canceling the derived Deferred cancels the source, then the inner one.
// DeferredCancellerTests.test_cancelNestedDeferred.
func TestCancelDerived(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		canceller := func(name string) func(*Deferred[int]) {
			return func(*Deferred[int]) { l.note(name)(0, nil) }
		}
		source := NewDeferredOn(r, canceller("source"))
		x := Then(Then(source, increment), increment)
		x.Cancel()
		l.want(t, "source 0")
		_, err := outcome(t, x)
		wantErr(t, err, ErrCanceled)

		l = nil
		source = NewDeferredOn(r, canceller("source"))
		inner := NewDeferredOn(r, canceller("inner"))
		x = ThenDeferred(source, func(int) (*Deferred[int], error) { return inner, nil })
		source.Callback(1)
		synctest.Wait()
		Then(x, increment).Cancel()
		l.want(t, "inner 0")
		_, err = outcome(t, x)
		wantErr(t, err, ErrCanceled)
	})
}

// D7: canceled after the source has fired but before f has run: f does not run. Canceled
// while f runs: the inner Deferred is canceled.
func TestCancelDerivedAroundF(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var x *Deferred[int]
		on(r, func() {
			x = Then(SucceedOn(r, 1), func(int) (int, error) { t.Error("f ran after Cancel"); return 0, nil })
			x.Cancel()
		})
		_, err := outcome(t, x)
		wantErr(t, err, ErrCanceled)

		start, inner := NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil)
		x = ThenDeferred(start, func(int) (*Deferred[int], error) {
			x.Cancel()
			return inner, nil
		})
		start.Callback(1)
		_, err = outcome(t, x)
		wantErr(t, err, ErrCanceled)
		_, err = outcome(t, inner)
		wantErr(t, err, ErrCanceled)
	})
}

// D8: DeferredTests.test_circularChainException: a Deferred, or one derived from it,
// returned from its own callback.
func TestCircularThen(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		start := NewDeferredOn[int](r, nil)
		var self, derived *Deferred[int]
		self = ThenDeferred(start, func(int) (*Deferred[int], error) { return self, nil })
		derived = ThenDeferred(start, func(int) (*Deferred[int], error) {
			return Then(Then(derived, increment), increment), nil
		})
		// Two that wait for each other, over two turns.
		var a, b *Deferred[int]
		later := NewDeferredOn[int](r, nil)
		a = ThenDeferred(start, func(int) (*Deferred[int], error) { return b, nil })
		b = ThenDeferred(later, func(int) (*Deferred[int], error) { return a, nil })

		start.Callback(1)
		synctest.Wait()
		later.Callback(1)
		for _, d := range []*Deferred[int]{self, derived, a, b} {
			_, err := outcome(t, d)
			wantErr(t, err, ErrCircular)
		}

		// Waiting twice for the same one is no circle.
		c := NewDeferredOn[int](r, nil)
		get := func(int) (*Deferred[int], error) { return c, nil }
		both := ThenDeferred(ThenDeferred(SucceedOn(r, 0), get), get)
		synctest.Wait()
		c.Callback(3)
		v, err := outcome(t, both)
		equal(t, "value", v, 3)
		wantErr(t, err, nil)
	})
}

// D7, D10: Cancel still finds the source of a derived Deferred that is a target of Chain.
func TestChainToDerived(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		source, other := NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil)
		x := Then(source, increment)
		other.Chain(x)
		x.Cancel()
		_, err := outcome(t, source)
		wantErr(t, err, ErrCanceled)
		other.Callback(1)
		_, err = outcome(t, other)
		wantErr(t, err, ErrAlreadyCalled)
	})
}

// D8: circles through Chain.
func TestCircularChain(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		self := NewDeferredOn[int](r, nil)
		self.Chain(self)
		_, err := outcome(t, self)
		wantErr(t, err, ErrCircular)

		a, b := NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil)
		a.Chain(b)
		b.Chain(a)
		_, err = outcome(t, b)
		wantErr(t, err, ErrCircular)

		// ThenDeferred waits for what is chained to it.
		target := NewDeferredOn[int](r, nil)
		x := ThenDeferred(SucceedOn(r, 1), func(int) (*Deferred[int], error) { return target, nil })
		x.Chain(target)
		_, err = outcome(t, target)
		wantErr(t, err, ErrCircular)
	})
}

// D10: DeferredTests.test_chainDeferredRecordsExplicitChain,
// test_explicitChainClearedWhenResolved.
func TestChain(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		a, b := NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil)
		equal(t, "Chain returns its Deferred", a.Chain(b), a)
		a.AddBoth(l.note("a"))
		b.AddBoth(l.note("b"))
		on(r, func() {
			a.Callback(5)
			r.Call(func() { l.note("behind")(0, nil) })
		})
		l.want(t, "a 0", "b 5", "behind 0")

		l = nil
		c := NewDeferredOn[int](r, nil)
		c.AddBoth(l.note("c"))
		outcome(t, FailOn[int](r, errTest).Chain(c).AddBoth(l.note("failing")))
		l.want(t, "c failed", "failing 0")

		_, err := outcome(t, SucceedOn(r, 1).Chain(SucceedOn(r, 2)))
		wantErr(t, err, ErrAlreadyCalled)

		first := NewDeferredOn(r, func(*Deferred[int]) { t.Error("Cancel went up a Chain") })
		last := NewDeferredOn[int](r, nil)
		first.Chain(last)
		last.Cancel()
		_, err = outcome(t, last)
		wantErr(t, err, ErrCanceled)
		wantErr(t, first.Callback(1), nil)
		_, err = outcome(t, first)
		wantErr(t, err, nil)
	})
}

// D7, D9: DeferredTests.test_boundedStackDepth, for every way to nest 100,000 Deferreds.
func TestBoundedStackDepth(t *testing.T) {
	const n = 100_000
	build := map[string]func(r *Reactor, first *Deferred[int]) *Deferred[int]{
		"Then": func(r *Reactor, d *Deferred[int]) *Deferred[int] {
			for range n {
				d = Then(d, increment)
			}
			return d
		},
		"ThenDeferred, inner fired": func(r *Reactor, d *Deferred[int]) *Deferred[int] {
			for range n {
				d = ThenDeferred(d, func(v int) (*Deferred[int], error) { return SucceedOn(r, v+1), nil })
			}
			return d
		},
		"ThenDeferred, inner pending": func(r *Reactor, d *Deferred[int]) *Deferred[int] {
			for range n {
				d = ThenDeferred(d, func(v int) (*Deferred[int], error) { return Then(SucceedOn(r, v), increment), nil })
			}
			return d
		},
		"ThenDeferred in its own f": func(r *Reactor, d *Deferred[int]) *Deferred[int] {
			var again func(v int) (*Deferred[int], error)
			again = func(v int) (*Deferred[int], error) {
				if v == n {
					return SucceedOn(r, v), nil
				}
				return ThenDeferred(SucceedOn(r, v+1), again), nil
			}
			return ThenDeferred(d, again)
		},
		"Chain": func(r *Reactor, d *Deferred[int]) *Deferred[int] {
			for range n {
				next := NewDeferredOn[int](r, nil)
				d.AddCallback(increment).Chain(next)
				d = next
			}
			return d
		},
	}
	for name, build := range build {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				first := NewDeferredOn[int](r, nil)
				last := build(r, first).AddCallback(flatStack(t))
				first.Callback(0)
				v, err := outcome(t, last)
				equal(t, "value", v, n)
				wantErr(t, err, nil)

				first = NewDeferredOn[int](r, nil)
				last = build(r, first)
				if name != "Chain" {
					last.Cancel()
				} else {
					first.Cancel()
				}
				_, err = outcome(t, last)
				wantErr(t, err, ErrCanceled)
			})
		})
	}
}

// D7: DeferredTests.test_doubleAsynchronousImplicitChaining,
// test_resultOfDeferredResultOfDeferredOfFiredDeferredCalled.
func TestDoubleChaining(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		inner := NewDeferredOn[string](r, nil)
		source2, source3 := NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil)
		second := ThenDeferred(source2, func(int) (*Deferred[string], error) { return inner, nil })
		third := ThenDeferred(source3, func(int) (*Deferred[string], error) { return second, nil })
		source2.Callback(0)
		source3.Callback(0)
		synctest.Wait()
		late := Then(second, func(s string) (int, error) { return len(s), nil }).AddBoth(l.note("late"))
		l.want(t)
		inner.Callback("result")
		v, err := outcome(t, third)
		equal(t, "third", v, "result")
		wantErr(t, err, nil)
		outcome(t, late)
		l.want(t, "late 6")
	})
}

// D7: DeferredTests.test_nestedAsynchronousChainedDeferreds, …WithExtraCallbacks,
// test_continueCallbackNotFirst: an inner Deferred that has callbacks of its own, and fires
// out of order.
func TestNestedChaining(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		inner := NewDeferredOn[int](r, nil)
		outer := ThenDeferred(SucceedOn(r, "outer"), func(string) (*Deferred[int], error) {
			l.note("cb")(0, nil)
			d := ThenDeferred(SucceedOn(r, "inner"), func(string) (*Deferred[int], error) {
				l.note("first")(0, nil)
				return inner.AddCallback(increment), nil
			})
			return d.AddBoth(l.note("second")).AddCallback(increment), nil
		}).AddBoth(l.note("outer"))
		synctest.Wait()
		l.want(t, "cb 0", "first 0")
		inner.Callback(1)
		_, err := outcome(t, outer)
		wantErr(t, err, nil)
		l.want(t, "cb 0", "first 0", "second 2", "outer 3")
	})
}

// D7, D11: DeferredTests.testReturnDeferred, test_pausedDeferredChained: a paused inner
// Deferred is waited for; a paused outer one holds up nothing but itself.
func TestPausedChaining(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		inner := NewDeferredOn[int](r, nil)
		inner.Pause()
		outer := ThenDeferred(SucceedOn(r, 1), func(int) (*Deferred[int], error) { return inner, nil })
		outer.AddBoth(l.note("outer"))
		synctest.Wait()
		inner.Callback(2)
		synctest.Wait()
		l.want(t)
		outer.Pause()
		inner.Unpause()
		inner.AddBoth(l.note("inner"))
		synctest.Wait()
		l.want(t, "inner 2")
		outer.Unpause()
		synctest.Wait()
		l.want(t, "inner 2", "outer 2")
	})
}
