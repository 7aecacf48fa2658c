package reactor

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// E9, invariant 1: order is FIFO over any number of calls, from inside and outside.
func TestCallOrder(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const n = 10_000
		var got []int
		for i := range n {
			r.Call(func() {
				got = append(got, i)
				r.Call(func() { got = append(got, n+i) })
			})
		}
		synctest.Wait()
		equal(t, "calls", len(got), 2*n)
		last := map[bool]int{}
		for _, i := range got {
			inner := i >= n
			if i < last[inner] {
				t.Fatalf("%d ran after %d", i, last[inner])
			}
			last[inner] = i
		}
	})
}

// E9: many goroutines, each in its own order; under -race.
func TestCallFromManyGoroutines(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const goroutines, calls = 8, 500
		last := make([]int, goroutines) // the loop's
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				for i := range calls {
					r.Call(func() {
						if last[g] != i {
							t.Errorf("goroutine %d: call %d after %d", g, i, last[g])
						}
						last[g]++
					})
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		for g := range last {
			equal(t, "calls", last[g], calls)
		}
	})
}

// E3: a panic or a Goexit in a call is logged; what is queued behind it runs.
func TestCallPanics(t *testing.T) {
	log := logged(t)
	bubble(t, func(t *testing.T, r *Reactor) {
		r.SetLogger(nil)
		var got []string
		r.Call(func() { panic("boom") })
		r.Call(func() { got = append(got, "after panic") })
		r.Call(runtime.Goexit)
		r.Call(func() { got = append(got, "after Goexit") })
		r.CallLater(time.Second, func() { panic("late") })
		r.CallLater(time.Second, runtime.Goexit)
		r.CallLater(time.Second, func() { got = append(got, "after timers") })
		pass(2 * time.Second)
		equal(t, "ran", got, []string{"after panic", "after Goexit", "after timers"})
	})
	for _, want := range []string{"boom", "late", "Goexit", "TestCallPanics"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// A burst leaves no memory behind, neither one from outside nor one that a callback settles.
func TestBurstIsForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		ran := 0
		count := func(v int) (int, error) { ran++; return v, nil }
		const n = 2 * keepTasks
		for range n {
			Then(d, increment).AddCallback(count)
		}
		on(r, func() { d.Callback(1) })
		for range n {
			r.Call(func() { ran++ })
		}
		synctest.Wait()
		on(r, func() {})
		equal(t, "ran", ran, 2*n)
		on(r, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, tasks := range [][]task{r.derived.tasks, r.batch.tasks, r.queue} {
				if cap(tasks) > keepTasks {
					t.Errorf("memory for %d tasks is kept", cap(tasks))
				}
			}
		})
	})
}

// Work queued before Start runs after it; Start twice is Start once.
func TestStartLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		e := RunInReactorOn(r, answer)
		_, err := e.Wait(time.Second)
		wantErr(t, err, ErrTimeout)
		r.Start()
		r.Start()
		v, err := e.Wait(time.Second)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)
		r.Stop()
		<-r.Stopped()
		r.Start() // nothing
	})
}

// E10: results that are there keep their value, and everything later is refused. crochet's
// ResultRegistryTests.test_stopped_registered, …_new_registration, …_already_have_result;
// EventualResultTests.test_reactor_stop_unblocks_EventualResult.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		there := RunInReactorOn(r, answer)
		there.Wait(time.Second)
		pending := RunDeferredOn(r, func() (*Deferred[int], error) { return NewDeferredOn[int](r, nil), nil })
		d := NewDeferredOn[int](r, nil)
		unwaited := RunDeferredOn(r, func() (*Deferred[int], error) { return d, nil })
		d.AddCallback(func(v int) (int, error) { t.Error("a callback ran after Stop"); return v, nil })
		timer := r.CallLater(time.Second, func() { t.Error("a timer ran after Stop") })
		synctest.Wait()

		waited := make(chan error)
		go func() { _, err := pending.Wait(time.Hour); waited <- err }()
		done := make(chan struct{})
		other := RunDeferredOn(r, func() (*Deferred[int], error) { return NewDeferredOn[int](r, nil), nil })
		go func() { <-other.Done(); close(done) }()
		synctest.Wait()

		begin := time.Now()
		r.Stop()
		r.Stop()
		wantErr(t, <-waited, ErrReactorStopped)
		<-done
		<-r.Stopped()
		equal(t, "time to stop", time.Since(begin), 0)

		v, err := there.Wait(time.Second)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)
		_, err = pending.Wait(0)
		wantErr(t, err, ErrReactorStopped)
		wantErr(t, unwaited.OriginalFailure(), ErrReactorStopped)
		_, err = RunInReactorOn(r, answer).Wait(time.Second)
		wantErr(t, err, ErrReactorStopped)
		wantErr(t, r.Call(func() {}), ErrReactorStopped)
		wantErr(t, d.Callback(1), ErrReactorStopped)
		wantErr(t, timer.Cancel(), ErrReactorStopped)
		late := r.CallLater(0, func() { t.Error("a timer of a stopped reactor ran") })
		equal(t, "active", late.Active() || timer.Active(), false)
		wantErr(t, late.Reset(0), ErrReactorStopped)
		<-RunInReactorOn(r, answer).Done()
		pass(time.Minute)
	})
}

