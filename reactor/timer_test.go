package reactor

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// timerLog notes what ran, and when.
type timerLog struct {
	begin time.Time
	ran   []string
}

func newTimerLog() *timerLog { return &timerLog{begin: time.Now()} }

func (l *timerLog) call(name string) func() {
	return func() { l.ran = append(l.ran, name+" "+time.Since(l.begin).String()) }
}

// D21: by time, then by order of scheduling. ClockTests.testCallLater,
// test_callLaterOrdering.
func TestCallLaterOrder(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		l := newTimerLog()
		r.CallLater(2*time.Second, l.call("c"))
		r.CallLater(time.Second, l.call("a"))
		r.CallLater(time.Second, l.call("b"))
		r.CallLater(-time.Second, l.call("at once"))
		r.CallLater(1<<63-1, l.call("never"))
		pass(3 * time.Second)
		equal(t, "ran", l.ran, []string{"at once 0s", "a 1s", "b 1s", "c 2s"})
	})
}

// D21 at a size where the heap has depth, with cancels and resets in between.
func TestCallLaterOrderOfMany(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		rnd := rand.New(rand.NewPCG(1, 2))
		type key struct{ when, seq int }
		var got, want []key
		var calls []*DelayedCall
		schedule := func(seq int) key {
			k := key{1 + rnd.IntN(50), seq}
			calls = append(calls, r.CallLater(time.Duration(k.when)*time.Second, func() { got = append(got, k) }))
			return k
		}
		for i := range 2000 {
			k := schedule(i)
			switch rnd.IntN(4) {
			case 0:
				wantErr(t, calls[i].Cancel(), nil)
			case 1:
				wantErr(t, calls[i].Reset(time.Duration(k.when)*time.Second), nil)
				fallthrough
			default:
				want = append(want, k)
			}
			if j := rnd.IntN(len(calls)); rnd.IntN(3) == 0 && calls[j].Cancel() == nil {
				want = slices.DeleteFunc(want, func(k key) bool { return k.seq == j })
			}
		}
		pass(time.Minute)
		slices.SortFunc(want, func(a, b key) int {
			if a.when != b.when {
				return a.when - b.when
			}
			return a.seq - b.seq
		})
		if !slices.Equal(got, want) {
			t.Errorf("%d calls ran, out of order or not the %d wanted", len(got), len(want))
		}
	})
}

// D20: Cancel twice, and Cancel after the call, are two different errors.
// ClockTests.testCallLaterCancelled.
func TestDelayedCallCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		l := newTimerLog()
		canceled := r.CallLater(time.Second, l.call("canceled"))
		ran := r.CallLater(time.Second, l.call("ran"))
		wantErr(t, canceled.Cancel(), nil)
		wantErr(t, canceled.Cancel(), ErrAlreadyCanceled)
		wantErr(t, canceled.Reset(0), ErrAlreadyCanceled)
		wantErr(t, canceled.Delay(0), ErrAlreadyCanceled)
		equal(t, "active", []bool{canceled.Active(), ran.Active()}, []bool{false, true})
		pass(2 * time.Second)
		wantErr(t, ran.Cancel(), ErrAlreadyCalled)
		wantErr(t, ran.Reset(0), ErrAlreadyCalled)
		wantErr(t, ran.Delay(0), ErrAlreadyCalled)
		equal(t, "active", ran.Active(), false)
		equal(t, "time", ran.Time().Equal(l.begin.Add(time.Second)), true)
		equal(t, "ran", l.ran, []string{"ran 1s"})
	})
}

// D20: a call cannot be canceled by itself, but by one that is due at the same time.
// ClockTests.testAdvanceCancel.
func TestDelayedCallCancelWhileDue(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var self, other *DelayedCall
		on(r, func() {
			self = r.CallLater(time.Second, func() {
				wantErr(t, self.Cancel(), ErrAlreadyCalled)
				wantErr(t, other.Cancel(), nil)
			})
			other = r.CallLater(time.Second, func() { t.Error("a canceled call ran") })
		})
		pass(2 * time.Second)
	})
}

// D20: Reset and Delay. ClockTests.testCallLaterDelayed, testCallLaterResetLater,
// testCallLaterResetSooner.
func TestDelayedCallMove(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		l := newTimerLog()
		delayed := r.CallLater(time.Second, l.call("delayed"))
		later := r.CallLater(2*time.Second, l.call("later"))
		sooner := r.CallLater(4*time.Second, l.call("sooner"))
		equal(t, "time", delayed.Time().Sub(l.begin), time.Second)
		pass(500 * time.Millisecond)
		wantErr(t, delayed.Delay(2*time.Second), nil)
		wantErr(t, later.Reset(3*time.Second), nil)
		wantErr(t, sooner.Reset(time.Second), nil)
		equal(t, "time", delayed.Time().Sub(l.begin), 3*time.Second)
		wantErr(t, delayed.Delay(-time.Second), nil)
		pass(10 * time.Second)
		equal(t, "ran", l.ran, []string{"sooner 1.5s", "delayed 2s", "later 3.5s"})
	})
}

