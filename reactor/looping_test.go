package reactor

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ticks notes when calls happen, in units of 100 ms.
type ticks struct {
	begin time.Time
	at    []float64
	count []int
}

func newTicks() *ticks { return &ticks{begin: time.Now()} }

const tick = 100 * time.Millisecond

func (l *ticks) note() { l.at = append(l.at, float64(time.Since(l.begin))/float64(tick)) }

func (l *ticks) call(count int) error {
	l.note()
	l.count = append(l.count, count)
	return nil
}

// D19: LoopTests.testBasicFunction, testDelayedStart.
func TestLoopingCall(t *testing.T) {
	for now, want := range map[bool][]float64{true: {0, 1, 2}, false: {1, 2}} {
		bubble(t, func(t *testing.T, r *Reactor) {
			defer Use(r)()
			l := newTicks()
			c := NewLoopingCall(func() error { l.note(); return nil })
			equal(t, "running", c.Running(), false)
			d := c.Start(tick, now)
			equal(t, "running", c.Running(), true)
			pass(2*tick + tick/2)
			wantErr(t, c.Stop(), nil)
			equal(t, "running", c.Running(), false)
			equal(t, "timers", len(r.timers), 0)
			_, err := outcome(t, d)
			wantErr(t, err, nil)
			equal(t, "ticks", l.at, want)
		})
	}
}

// D19: LoopTests.test_callbackTimeSkips: intervals that pass during a call are skipped.
func TestLoopingCallTimeSkips(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		l := newTicks()
		busy := []time.Duration{20, 10, 0}
		c := NewLoopingCallOn(r, func() error {
			l.note()
			time.Sleep(busy[0] * tick)
			busy = busy[1:]
			return nil
		})
		c.Start(5*tick, true)
		pass(40 * tick)
		c.Stop()
		synctest.Wait()
		equal(t, "ticks", l.at, []float64{0, 25, 40})
	})
}

// D19: LoopTests.test_reactorTimeSkips, test_reactorTimeCountSkips,
// test_countLengthyIntervalCounts: intervals that pass while the reactor is busy.
func TestLoopingCallReactorBusy(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		l := newTicks()
		c := NewLoopingCallWithCount(l.call)
		block := func(from, to time.Duration) {
			r.CallLater(from*tick, func() { time.Sleep((to - from) * tick) })
		}
		block(14, 27) // and 27.5 intervals of 10 are 2.75
		block(34, 65)
		c.Start(10*tick, true)
		pass(80 * tick)
		c.Stop()
		synctest.Wait()
		equal(t, "ticks", l.at, []float64{0, 10, 27, 30, 65, 70, 80})
		equal(t, "counts", l.count, []int{1, 1, 1, 1, 3, 1, 1})
	})
}

// D19: LoopTests.test_withCountFloatingPointBoundary, which Go's integral times make plain.
func TestLoopingCallCountsAll(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		sum, calls := 0, 0
		c := NewLoopingCallWithCountOn(r, func(count int) error { calls++; sum += count; return nil })
		c.Start(time.Second/3, false)
		pass(10*time.Second + 10)
		c.Stop()
		synctest.Wait()
		equal(t, "calls and counts", [2]int{calls, sum}, [2]int{30, 30})
	})
}

// D19: LoopTests.test_withCountIntervalZero, test_withCountIntervalZeroDelay,
// ReactorLoopTests.testEveryIteration.
func TestLoopingCallIntervalZero(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var counts []int
		wait := NewDeferredOn[int](r, nil)
		var c *LoopingCall
		c = NewLoopingCallDeferredOn(r, func(count int) (*Deferred[int], error) {
			counts = append(counts, count)
			switch len(counts) {
			case 2:
				return wait, nil
			case 5:
				wantErr(t, c.Stop(), nil)
			}
			return nil, nil
		})
		d := c.Start(0, false)
		pass(time.Second)
		equal(t, "counts", counts, []int{1, 1})
		wait.Callback(0)
		_, err := outcome(t, d)
		wantErr(t, err, nil)
		equal(t, "counts", counts, []int{1, 1, 1, 1, 1})
	})
}

