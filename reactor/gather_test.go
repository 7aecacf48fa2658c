package reactor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// unfired returns n Deferreds that wait to be fired.
func unfired(r *Reactor, n int, canceller func(*Deferred[int])) []*Deferred[int] {
	ds := make([]*Deferred[int], n)
	for i := range ds {
		ds[i] = NewDeferredOn(r, canceller)
	}
	return ds
}

// firesOn is a canceller that gives a value.
func firesOn(v int) func(*Deferred[int]) { return func(d *Deferred[int]) { d.Callback(v) } }

func wantFirst(t *testing.T, err error, index int, cause error) {
	t.Helper()
	first, ok := errors.AsType[*FirstError](err)
	if !ok || first.Index != index || first.Err != cause {
		t.Errorf("got error %v, want that of #%d: %v", err, index, cause)
	}
	wantErr(t, err, cause)
}

// D15: DeferredTests.test_gatherResults; of nothing.
func TestGather(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		ds := unfired(r, 3, nil)
		d := Gather(ds...)
		for _, i := range []int{2, 0, 1} {
			equal(t, "fired", d.core.fired(), false)
			ds[i].Callback(i)
			synctest.Wait()
		}
		v, err := outcome(t, d)
		equal(t, "values", v, []int{0, 1, 2})
		wantErr(t, err, nil)
		kept, _ := outcome(t, ds[2])
		equal(t, "value of a member", kept, 2)

		v, err = outcome(t, Gather[int]())
		equal(t, "values", v, []int{})
		wantErr(t, err, nil)
	})
}

// D15: DeferredTests.test_gatherResults, testDeferredListFireOnOneError: the first failure
// wins, at once; the members keep their outcomes.
func TestGatherFails(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		errLater := errors.New("later")
		ds := unfired(r, 3, nil)
		d := GatherOn(r, ds...)
		ds[1].Errback(errTest)
		ds[0].Errback(errLater)
		_, err := outcome(t, d)
		wantFirst(t, err, 1, errTest)
		equal(t, "text", err.Error(), "reactor: Deferred #1: test")
		equal(t, "the other canceled", ds[2].core.fired(), false)
		_, err = outcome(t, ds[1])
		equal(t, "error of the first", err, errTest)
		_, err = outcome(t, ds[0])
		equal(t, "error of the later one", err, errLater)
	})
}

// D15: DeferredTests.test_cancelGatherResults.
func TestGatherCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		ds := unfired(r, 2, nil)
		d := GatherOn(r, ds...)
		d.Cancel()
		d.Cancel()
		_, err := outcome(t, d)
		wantFirst(t, err, 0, ErrCanceled)
		for _, d := range ds {
			_, err := outcome(t, d)
			equal(t, "error", err, ErrCanceled)
		}
	})
}

// D15: DeferredTests.test_cancelGatherResultsWithAllDeferredsCallback; a second cancel
// does not get in the way.
func TestGatherCancelIgnored(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := GatherOn(r, unfired(r, 2, firesOn(7))...)
		d.Cancel()
		d.Cancel()
		v, err := outcome(t, d)
		equal(t, "values", v, []int{7, 7})
		wantErr(t, err, nil)
	})
}

// A timeout reaches the members, and is the error.
func TestGatherTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		ds := unfired(r, 2, nil)
		d := GatherOn(r, ds...).AddTimeout(1)
		pass(1)
		_, err := outcome(t, d)
		wantErr(t, err, ErrTimeout)
		equal(t, "canceled", ds[1].core.fired(), true)
	})
}

func wantOutcomes(t *testing.T, got []Outcome[int], want ...Outcome[int]) {
	t.Helper()
	equal(t, "outcomes", got, want)
}