// E10: a body that spins delays Stopped, but neither Stop nor its waiter; queued work is
// dropped. What the waiter got is the result for good.
func TestStopWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		busy := RunInReactorOn(r, func() (int, error) { time.Sleep(time.Minute); return 1, nil })
		behind := RunInReactorOn(r, func() (int, error) { t.Error("queued work ran after Stop"); return 2, nil })
		var order []string
		r.OnShutdown(func() { order = append(order, "first") })
		r.OnShutdown(func() {
			order = append(order, "second")
			wantErr(t, r.Call(func() {}), ErrReactorStopped)
		})
		begin := time.Now()
		time.AfterFunc(time.Second, r.Stop)
		_, err := busy.Wait(time.Hour)
		wantErr(t, err, ErrReactorStopped)
		equal(t, "waited", time.Since(begin), time.Second)
		r.OnShutdown(func() { t.Error("OnShutdown after Stop") })
		<-r.Stopped()
		equal(t, "stopped", time.Since(begin), time.Minute)
		equal(t, "shutdown", order, []string{"first", "second"})
		_, err = busy.Wait(time.Second)
		wantErr(t, err, ErrReactorStopped)
		_, err = behind.Wait(time.Second)
		wantErr(t, err, ErrReactorStopped)
	})
}

// E10: Stop on the loop, on a reactor never started, and with a shutdown function that
// panics or exits. crochet's FunctionRegistryTests.test_log_errors.
func TestStopVariants(t *testing.T) {
	logged(t)
	synctest.Test(t, func(t *testing.T) {
		onLoop := New()
		onLoop.Start()
		e := RunInReactorOn(onLoop, func() (int, error) { onLoop.Stop(); return 42, nil })
		<-onLoop.Stopped()
		v, err := e.Wait(0)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)

		unstarted := New()
		ran := 0
		unstarted.OnShutdown(func() { ran++; panic("boom") })
		unstarted.OnShutdown(func() { ran++; runtime.Goexit() })
		unstarted.OnShutdown(func() { ran++ })
		unstarted.Stop()
		<-unstarted.Stopped()
		equal(t, "shutdown functions", ran, 3)
	})
}

// E13, in its simple form. crochet's SetupTests.test_first_runs_reactor,
// test_second_does_nothing, test_no_setup_after_setup.
func TestSetup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer Use(nil)()
		wantErr(t, Setup(), nil)
		r := Default()
		wantErr(t, Setup(), nil)
		equal(t, "same reactor", Default() == r, true)
		v, err := RunInReactor(answer).Wait(time.Second)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)

		mine := New()
		if err := NoSetup(mine); err == nil || !strings.Contains(err.Error(), "before Setup") {
			t.Errorf("NoSetup after Setup: %v", err)
		}
		r.Stop()
		<-r.Stopped()
		wantErr(t, Setup(), ErrReactorStopped)
		equal(t, "still the same", Default() == r, true)
	})
}

// E13: NoSetup gives the reactor of a program that starts it itself. crochet's
// SetupTests.test_no_setup.
func TestNoSetup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer Use(nil)()
		r := New()
		if err := NoSetup(nil); err == nil || !strings.HasPrefix(err.Error(), "reactor: NoSetup") {
			t.Errorf("NoSetup(nil): %v", err)
		}
		wantErr(t, NoSetup(r), nil)
		wantErr(t, Setup(), nil)
		equal(t, "the given reactor", Default() == r, true)
		if err := NoSetup(r); err == nil {
			t.Error("NoSetup twice: no error")
		}
		e := RunDeferred(func() (*Deferred[int], error) { return Then(Succeed(41), increment), nil })
		_, err := e.Wait(time.Second)
		wantErr(t, err, ErrTimeout) // not started for us
		r.Start()
		v, err := e.Wait(time.Second)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)
		r.Stop()
		<-r.Stopped()
	})
}

// What was given to Call before Start runs before a timer that is due by then.
func TestCallBeforeStartGoesBeforeTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		var got []string
		r.CallLater(0, func() { got = append(got, "timer") })
		r.Call(func() { got = append(got, "call") })
		time.Sleep(time.Second)
		r.Start()
		synctest.Wait()
		equal(t, "order", got, []string{"call", "timer"})
		r.Stop()
		<-r.Stopped()
	})
}