// D19: LoopTests.testStopAtOnce, testStoppingBeforeDelayedStart,
// ReactorLoopTests.testStopAtOnceLater; also with a first call at once.
func TestLoopingCallStopAtOnce(t *testing.T) {
	for _, interval := range []time.Duration{0, tick} {
		bubble(t, func(t *testing.T, r *Reactor) {
			c := NewLoopingCallOn(r, func() error { t.Error("f was called"); return nil })
			on(r, func() {
				for _, now := range []bool{false, true} {
					d := c.Start(interval, now)
					wantErr(t, c.Stop(), nil)
					equal(t, "stopped", d.core.fired(), true)
				}
			})
			pass(time.Second)
		})
	}
}

// A Stop between the timer and its call: the call does not happen, and ends the loop.
func TestLoopingCallStopWhenDue(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		c := NewLoopingCallOn(r, func() error { t.Error("f was called"); return nil })
		d := c.Start(tick, false)
		l := c.run
		r.mu.Lock()
		r.timers.pop().finish(called)
		r.mu.Unlock()
		wantErr(t, c.Stop(), nil)
		equal(t, "stopped", d.core.fired(), false)
		on(r, func() { l.run(r) })
		_, err := outcome(t, d)
		wantErr(t, err, nil)
	})
}

// D19: LoopTests.testBadDelay; Stop, Reset and Start at the wrong time.
func TestLoopingCallMisuse(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		c := NewLoopingCallOn(r, func() error { return nil })
		wantPanic(t, func() { c.Start(-1, true) })
		wantErr(t, c.Stop(), ErrNotRunning)
		wantErr(t, c.Reset(), ErrNotRunning)
		c.Start(tick, true)
		_, err := outcome(t, c.Start(tick, true))
		wantErr(t, err, ErrRunning)
		equal(t, "timers", len(r.timers), 1)
		wantErr(t, c.Stop(), nil)
		wantErr(t, c.Stop(), ErrNotRunning)
	})
}

// D19: LoopTests.test_reset.
func TestLoopingCallReset(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		l := newTicks()
		c := NewLoopingCallWithCountOn(r, l.call)
		c.Start(10*tick, true)
		pass(15 * tick)
		wantErr(t, c.Reset(), nil)
		pass(25 * tick)
		c.Stop()
		synctest.Wait()
		equal(t, "ticks", l.at, []float64{0, 10, 25, 35})
		equal(t, "counts", l.count, []int{1, 1, 1, 1})
	})
}

// D19: ReactorLoopTests.testFailure, testFailAndStop; a panic and runtime.Goexit.
func TestLoopingCallFails(t *testing.T) {
	out := logged(t)
	for _, test := range []struct {
		want error
		f    func(c *LoopingCall) error
	}{
		{errTest, func(*LoopingCall) error { return errTest }},
		{errTest, func(*LoopingCall) error { panic(errTest) }},
		{errTest, func(c *LoopingCall) error { c.Stop(); return errTest }},
		{errTest, func(c *LoopingCall) error { c.Stop(); panic(errTest) }},
		{ErrGoexit, func(*LoopingCall) error { runtime.Goexit(); return nil }},
	} {
		bubble(t, func(t *testing.T, r *Reactor) {
			var c *LoopingCall
			c = NewLoopingCallOn(r, func() error { return test.f(c) })
			d := c.Start(tick, true)
			synctest.Wait()
			_, err := outcome(t, d)
			wantErr(t, err, test.want)
			equal(t, "running", c.Running(), false)
			equal(t, "timers", len(r.timers), 0)
		})
	}
	if strings.Contains(out.String(), "a call failed") {
		t.Error("an outcome was logged as well")
	}
}

// D19: ReactorLoopTests.testWaitDeferred, test_deferredWithCount.
func TestLoopingCallWaits(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		l := newTicks()
		c := NewLoopingCallDeferred(func(count int) (*Deferred[struct{}], error) {
			l.call(count)
			if len(l.at) == 1 {
				return SleepOn(r, 5*tick), nil
			}
			return nil, nil
		})
		d := c.Start(2*tick, false)
		pass(5 * tick)
		wantErr(t, c.Reset(), nil) // nothing while it waits
		pass(5 * tick)
		wantErr(t, c.Stop(), nil)
		_, err := outcome(t, d)
		wantErr(t, err, nil)
		equal(t, "ticks", l.at, []float64{2, 8, 10})
		equal(t, "counts", l.count, []int{1, 3, 1})
	})
}