// D16: DeferredTests.testDeferredList, testDeferredListWithAlreadyFiredDeferreds,
// testDeferredListDontConsumeErrors.
func TestDeferredList(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		ds := append(unfired(r, 2, nil), Succeed(3))
		d := DeferredList(ListOptions{}, ds...)
		ds[1].Errback(errTest)
		ds[0].Callback(1)
		v, err := outcome(t, d)
		wantOutcomes(t, v, Outcome[int]{0, 1, nil}, Outcome[int]{1, 0, errTest}, Outcome[int]{2, 3, nil})
		wantErr(t, err, nil)
		_, err = outcome(t, ds[1])
		equal(t, "error of the one that failed", err, errTest)
	})
}

// D16: DeferredTests.testDeferredListConsumeErrors, test_gatherResultsWithConsumeErrors.
func TestDeferredListConsumeErrors(t *testing.T) {
	for _, opts := range []ListOptions{
		{ConsumeErrors: true},
		{ConsumeErrors: true, FireOnOneError: true},
	} {
		bubble(t, func(t *testing.T, r *Reactor) {
			ds := unfired(r, 1, nil)
			d := DeferredListOn(r, opts, ds...)
			ds[0].AddErrback(func(err error) (int, error) { t.Error("an errback was called"); return 0, err })
			ds[0].Errback(errTest)
			v, err := outcome(t, d)
			if opts.FireOnOneError {
				wantFirst(t, err, 0, errTest)
			} else {
				wantOutcomes(t, v, Outcome[int]{0, 0, errTest})
			}
			_, err = outcome(t, ds[0])
			wantErr(t, err, nil)
		})
	}
}

// D16: DeferredTests.testEmptyDeferredList, DeferredListEmptyTests.testDeferredListEmpty;
// unlike in Twisted a list of nothing fires whatever the options.
func TestDeferredListEmpty(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for _, opts := range []ListOptions{{}, {FireOnOneValue: true}} {
			v, err := outcome(t, DeferredListOn[int](r, opts))
			equal(t, "outcomes", v, []Outcome[int]{})
			wantErr(t, err, nil)
		}
	})
}

// D16: DeferredTests.testDeferredListFireOnOneError,
// testDeferredListFireOnOneErrorWithAlreadyFiredDeferreds,
// test_cancelFiredOnOneErrbackDeferredList.
func TestDeferredListFireOnOneError(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		ds := append(unfired(r, 2, nil), FailOn[int](r, errTest))
		d := DeferredListOn(r, ListOptions{FireOnOneError: true}, ds...)
		_, err := outcome(t, d)
		wantFirst(t, err, 2, errTest)
		d.Cancel()
		synctest.Wait()
		equal(t, "canceled", ds[0].core.fired(), false)

		d = DeferredListOn(r, ListOptions{FireOnOneError: true}, SucceedOn(r, 1))
		v, err := outcome(t, d)
		wantOutcomes(t, v, Outcome[int]{0, 1, nil})
		wantErr(t, err, nil)
	})
}

// D16: fireOnOneCallback, as in
// DeferredTests.test_cancelFiredOnOneCallbackDeferredList.
func TestDeferredListFireOnOneValue(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		ds := unfired(r, 3, nil)
		d := DeferredListOn(r, ListOptions{FireOnOneValue: true}, ds...)
		ds[0].Errback(errTest)
		ds[1].Callback(1)
		v, err := outcome(t, d)
		wantOutcomes(t, v, Outcome[int]{1, 1, nil})
		wantErr(t, err, nil)
		d.Cancel()
		synctest.Wait()
		equal(t, "canceled", ds[2].core.fired(), false)

		d = DeferredListOn(r, ListOptions{FireOnOneValue: true}, FailOn[int](r, errTest))
		v, _ = outcome(t, d)
		wantOutcomes(t, v, Outcome[int]{0, 0, errTest})
	})
}