// D20: times end where they can be represented, in both directions, and harm no other timer.
func TestDelayedCallExtremes(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const ever time.Duration = 1<<63 - 1
		pass(time.Second) // not 0 any more, to which nothing has to be added
		l := newTimerLog()
		var past *DelayedCall
		on(r, func() {
			r.CallLater(0, func() { wantErr(t, past.Delay(-1<<63), nil) })
			past = r.CallLater(0, l.call("past"))
			r.CallLater(time.Second, l.call("later"))
		})
		equal(t, "time", past.Time().Equal(r.epoch), true)
		never := []*DelayedCall{r.CallLater(ever, l.call("never")), r.CallLater(time.Minute, l.call("never"))}
		wantErr(t, never[0].Reset(ever), nil)
		wantErr(t, never[1].Delay(ever), nil)
		pass(2 * time.Second)
		equal(t, "ran", l.ran, []string{"past 0s", "later 1s"})
		for _, c := range never {
			equal(t, "time", c.Time().Equal(r.epoch.Add(ever)), true)
		}
	})
}

// D21. ClockTests.test_callLaterKeepsCallsOrdered, test_callLaterResetKeepsCallsOrdered,
// test_callLaterResetInsideCallKeepsCallsOrdered.
func TestCallLaterResetKeepsOrder(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		l := newTimerLog()
		a := r.CallLater(time.Second, l.call("a"))
		a.Reset(3 * time.Second)
		r.CallLater(2*time.Second, l.call("b"))
		c := r.CallLater(4*time.Second, l.call("c"))
		r.CallLater(5*time.Second, l.call("d"))
		r.CallLater(time.Second, func() { c.Reset(5 * time.Second) })
		pass(10 * time.Second)
		equal(t, "ran", l.ran, []string{"b 2s", "a 3s", "d 5s", "c 6s"})
	})
}

// Invariants 1 and 2, D21: timers that are due run in one go, each with what it settles in its
// turn; what they queue and schedule runs after them.
func TestTimersDueTogether(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var ran []string
		note := func(name string) func() { return func() { ran = append(ran, name) } }
		on(r, func() {
			r.CallLater(time.Second, func() {
				note("first")()
				r.CallLater(0, note("scheduled"))
				r.Call(note("queued"))
			})
			DeferLaterOn(r, time.Second, answer).AddCallback(func(v int) (int, error) {
				note("settled")()
				return v, nil
			})
			r.CallLater(time.Second, note("last"))
		})
		pass(2 * time.Second)
		equal(t, "ran", ran, []string{"first", "settled", "last", "queued", "scheduled"})
	})
}

// Neither timers that are always due nor a queue that is never empty starve the other.
func TestFairness(t *testing.T) {
	for _, n := range []struct{ timers, calls int }{{1, 1}, {1, 50}, {50, 1}, {50, 50}} {
		bubble(t, func(t *testing.T, r *Reactor) {
			const rounds = 1000
			timers, calls := 0, 0
			more := func() bool { return timers < rounds*n.timers || calls < rounds*n.calls }
			var timer, call func()
			timer = func() {
				if timers++; more() {
					r.CallLater(0, timer)
				}
			}
			call = func() {
				if calls++; more() {
					r.Call(call)
				}
			}
			on(r, func() {
				for range n.timers {
					timer()
				}
				for range n.calls {
					call()
				}
			})
			if timers > (rounds+2)*n.timers || calls > (rounds+2)*n.calls {
				t.Errorf("%v: %d timers and %d calls ran", n, timers, calls)
			}
		})
	}
}

// Many timers are as punctual as one: they wait for one batch of the queue, together.
func TestFairnessOfManyTimers(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const sources, timers, work, delay = 200, 500, 10 * time.Microsecond, 10 * time.Millisecond
		left := timers
		var latest time.Duration
		var source func()
		source = func() {
			if time.Sleep(work); left > 0 {
				r.Call(source)
			}
		}
		on(r, func() {
			for range sources {
				r.Call(source)
			}
			for range timers {
				due := time.Now().Add(delay)
				r.CallLater(delay, func() {
					left--
					latest = max(latest, time.Since(due))
				})
			}
		})
		pass(time.Minute)
		equal(t, "timers left", left, 0)
		if latest > sources*work {
			t.Errorf("a timer was late by %v", latest)
		}
	})
}