// A Stop cancels what is waited for, on the reactor, and the end is no failure if the call leaves
// it at that.
func TestLoopingCallStopCancels(t *testing.T) {
	for name, c := range map[string]struct {
		canceller func(d *Deferred[int])
		want      error
	}{
		"canceled": {canceller: nil},
		"value":    {canceller: func(d *Deferred[int]) { d.Callback(1) }},
		"failure":  {canceller: func(d *Deferred[int]) { d.Errback(errTest) }, want: errTest},
		"panic":    {canceller: func(d *Deferred[int]) { panic(ErrCanceled) }, want: ErrCanceled},
		"another error beside it": {canceller: func(d *Deferred[int]) { d.Errback(errors.Join(ErrCanceled, errTest)) },
			want: errTest},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				wait := NewDeferredOn(r, c.canceller)
				loop := NewLoopingCallDeferredOn(r, func(int) (*Deferred[int], error) { return wait, nil })
				d := loop.Start(tick, true)
				synctest.Wait()
				wantErr(t, loop.Stop(), nil)
				synctest.Wait()
				equal(t, "canceled", wait.core.fired(), true)
				_, err := outcome(t, d)
				wantErr(t, err, c.want)
				equal(t, "watchers", len(r.watching), 0)
			})
		})
	}
}

// So does one that comes while the function runs, with what that returns then, unless it comes from
// the function itself.
func TestLoopingCallStopDuringCall(t *testing.T) {
	for name, own := range map[string]bool{"from elsewhere": false, "from the function": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				var c *LoopingCall
				wait := after[int](r, time.Minute, 1)
				c = NewLoopingCallDeferredOn(r, func(int) (*Deferred[int], error) {
					if own {
						wantErr(t, c.Stop(), nil)
					}
					time.Sleep(time.Second)
					return wait, nil
				})
				d := c.Start(tick, true)
				synctest.Wait()
				if !own {
					wantErr(t, c.Stop(), nil)
				}
				pass(2 * time.Second)
				equal(t, "stopped", d.core.fired(), !own)
				pass(time.Minute)
				_, err := outcome(t, d)
				wantErr(t, err, nil)
			})
		})
	}
}

// A Stop by a callback of what is waited for does not take that callback's result.
func TestLoopingCallStopInCallback(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var c *LoopingCall
		c = NewLoopingCallDeferredOn(r, func(int) (*Deferred[string], error) {
			return Then(after[int](r, time.Second, 1), func(int) (string, error) {
				c.Stop()
				return "", errTest
			}), nil
		})
		d := c.Start(tick, true)
		pass(time.Minute)
		_, err := outcome(t, d)
		wantErr(t, err, errTest)
	})
}

// A call that outlives its Stop has its own end, and the next Start need not wait for it.
func TestLoopingCallStopWhileWaiting(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		c := NewLoopingCallDeferredOn(r, func(int) (*Deferred[int], error) {
			d := NewDeferredOn[int](r, nil).AddErrback(func(error) (int, error) { return 0, errTest })
			d.Pause() // so that it is canceled, but has not come to its end
			r.CallLater(time.Minute, d.Unpause)
			return d, nil
		})
		first := c.Start(tick, true)
		synctest.Wait()
		wantErr(t, c.Stop(), nil)
		second := c.Start(tick, true)
		synctest.Wait()
		equal(t, "stopped", first.core.fired(), false)
		pass(time.Minute)
		_, err := outcome(t, first)
		wantErr(t, err, errTest)
		equal(t, "running", c.Running(), true)
		equal(t, "stopped", second.core.fired(), false)
	})
}

// D19: ReactorLoopTests.testFailurePropagation.
func TestLoopingCallDeferredFails(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		c := NewLoopingCallDeferredOn(r, func(int) (*Deferred[int], error) {
			return DeferLaterOn(r, 3*tick, func() (int, error) { return 0, errTest }), nil
		})
		d := c.Start(10*tick, true)
		pass(3 * tick)
		_, err := outcome(t, d)
		wantErr(t, err, errTest)
		equal(t, "timers", len(r.timers), 0)
	})
}