// D16: DeferredTests.test_cancelDeferredList, test_cancelDeferredListCallback,
// test_cancelDeferredListWithFireOnOneCallback, …AndDeferredCallback,
// test_cancelDeferredListWithFireOnOneErrback, …AllDeferredsCallback,
// test_cancelDeferredListWithOriginalDeferreds, test_cancelDeferredListWithException.
func TestDeferredListCancel(t *testing.T) {
	canceled := func(i int) Outcome[int] { return Outcome[int]{i, 0, ErrCanceled} }
	value := func(i int) Outcome[int] { return Outcome[int]{i, 7, nil} }
	panics := func(*Deferred[int]) { panic(errTest) }
	for _, c := range []struct {
		opts       ListOptions
		cancellers [2]func(*Deferred[int])
		want       []Outcome[int] // nil: a FirstError of #0
	}{
		{want: []Outcome[int]{canceled(0), canceled(1)}},
		{cancellers: [2]func(*Deferred[int]){firesOn(7)}, want: []Outcome[int]{value(0), canceled(1)}},
		{opts: ListOptions{FireOnOneValue: true}, want: []Outcome[int]{canceled(0), canceled(1)}},
		{
			opts:       ListOptions{FireOnOneValue: true},
			cancellers: [2]func(*Deferred[int]){firesOn(7)},
			want:       []Outcome[int]{value(0)},
		},
		{opts: ListOptions{FireOnOneError: true}},
		{
			opts:       ListOptions{FireOnOneError: true},
			cancellers: [2]func(*Deferred[int]){firesOn(7), firesOn(7)},
			want:       []Outcome[int]{value(0), value(1)},
		},
		{cancellers: [2]func(*Deferred[int]){panics}},
	} {
		bubble(t, func(t *testing.T, r *Reactor) {
			ds := []*Deferred[int]{NewDeferredOn(r, c.cancellers[0]), NewDeferredOn(r, c.cancellers[1]), nil}
			d := DeferredListOn(r, c.opts, ds[:2]...)
			clear(ds[:2]) // the list has its own
			d.Cancel()
			v, err := outcome(t, d)
			switch {
			case c.opts.FireOnOneError && c.want == nil:
				wantFirst(t, err, 0, ErrCanceled)
			case c.want == nil:
				wantErr(t, v[0].Err, errTest)
				equal(t, "error", v[1].Err, ErrCanceled)
			default:
				wantOutcomes(t, v, c.want...)
				wantErr(t, err, nil)
			}
		})
	}
}

// RaceTests.test_success of Twisted 22.10: the others are canceled; and
// test_resultFromCancel: also if they make a value of that.
func TestFirst(t *testing.T) {
	for _, canceller := range []func(*Deferred[int]){nil, firesOn(7)} {
		bubble(t, func(t *testing.T, r *Reactor) {
			defer Use(r)()
			ds := unfired(r, 3, canceller)
			d := First(append(ds, FailOn[int](r, errTest))...)
			synctest.Wait()
			equal(t, "fired", d.core.fired(), false)
			ds[1].Callback(1)
			v, err := outcome(t, d)
			equal(t, "first", v, Outcome[int]{1, 1, nil})
			wantErr(t, err, nil)
			equal(t, "canceled", []bool{ds[0].core.fired(), ds[2].core.fired()}, []bool{true, true})
		})
	}
}

// RaceTests.test_failure of Twisted 22.10; of nothing.
func TestFirstFails(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		errLater := errors.New("later")
		ds := unfired(r, 2, nil)
		d := FirstOn(r, ds...)
		ds[1].Errback(errTest)
		ds[0].Errback(errLater)
		_, err := outcome(t, d)
		wantErr(t, err, errLater)
		wantErr(t, err, errTest)
		equal(t, "text", err.Error(), "later\ntest")

		if _, err = outcome(t, FirstOn[int](r)); err == nil {
			t.Error("First of nothing has a value")
		}
	})
}

// RaceTests.test_cancel and test_resultAfterCancel of Twisted 22.10.
func TestFirstCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		ds := unfired(r, 2, nil)
		d := FirstOn(r, ds...)
		d.Cancel()
		wantErr(t, ds[0].Callback(1), nil) // for nothing
		_, err := outcome(t, d)
		wantErr(t, err, ErrCanceled)
		for _, d := range ds {
			_, err := outcome(t, d)
			equal(t, "error", err, ErrCanceled)
		}
	})
}

