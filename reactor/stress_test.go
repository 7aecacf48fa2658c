package reactor

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Invariants 1, 3 and 5, D6, under -race: whatever goroutines do to one Deferred, it is fired
// once, and each callback runs once, in the order of the goroutine that added it.
func TestConcurrentDeferred(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const goroutines, callbacks = 4, 50
		for range 50 {
			d := NewDeferredOn[int](r, nil)
			var fired, derived [goroutines]int
			var next [goroutines]int // the loop's
			var wg sync.WaitGroup
			for g := range goroutines {
				wg.Go(func() {
					for i := range callbacks {
						switch {
						case i == callbacks/2 && g == 0:
							d.Cancel()
						case i == callbacks/2:
							if d.Callback(g) == nil {
								fired[g] = 1
							}
						case i%5 == g:
							d.Pause()
							defer d.Unpause()
						}
						d.AddBoth(func(v int, err error) (int, error) {
							if next[g] != i {
								t.Errorf("goroutine %d: callback %d ran after %d", g, i, next[g])
							}
							next[g]++
							return v, err
						})
						Then(d, func(v int) (int, error) { return v, nil }).AddBoth(func(v int, err error) (int, error) {
							derived[g]++
							return v, err
						})
					}
				})
			}
			wg.Wait()
			synctest.Wait()
			sum := 0
			for g := range goroutines {
				equal(t, "callbacks", next[g], callbacks)
				equal(t, "derived", derived[g], callbacks)
				sum += fired[g]
			}
			equal(t, "fired, or forgiven after Cancel", sum, 1)
		}
	})
}

// E5, E10, invariant 5, under -race: whoever waits, in whatever way, when the reactor stops is released,
// and everyone sees the same result.
func TestConcurrentStop(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			r := New()
			r.Start()
			var wg sync.WaitGroup
			for i := range 20 {
				var e *EventualResult[int]
				if i%2 == 0 {
					e = RunInReactorOn(r, answer)
				} else {
					e, _ = pending(r, nil)
				}
				var errs [3]error
				var waiters sync.WaitGroup
				waiters.Go(func() { _, errs[0] = e.Wait(time.Hour) })
				waiters.Go(func() { <-e.Done(); _, errs[1] = e.Wait(0) })
				waiters.Go(func() { _, errs[2] = e.WaitContext(t.Context()) })
				wg.Go(func() {
					waiters.Wait()
					equal(t, "errors", errs, [3]error{errs[0], errs[0], errs[0]})
				})
			}
			go r.Stop()
			<-r.Stopped()
			begin := time.Now()
			wg.Wait()
			equal(t, "waited", time.Since(begin), 0)
		})
	}
}

// E9, E10, invariant 7, under -race: what 64 goroutines ask for while the reactor stops is
// accounted for. Of the calls that were accepted, a prefix ran in order, and Stop dropped the
// rest; what was refused did not run; every result is a value, from a body that ran after the
// calls before it, or ErrReactorStopped for good, after which nothing is accepted.
func TestCallsDuringStop(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			const goroutines, untilStop = 64, 50
			r := New()
			r.Start()
			var ran [goroutines]int // the loop's
			var wg sync.WaitGroup
			for g := range goroutines {
				wg.Go(func() {
					accepted, before, stopped := 0, 0, false
					for i := 0; ; i++ {
						began := false
						e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
							began = true
							return Await(co, SucceedOn(r, g))
						})
						err := r.Call(func() {
							if ran[g] != i {
								t.Errorf("goroutine %d: call %d ran after %d", g, i, ran[g])
							}
							ran[g]++
						})
						if err == nil {
							if accepted++; stopped {
								t.Error("a call was accepted after Stop")
								return
							}
						}
						if g == 0 && i == untilStop {
							go r.Stop()
						}
						v, waitErr := e.Wait(time.Hour)
						switch {
						case waitErr == nil:
							equal(t, "value", v, g)
							equal(t, "began", began, true)
							equal(t, "a value after a stopped result", stopped, false)
							before = i // calls, which were queued before
						case g == 0 && i < untilStop:
							t.Errorf("got error %v before Stop", waitErr)
						default:
							equal(t, "error", waitErr, ErrReactorStopped)
							stopped = true
						}
						if err == nil {
							continue
						}
						equal(t, "error", err, ErrReactorStopped)
						<-r.Stopped()
						if ran[g] < before || ran[g] > accepted {
							t.Errorf("goroutine %d: %d calls ran; %d were accepted, %d before a result", g, ran[g], accepted, before)
						}
						_, again := e.Wait(0)
						equal(t, "the result at last", again, waitErr)
						return
					}
				})
			}
			wg.Wait()
		})
	}
}

// E3, E5, E10, D23, invariants 4, 6 and 8, under -race: coroutines of two reactors that await
// each other, are canceled, panic and exit while their reactors stop. Every body that began
// ends, every result is there, and no goroutine is left.
func TestConcurrentCoroutines(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			discard := slog.New(slog.DiscardHandler)
			reactors := []*Reactor{New(), New()}
			for _, r := range reactors {
				r.SetLogger(discard)
				r.Start()
			}
			var began, ended atomic.Int64
			var wg sync.WaitGroup
			for g := range uint64(8) {
				rnd := rand.New(rand.NewPCG(seed, g))
				wg.Go(func() {
					var results []*EventualResult[int]
					for range 50 {
						r, other := reactors[rnd.IntN(2)], reactors[rnd.IntN(2)]
						d := NewDeferredOn[int](other, nil)
						var before *EventualResult[int]
						if len(results) > 0 {
							before = results[rnd.IntN(len(results))]
						}
						act := rnd.IntN(5)
						e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
							began.Add(1)
							defer ended.Add(1)
							ctx := co.Context()
							Await(co, d)
							switch act {
							case 0:
								panic("boom")
							case 1:
								runtime.Goexit()
							case 2:
								if before != nil {
									return Await(co, before)
								}
							case 3:
								MustAwait(co, NewDeferredOn[int](other, nil))
							}
							return 1, ctx.Err()
						})
						results = append(results, e)
						if rnd.IntN(3) > 0 {
							go d.Callback(1)
						}
						if rnd.IntN(3) == 0 {
							go results[rnd.IntN(len(results))].Cancel()
						}
						time.Sleep(time.Duration(rnd.IntN(3)))
					}
					for _, e := range results {
						if _, err := e.Wait(time.Hour); errors.Is(err, ErrTimeout) {
							t.Error("a result has not come")
						}
					}
				})
			}
			for i, r := range reactors {
				time.AfterFunc(time.Duration(30+60*i), r.Stop)
			}
			wg.Wait()
			for _, r := range reactors {
				<-r.Stopped()
			}
			equal(t, "bodies ended", ended.Load(), began.Load())
		})
	}
}