// A cancel of the Deferred stops the loop, whether a call runs or not.
func TestLoopingCallCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		wait := NewDeferredOn[int](r, nil)
		for _, f := range []func(int) (*Deferred[int], error){
			func(int) (*Deferred[int], error) { return nil, nil },
			func(int) (*Deferred[int], error) { return wait, nil },
		} {
			c := NewLoopingCallDeferredOn(r, f)
			d := c.Start(tick, true)
			synctest.Wait()
			d.Cancel()
			_, err := outcome(t, d)
			wantErr(t, err, ErrCanceled)
			equal(t, "running", c.Running(), false)
			equal(t, "timers", len(r.timers), 0)
		}
		equal(t, "canceled", wait.core.fired(), true)
	})
}

// D19, under -race: each Start that succeeds ends with exactly one Stop or cancel.
func TestConcurrentLoopingCall(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		c := NewLoopingCallOn(r, func() error { return nil })
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range 100 {
					d := c.Start(time.Duration(i%3), i%2 == 0)
					c.Reset()
					if g == 0 {
						d.Cancel()
					} else {
						c.Stop()
					}
					d.AddErrback(func(err error) (struct{}, error) {
						if !errors.Is(err, ErrCanceled) && !errors.Is(err, ErrRunning) {
							t.Error(err)
						}
						return struct{}{}, nil
					})
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		if !c.Running() {
			equal(t, "timers", len(r.timers), 0)
		}
		c.Stop()
	})
}

// E10: the reactor's Stop stops the LoopingCall, whether it waits for its time or for a call,
// or has been stopped during one; it does not start again.
func TestLoopingCallReactorStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		call := func(int) (*Deferred[int], error) { return NewDeferredOn[int](r, nil), nil }
		calls := []*LoopingCall{
			NewLoopingCallOn(r, func() error { return nil }),
			NewLoopingCallDeferredOn(r, call),
			NewLoopingCallDeferredOn(r, call),
		}
		var ds []*Deferred[struct{}]
		for _, c := range calls {
			ds = append(ds, c.Start(tick, true))
		}
		synctest.Wait()
		wantErr(t, calls[2].Stop(), nil)
		r.Stop()
		<-r.Stopped()
		for i, c := range calls {
			equal(t, "running", c.Running(), false)
			wantErr(t, c.Stop(), ErrNotRunning)
			wantErr(t, c.Reset(), ErrNotRunning)
			equal(t, "fired", ds[i].core.fired(), true)
			wantErr(t, ds[i].core.err, ErrReactorStopped)
			wantErr(t, c.Start(tick, true).core.err, ErrReactorStopped)
			equal(t, "running", c.Running(), false)
		}
	})
}

// However a LoopingCall ends, its reactor forgets it.
func TestLoopingCallForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var act func() error
		c := NewLoopingCallOn(r, func() error { return act() })
		for _, a := range []func() error{c.Stop, func() error { return errTest }} {
			act = a
			c.Start(tick, true).AddErrback(func(error) (v struct{}, _ error) { return v, nil })
			synctest.Wait()
		}
		c.Start(tick, false)
		c.Stop()
		c.Start(tick, false).Cancel()
		synctest.Wait()
		equal(t, "watchers", len(r.watching), 0)
	})
}

// D19: a Reset before the first call begins the count anew, as LoopingCall.reset does: no
// interval has been missed.
func TestLoopingCallResetBeforeFirstCall(t *testing.T) {
	for _, now := range []bool{true, false} {
		bubble(t, func(t *testing.T, r *Reactor) {
			l := newTicks()
			c := NewLoopingCallWithCountOn(r, l.call)
			r.Call(func() { // the loop is busy, so that the call which is due at once waits too
				c.Start(tick, now)
				for range 3 {
					wantErr(t, c.Reset(), nil)
					time.Sleep(tick * 8 / 10)
				}
				wantErr(t, c.Reset(), nil)
			})
			pass(5 * tick)
			wantErr(t, c.Stop(), nil)
			equal(t, "intervals", l.count[:2], []int{1, 1})
		})
	}
}