// A canceller is called on the reactor of its Deferred.
func TestFirstCancelsElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		other := New()
		other.Start()
		defer other.Stop()
		var loop uint64
		slow := NewDeferredOn(other, func(*Deferred[int]) { loop = goroutineID() })
		d := FirstOn(r, slow, SucceedOn(r, 1))
		synctest.Wait()
		equal(t, "canceller on its loop", loop, other.loopID)
		v, _ := outcome(t, d)
		equal(t, "first", v, Outcome[int]{1, 1, nil})
	})
}

// D15, under -race: members of several reactors, fired and failed from anywhere. Gather has
// all values or some failure.
func TestConcurrentGather(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		other := New()
		other.Start()
		defer other.Stop()
		for i := range 200 {
			var ds []*Deferred[int]
			for j := range 4 {
				ds = append(ds, NewDeferredOn[int]([]*Reactor{r, other}[j%2], nil))
			}
			d, first := GatherOn(r, ds...), FirstOn(other, ds...)
			var wg sync.WaitGroup
			for j, d := range ds {
				wg.Go(func() {
					if i%2 == 0 && j > 1 {
						d.Errback(errTest)
					} else {
						d.Callback(j)
					}
				})
			}
			wg.Wait()
			synctest.Wait()
			v, err := outcome(t, d)
			_, firstErr := outcome(t, first)
			wantErr(t, firstErr, nil)
			if err == nil {
				equal(t, "values", v, []int{0, 1, 2, 3})
			} else if !errors.Is(err, errTest) && !errors.Is(err, ErrCanceled) {
				t.Error(err) // First cancels
			}
		}
	})
}

// D15, D16: whatever fires in whatever order, each form has the outcome that the order says.
func TestPropertyGather(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		noDeadline := struct{ rapid.TB }{t}
		rapid.Check(noDeadline, func(t *rapid.T) {
			fails := rapid.SliceOfN(rapid.Bool(), 1, 6).Draw(t, "fails")
			order := make([]int, len(fails))
			for i := range order {
				order[i] = i
			}
			order = rapid.Permutation(order).Draw(t, "order")
			ds := unfired(r, len(fails), nil)
			gathered, list, first := GatherOn(r, ds...), DeferredListOn(r, ListOptions{}, ds...), FirstOn(r, ds...)
			on(r, func() { // else First could cancel in between
				for _, i := range order {
					if fails[i] {
						ds[i].Errback(fmt.Errorf("%d: %w", i, errTest))
					} else {
						ds[i].Callback(i)
					}
				}
			})
			firstWhere := func(failed bool) int {
				i := slices.IndexFunc(order, func(i int) bool { return fails[i] == failed })
				if i < 0 {
					return i
				}
				return order[i]
			}
			e, _ := errors.AsType[*FirstError](gathered.core.err)
			if i := firstWhere(true); (e == nil) != (i < 0) || e != nil && e.Index != i {
				t.Fatalf("gathered %v %v, want the failure of %d", gathered.slot.Value, gathered.core.err, i)
			}
			if i := firstWhere(false); (first.core.err != nil) != (i < 0) || i >= 0 && first.slot.Value.Index != i {
				t.Fatalf("first %v %v, want %d", first.slot.Value, first.core.err, i)
			}
			for i, o := range list.slot.Value {
				if o.Index != i || (o.Err != nil) != fails[i] {
					t.Fatalf("list %v", list.slot.Value)
				}
			}
		})
	})
}

// D15, E11: which failures are handled by being gathered. What is not remains to be handled
// in its own Deferred.
func TestGatherHandles(t *testing.T) {
	for _, c := range []struct {
		name   string
		gather func(ds ...*Deferred[int])
		want   []string // reported
	}{
		{"Gather", func(ds ...*Deferred[int]) { recovered(Gather(ds...)) }, []string{"b"}},
		{"DeferredList", func(ds ...*Deferred[int]) { DeferredList(ListOptions{}, ds...) }, nil},
		{
			"FireOnOneError",
			func(ds ...*Deferred[int]) {
				recovered(DeferredList(ListOptions{FireOnOneError: true}, ds...))
			},
			[]string{"b"},
		},
		{
			"FireOnOneError, ConsumeErrors",
			func(ds ...*Deferred[int]) {
				recovered(DeferredList(ListOptions{FireOnOneError: true, ConsumeErrors: true}, ds...))
			},
			nil,
		},
		{"First", func(ds ...*Deferred[int]) { First(ds...) }, nil},
		{"First, no value", func(ds ...*Deferred[int]) { First(ds[:2]...) }, []string{"a", "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var reported []string
			bubble(t, func(t *testing.T, r *Reactor) {
				defer Use(r)()
				ds := unfired(r, 3, nil)
				c.gather(ds...)
				ds[0].Errback(errors.New("a"))
				ds[1].Errback(errors.New("b"))
				ds[2].Callback(3)
				synctest.Wait()
				r.mu.Lock()
				defer r.mu.Unlock()
				for u := range r.unhandled {
					reported = append(reported, strings.Split(u.err.Error(), "\n")...)
				}
			})
			slices.Sort(reported)
			equal(t, "unhandled", reported, c.want)
		})
	}
}

func recovered[T any](d *Deferred[T]) {
	d.AddErrback(func(error) (v T, _ error) { return v, nil })
}

// E11: what has only passed a timeout, a context or a Finally is still to be handled.
func TestPassingIsNotHandling(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := FailOn[int](r, errTest)
		d.AddTimeout(1).AddContext(t.Context()).Finally(func() error { return nil })
		synctest.Wait()
		equal(t, "unhandled", len(r.unhandled), 1)
		d.AddErrback(func(error) (int, error) { return 0, nil })
		synctest.Wait()
		equal(t, "unhandled", len(r.unhandled), 0)
	})
}

// D8: circles through what waits for several. A cancel of such a circle ends.
func TestCircularGather(t *testing.T) {
	collects := map[string]func(*Reactor, ...*Deferred[int]) *Deferred[int]{
		"Gather": func(r *Reactor, ds ...*Deferred[int]) *Deferred[int] {
			return Then(GatherOn(r, ds...), func(v []int) (int, error) { return v[0], nil })
		},
		"DeferredList": func(r *Reactor, ds ...*Deferred[int]) *Deferred[int] {
			return Then(DeferredListOn(r, ListOptions{}, ds...), func([]Outcome[int]) (int, error) { return 0, nil })
		},
		"First": func(r *Reactor, ds ...*Deferred[int]) *Deferred[int] {
			return Then(FirstOn(r, ds...), func(o Outcome[int]) (int, error) { return o.Value, nil })
		},
	}
	for name, collect := range collects {
		bubble(t, func(t *testing.T, r *Reactor) {
			never, later := NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil)
			start := NewDeferredOn[int](r, nil)
			var x, y, z *Deferred[int]
			x = ThenDeferred(start, func(int) (*Deferred[int], error) { return collect(r, never, collect(r, x)), nil })
			// Two that wait for each other, over two turns; and by Chain.
			y = ThenDeferred(later, func(int) (*Deferred[int], error) { return z, nil })
			z = ThenDeferred(start, func(int) (*Deferred[int], error) { return collect(r, never, y), nil })
			last := NewDeferredOn[int](r, nil)
			collect(r, never, last, never).Chain(last)
			start.Callback(1)
			synctest.Wait()
			later.Callback(1)
			for _, d := range []*Deferred[int]{x, y, last} {
				_, err := outcome(t, d)
				wantErr(t, err, ErrCircular)
			}
			never.Cancel()
			if t.Failed() {
				t.Log(name)
			}
		})
	}
}

// A canceller that cancels what waits for its Deferred.
func TestGatherCancelInCanceller(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var all *Deferred[[]int]
		calls := 0
		ds := unfired(r, 2, func(*Deferred[int]) { calls++; all.Cancel() })
		all = GatherOn(r, ds...)
		all.Cancel()
		_, err := outcome(t, all)
		wantFirst(t, err, 0, ErrCanceled)
		equal(t, "calls", calls, 2)
	})
}
