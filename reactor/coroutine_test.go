package reactor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// after returns a Deferred that fires with v, or with an error that v is, when d has passed.
func after[T any](r *Reactor, d time.Duration, v any) *Deferred[T] {
	var timer *DelayedCall
	x := NewDeferredOn(r, func(*Deferred[T]) { timer.Cancel() })
	timer = r.CallLater(d, func() {
		if err, ok := v.(error); ok {
			x.Errback(err)
		} else {
			x.Callback(v.(T))
		}
	})
	return x
}

// D23: AwaitTests.test_basic, test_reraise, BaseDefgenTests.testBasics,
// testHandledTerminalFailure, testHandledTerminalAsyncFailure.
func TestAwait(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e := RunCoroutineOn(r, func(co *Coroutine) (string, error) {
			n, err := Await(co, SucceedOn(r, 1))
			equal(t, "fired", n, 1)
			wantErr(t, err, nil)
			n, err = Await(co, (*Deferred[int])(nil))
			equal(t, "nil", n, 0)
			wantErr(t, err, nil)
			n, err = Await(co, SucceedOn(r, 1).AddCallback(increment))
			equal(t, "with a callback to run", n, 2)
			wantErr(t, err, nil)
			_, err = Await(co, FailOn[int](r, errTest))
			wantErr(t, err, errTest)
			_, err = Await(co, after[int](r, time.Second, errTest))
			wantErr(t, err, errTest)
			begin := time.Now()
			s, err := Await(co, after[string](r, time.Second, "done"))
			equal(t, "took", time.Since(begin), time.Second)
			return s, err
		})
		v, err := e.Wait(time.Minute)
		equal(t, "value", v, "done")
		wantErr(t, err, nil)
	})
}

// Twisted's Deferred keeps None after an await; ours keeps its outcome, so several bodies may
// await it, in the order in which they came.
func TestAwaitByMany(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		e, d := pending(r, nil)
		for i := range 3 {
			RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				v, err := Await(co, d)
				return l.note(fmt.Sprint("deferred ", i))(v, err)
			})
		}
		for i := range 3 {
			RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				v, err := Await(co, e)
				return l.note(fmt.Sprint("result ", i))(v, err)
			})
		}
		synctest.Wait()
		d.Callback(7)
		synctest.Wait()
		l.want(t, "deferred 0 7", "deferred 1 7", "deferred 2 7", "result 0 7", "result 1 7", "result 2 7")
	})
}

// MustAwait fails the body with the very error; deferred functions run, and may recover.
func TestMustAwait(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			defer func() { l.note("deferred")(0, nil) }()
			equal(t, "value", MustAwait(co, SucceedOn(r, 1)), 1)
			MustAwait(co, after[int](r, time.Second, errTest))
			t.Error("the body went on")
			return 0, nil
		})
		_, err := e.Wait(time.Minute)
		equal(t, "the very error", err, errTest)
		l.want(t, "deferred 0")
		if stack := string(e.OriginalFailure().Stack); !strings.Contains(stack, "reactor.TestMustAwait.") {
			t.Errorf("the stack does not show the body:\n%s", stack)
		}

		e = RunCoroutineOn(r, func(co *Coroutine) (v int, err error) {
			defer func() {
				err := recover().(error)
				wantErr(t, err, errTest)
				equal(t, "text", err.Error(), "test")
				v = 7
			}()
			return MustAwait(co, FailOn[int](r, errTest)), nil
		})
		v, err := e.Wait(time.Minute)
		equal(t, "recovered", v, 7)
		wantErr(t, err, nil)
	})
}

// E3: a panic in a body is its result, with its stack, also after a suspension; a Goexit is
// ErrGoexit. The reactor and other bodies live on. AwaitTests.test_exception,
// BaseDefgenTests.testBuggy.
func TestCoroutineFails(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for _, suspend := range []bool{false, true} {
			start := func(f func()) *EventualResult[int] {
				return RunCoroutineOn(r, func(co *Coroutine) (int, error) {
					if suspend {
						MustAwait(co, after[int](r, time.Second, 1))
					}
					f()
					return 0, nil
				})
			}
			panics, exits := start(func() { explode(nil) }), start(runtime.Goexit)
			lives := start(func() {})
			_, err := panics.Wait(time.Minute)
			p, ok := errors.AsType[*PanicError](err)
			if !ok || !strings.Contains(string(p.Stack), "reactor.explode(") {
				t.Errorf("no frame of the panic in %v", err)
			}
			_, err = exits.Wait(time.Minute)
			wantErr(t, err, ErrGoexit)
			_, err = lives.Wait(time.Minute)
			wantErr(t, err, nil)
		}
	})
}

// D23: test_inlinecb's CancellationTests.test_cascadeCancellingOnCancel,
// test_errbackCancelledErrorOnCancel.
func TestCancelCoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		calls := 0
		d := NewDeferredOn(r, func(*Deferred[int]) { calls++ })
		inner := RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, d) })
		outer := RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, inner) })
		synctest.Wait()
		outer.Cancel()
		_, err := outer.Wait(time.Second)
		wantErr(t, err, ErrCanceled)
		_, err = inner.Wait(time.Second)
		wantErr(t, err, ErrCanceled)
		equal(t, "calls of the canceller", calls, 1)

		swallows := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			_, err := Await(co, NewDeferredOn[int](r, nil))
			wantErr(t, err, ErrCanceled)
			return Await(co, after[int](r, time.Second, 7))
		})
		synctest.Wait()
		swallows.Cancel()
		v, err := swallows.Wait(time.Minute)
		equal(t, "value", v, 7)
		wantErr(t, err, nil)
	})
}

// A cancel that meets no pending Deferred is for the next Await that has to wait.
func TestCancelBetweenAwaits(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		first := NewDeferredOn[int](r, nil)
		e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			v, err := Await(co, first)
			equal(t, "first", v, 1)
			wantErr(t, err, nil)
			v, err = Await(co, SucceedOn(r, 2))
			equal(t, "fired", v, 2)
			wantErr(t, err, nil)
			_, err = Await(co, NewDeferredOn[int](r, nil))
			wantErr(t, err, ErrCanceled)
			return Await(co, after[int](r, time.Second, 3))
		})
		on(r, func() {
			e.Cancel() // queued before the callback that brings first's outcome to the body
			first.Callback(1)
		})
		v, err := e.Wait(time.Minute)
		equal(t, "value", v, 3)
		wantErr(t, err, nil)
	})
}

// E10: Stop resumes suspended bodies with ErrReactorStopped, then runs OnShutdown.
func TestStopCoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		var l trace
		for range 100 {
			RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				for range 3 {
					_, err := Await(co, NewDeferredOn[int](r, nil))
					wantErr(t, err, ErrReactorStopped)
				}
				MustAwait(co, NewDeferredOn[int](r, nil))
				return 0, nil
			})
		}
		exits := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			Await(co, NewDeferredOn[int](r, nil))
			l.note("exits")(0, nil)
			runtime.Goexit()
			return 0, nil
		})
		r.OnShutdown(func() { l.note("shutdown")(0, nil) })
		synctest.Wait()
		r.Stop()
		<-r.Stopped()
		l.want(t, "exits 0", "shutdown 0")
		_, err := exits.Wait(time.Second)
		wantErr(t, err, ErrGoexit)
	})
}

// E12: WaitFor past its timeout cancels what the body awaits. crochet's
// WaitTests.test_timeoutRaises, test_timeoutCancels, test_async_function.
func TestWaitFor(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		v, err := WaitForOn(r, time.Minute, func(co *Coroutine) (int, error) { return Await(co, after[int](r, time.Second, 1)) })
		equal(t, "value", v, 1)
		wantErr(t, err, nil)

		canceled := 0
		canceller := func(*Deferred[int]) { canceled++ }
		begin := time.Now()
		_, err = WaitForOn(r, time.Second, func(co *Coroutine) (int, error) { return Await(co, NewDeferredOn(r, canceller)) })
		wantErr(t, err, ErrTimeout)
		equal(t, "took", time.Since(begin), time.Second)
		_, err = AwaitFor(time.Second, NewDeferredOn(r, canceller))
		wantErr(t, err, ErrTimeout)
		e, _ := pending(r, canceller)
		_, err = AwaitFor(time.Second, e)
		wantErr(t, err, ErrTimeout)
		synctest.Wait()
		equal(t, "canceled", canceled, 3)
		_, err = e.Wait(0)
		wantErr(t, err, ErrCanceled)
	})
}

// E8: crochet's WaitTests.test_reactor_thread_disallowed. Wait in a body, before and after a
// suspension, is ErrOnReactor; also where the body has the worker of another.
func TestWaitInCoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for range 3 {
			_, err := WaitForOn(r, time.Minute, func(co *Coroutine) (int, error) {
				for range 3 {
					begin := time.Now()
					_, err := RunInReactorOn(r, answer).Wait(time.Second)
					wantErr(t, err, ErrOnReactor)
					_, err = WaitForOn(r, time.Second, func(*Coroutine) (int, error) { t.Error("the body ran"); return 0, nil })
					wantErr(t, err, ErrOnReactor)
					if took := time.Since(begin); took > 2*time.Millisecond {
						t.Errorf("took %v", took)
					}
					MustAwait(co, after[int](r, time.Second, 1))
				}
				return 0, nil
			})
			wantErr(t, err, nil)
		}
	})
}

// D8: a coroutine that awaits its own result, or that of one which awaits it.
func TestCircularAwait(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var self, a, b *EventualResult[int]
		on(r, func() {
			self = RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, self) })
			a = RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, b) })
			b = RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				MustAwait(co, after[int](r, time.Second, 1))
				return Await(co, a)
			})
		})
		_, err := self.Wait(time.Second)
		wantErr(t, err, ErrCircular)
		_, err = a.Wait(time.Minute)
		wantErr(t, err, ErrCircular)
	})
}

// Await with a Coroutine that has left its body.
func TestAwaitOutsideOfBody(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var left *Coroutine
		e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			left = co
			return Await(co, after[int](r, time.Second, 1))
		})
		on(r, func() {
			_, err := Await(left, SucceedOn(r, 1))
			wantErr(t, err, ErrNotInBody)
		})
		e.Wait(time.Minute)
		_, err := Await(left, SucceedOn(r, 1))
		wantErr(t, err, ErrNotInBody)
	})
}

// A result of any and of a Deferred.
func TestCoroutineResults(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		v, err := WaitForOn(r, time.Minute, func(co *Coroutine) (any, error) { return after[any](r, time.Second, SucceedOn(r, 42)), nil })
		equal[any](t, "untyped", v, 42)
		wantErr(t, err, nil)

		_, err = RunCoroutineOn(r, func(*Coroutine) (*Deferred[int], error) { t.Error("the body ran"); return nil, nil }).Wait(time.Second)
		if err == nil || !strings.Contains(err.Error(), "RunDeferredCoroutine") {
			t.Errorf("got %v", err)
		}
		e := RunDeferredCoroutineOn(r, func(co *Coroutine) (*Deferred[int], error) { return after[int](r, time.Second, 1), nil })
		n, err := e.Wait(time.Minute)
		equal(t, "of a Deferred", n, 1)
		wantErr(t, err, nil)
		_, err = RunDeferredCoroutineOn(r, func(co *Coroutine) (*Deferred[int], error) { return nil, errTest }).Wait(time.Minute)
		wantErr(t, err, errTest)
	})
}

// The context of a coroutine, when that is canceled, its reactor stops, its body ends.
func TestCoroutineContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		var canceled, stopped, ended context.Context
		e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			canceled = co.Context()
			wantErr(t, canceled.Err(), nil)
			<-canceled.Done() // blocks the loop
			wantErr(t, context.Cause(canceled), ErrCanceled)
			return 1, nil
		})
		synctest.Wait()
		e.Cancel()
		v, err := e.Wait(time.Second)
		equal(t, "value", v, 1)
		wantErr(t, err, nil)

		// One that first asks when it is too late gets a context that is done.
		causes := make([]error, 2)
		for i := range causes {
			e = RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				Await(co, NewDeferredOn[int](r, nil))
				causes[i] = context.Cause(co.Context())
				return 1, nil
			})
		}
		synctest.Wait()
		e.Cancel()

		RunCoroutineOn(r, func(co *Coroutine) (int, error) { ended = co.Context(); return 1, nil })
		RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			stopped = co.Context()
			<-stopped.Done()
			wantErr(t, context.Cause(stopped), ErrReactorStopped)
			return 1, nil
		})
		synctest.Wait()
		wantErr(t, context.Cause(ended), context.Canceled)
		equal(t, "watched", len(r.watching), 1)
		r.Stop()
		<-r.Stopped()
		equal(t, "causes", causes, []error{ErrReactorStopped, ErrCanceled})
	})
}

// Await of what belongs to another reactor, which may stop meanwhile.
func TestAwaitAcrossReactors(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.Start()
		v, err := WaitForOn(r, time.Minute, func(co *Coroutine) (int, error) {
			a, err := Await(co, after[int](r2, time.Second, 1))
			wantErr(t, err, nil)
			b, err := Await(co, RunInReactorOn(r2, answer))
			wantErr(t, err, nil)
			return a + b + MustAwait(co, SucceedOn(r2, 100)), nil
		})
		equal(t, "value", v, 143)
		wantErr(t, err, nil)
		equal(t, "watched", len(r2.watching), 0)

		d := NewDeferredOn[int](r2, nil)
		byDeferred := RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, d) })
		byResult := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			return Await(co, RunDeferredOn(r2, func() (*Deferred[int], error) { return d, nil }))
		})
		synctest.Wait()
		r2.Stop()
		<-r2.Stopped()
		late := RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, d) })
		for _, e := range []*EventualResult[int]{byDeferred, byResult, late} {
			_, err := e.Wait(time.Second)
			wantErr(t, err, ErrReactorStopped)
		}
	})
}

// MustWaitFor and MustAwaitFor, which emitted code calls, panic with the error; one that has a
// stack shows it when the panic ends the program.
func TestMustWaitFor(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		equal(t, "value", MustWaitFor(time.Second, func(co *Coroutine) (int, error) {
			return MustAwait(co, Succeed(1)), nil
		}), 1)
		equal(t, "value", MustAwaitFor(time.Second, DeferLater(time.Millisecond, answer)), 42)

		panics := func(f func()) (err error) {
			defer func() { err = recover().(error) }()
			f()
			return nil
		}
		err := panics(func() {
			MustWaitFor(time.Second, func(co *Coroutine) (int, error) { return MustAwait(co, Fail[int](errTest)), nil })
		})
		wantErr(t, err, errTest)
		if text := err.Error(); !strings.HasPrefix(text, "test\n\n") || !strings.Contains(text, "reactor.TestMustWaitFor.") {
			t.Errorf("no stack of the body in %s", text)
		}
		equal(t, "without a stack", panics(func() { MustAwaitFor(time.Second, Fail[int](errTest)) }), errTest)
		equal(t, "timeout", panics(func() { MustAwaitFor(time.Second, NewDeferred[int](nil)) }), ErrTimeout)
	})
}

// E10: a body that awaits in a loop without end does not keep the reactor from stopping.
func TestStopEndlessBody(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		cleaned := false
		e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			defer func() { cleaned = true }()
			for {
				Await(co, SleepOn(r, time.Second))
			}
		})
		pass(time.Minute)
		r.Stop()
		<-r.Stopped()
		equal(t, "cleaned", cleaned, true)
		_, err := e.Wait(time.Minute)
		wantErr(t, err, ErrReactorStopped)
	})
}

// AwaitFor past its timeout cancels what it awaits, also when the loop is too busy to have
// begun with it, and nothing if it is refused on the loop; what is there it returns.
func TestAwaitForCancels(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		busy := make(chan struct{})
		r.Call(func() { <-busy })
		_, err := AwaitFor(time.Second, d)
		wantErr(t, err, ErrTimeout)
		v, err := AwaitFor(0, SucceedOn(r, 1))
		equal(t, "value", v, 1)
		wantErr(t, err, nil)
		close(busy)
		synctest.Wait()
		_, err = AwaitFor(time.Second, d)
		wantErr(t, err, ErrCanceled)

		e, inner := pending(r, nil)
		onLoop := RunInReactorOn(r, func() (int, error) { return AwaitFor(time.Second, e) })
		_, err = onLoop.Wait(time.Minute)
		wantErr(t, err, ErrOnReactor)
		inner.Callback(42)
		v, err = e.Wait(time.Minute)
		equal(t, "not canceled", v, 42)
		wantErr(t, err, nil)
	})
}

// Emitted code writes timeouts with Seconds.
func TestSeconds(t *testing.T) {
	for s, want := range map[float64]time.Duration{
		2.5: 2500 * time.Millisecond, 0: 0, -1: -time.Second, 1e-9: 1, 0.1: 100 * time.Millisecond,
		1e300: Forever, -1e300: -1 << 63, math.NaN(): 0,
	} {
		equal(t, fmt.Sprint(s), Seconds(s), want)
	}
}

// D23: AwaitTests.test_twoDeep, with a plain call and with a coroutine that awaits another.
func TestAwaitTwoDeep(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		want := func(steps ...string) { on(r, func() { l.want(t, steps...) }) }
		runOne := func(co *Coroutine) (string, error) {
			l.note("2")(0, nil)
			MustAwait(co, after[int](r, time.Second, 2))
			l.note("3")(0, nil)
			return "Yay!", nil
		}
		for _, inner := range []func(co *Coroutine) (string, error){
			runOne,
			func(co *Coroutine) (string, error) { return Await(co, RunCoroutineOn(r, runOne)) },
		} {
			on(r, func() { l = nil })
			e := RunCoroutineOn(r, func(co *Coroutine) (string, error) {
				l.note("1")(0, nil)
				v, err := inner(co)
				l.note("4")(0, nil)
				MustAwait(co, after[int](r, time.Second, 1))
				l.note("5")(0, nil)
				return v, err
			})
			pass(900 * time.Millisecond)
			want("1 0", "2 0")
			pass(100 * time.Millisecond)
			want("1 0", "2 0", "3 0", "4 0")
			pass(900 * time.Millisecond)
			want("1 0", "2 0", "3 0", "4 0")
			pass(100 * time.Millisecond)
			want("1 0", "2 0", "3 0", "4 0", "5 0")
			v, err := e.Wait(0)
			equal(t, "value", v, "Yay!")
			wantErr(t, err, nil)
		}
	})
}

// D23: AwaitTests.test_chained: a Deferred that waits for another one.
func TestAwaitChained(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		v, err := WaitForOn(r, time.Second, func(co *Coroutine) (string, error) {
			d := NewDeferredOn[int](r, nil)
			x := ThenDeferred(d, func(int) (*Deferred[string], error) { return after[string](r, 0, "bye"), nil })
			d.Callback(0)
			return Await(co, x)
		})
		equal(t, "value", v, "bye")
		wantErr(t, err, nil)
	})
}

// AwaitTests.test_synchronousDeferredFailureTraceback, test_asyncDeferredFailureTraceback,
// test_inlinecb's test_forwardLotsOfTracebacks: an error that came from a panic keeps the
// panic's stack, over any number of coroutines.
func TestAwaitKeepsStack(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for _, first := range []*Deferred[int]{SucceedOn(r, 1), after[int](r, time.Second, 1)} {
			d := Then(first, func(int) (int, error) { explode(nil); return 0, nil })
			doomed := RunCoroutineOn(r, func(co *Coroutine) (int, error) { return MustAwait(co, d), nil })
			for range 3 {
				inner := doomed
				doomed = RunCoroutineOn(r, func(co *Coroutine) (int, error) { return MustAwait(co, inner), nil })
			}
			doomed.Wait(time.Minute)
			if f := doomed.OriginalFailure(); f == nil || !strings.Contains(string(f.Stack), "reactor.explode(") {
				t.Errorf("no frame of the panic in %v", f)
			}
		}
	})
}

// D23: test_inlinecb's CancellationTests.test_errorToErrorTranslation,
// test_errorToSuccessTranslation: the canceller says what the body sees, and the body what
// its result is.
func TestCancelTranslation(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		translated := errors.New("translated")
		for want, canceller := range map[error]func(*Deferred[int]){
			translated: func(d *Deferred[int]) { d.Errback(errTest) },
			nil:        func(d *Deferred[int]) { d.Callback(4320) },
		} {
			e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				v, err := Await(co, NewDeferredOn(r, canceller))
				if err == errTest {
					return 0, translated
				}
				return v + 1, err
			})
			synctest.Wait()
			e.Cancel()
			v, err := e.Wait(time.Second)
			wantErr(t, err, want)
			if want == nil {
				equal(t, "value", v, 4321)
			}
		}
	})
}

// D23: CancellationTests.test_asynchronousCancellation: the result does not come before what
// the body awaits has come.
func TestCancelTakesTime(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		d.AddErrback(func(err error) (int, error) {
			wantErr(t, err, ErrCanceled)
			d.Pause() // Twisted's errback returns another Deferred
			return 6543, nil
		})
		e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			v, err := Await(co, d)
			return v + 1, err
		})
		synctest.Wait()
		e.Cancel()
		_, err := e.Wait(time.Minute)
		wantErr(t, err, ErrTimeout)
		d.Unpause()
		v, err := e.Wait(time.Minute)
		equal(t, "value", v, 6544)
		wantErr(t, err, nil)
	})
}

// InlineCallbacksTests, BaseDefgenTests.testStackUsage, testStackUsage2: many awaits, of
// fired Deferreds and of pending ones, on a flat stack.
func TestManyAwaits(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		v, err := WaitForOn(r, time.Minute, func(co *Coroutine) (sum int, err error) {
			for i := range 5000 {
				d := SucceedOn(r, 1)
				if i%2 == 0 {
					d.AddCallback(flatStack(t))
				}
				sum += MustAwait(co, d)
			}
			return flatStack(t)(sum)
		})
		equal(t, "sum", v, 5000)
		wantErr(t, err, nil)
	})
}

// Invariant 3: bodies and callbacks take turns, under -race without a lock; those that end
// leave their goroutine to others.
func TestManyCoroutines(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const n = 1000
		sum := 0
		results := make([]*EventualResult[int], n)
		for i := range results {
			results[i] = RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				for range 3 {
					sum++
					MustAwait(co, after[int](r, time.Duration(i%7)*time.Second, 1))
				}
				return i, nil
			})
			r.Call(func() { sum++ })
		}
		for i, e := range results {
			v, err := e.Wait(time.Hour)
			equal(t, "value", v, i)
			wantErr(t, err, nil)
		}
		equal(t, "sum", sum, 4*n)
		RunInReactorOn(r, func() (int, error) {
			if len(r.idle) > 64 || r.coroutines != nil {
				t.Errorf("%d idle workers, coroutines %v", len(r.idle), r.coroutines)
			}
			return 0, nil
		}).Wait(time.Second)
	})
}

// Cancel from other goroutines at any time, under -race: a result either way, and Stop ends
// those who go on awaiting.
func TestConcurrentCancelCoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for range 200 {
			d := NewDeferredOn[int](r, nil)
			e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				ctx := co.Context()
				v, err := Await(co, d)
				if err != nil && context.Cause(ctx) != ErrCanceled {
					t.Errorf("canceled, but the context says %v", context.Cause(ctx))
				}
				return v, err
			})
			go e.Cancel()
			go d.Callback(1)
			go e.Cancel()
			v, err := e.Wait(time.Minute)
			if (v != 1 || err != nil) && !errors.Is(err, ErrCanceled) {
				t.Errorf("got %d, %v", v, err)
			}
		}
	})
}

// A recover in the body, a panic after it, and a Goexit in a deferred function.
func TestCoroutineRecovers(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e := RunCoroutineOn(r, func(co *Coroutine) (v int, err error) {
			defer func() { v = MustAwait(co, after[int](r, time.Second, recover())) }()
			panic(42)
		})
		v, err := e.Wait(time.Minute)
		equal(t, "awaited in a deferred function", v, 42)
		wantErr(t, err, nil)

		e = RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			defer func() { panic(recover()) }()
			MustAwait(co, FailOn[int](r, errTest))
			return 0, nil
		})
		_, err = e.Wait(time.Minute)
		equal(t, "panicked again with the same", err, errTest)

		e = RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			defer runtime.Goexit()
			panic("boom")
		})
		_, err = e.Wait(time.Minute)
		wantErr(t, err, ErrGoexit)

		e = RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			defer func() { MustAwait(co, after[int](r, time.Second, 1)) }()
			runtime.Goexit()
			return 0, nil
		})
		_, err = e.Wait(time.Minute)
		wantErr(t, err, ErrGoexit)
		_, err = RunInReactorOn(r, answer).Wait(time.Second)
		wantErr(t, err, nil)
	})
}

// E6, E10: a coroutine that has not begun is not run after a cancel, nor after Stop.
func TestCoroutineNotBegun(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		body := func(co *Coroutine) (int, error) { t.Error("the body ran"); return 0, nil }
		on(r, func() {
			e := RunCoroutineOn(r, body)
			e.Cancel()
			_, err := e.Wait(0)
			wantErr(t, err, ErrCanceled)
			RunCoroutineOn(r, body)
			r.Stop()
		})
		_, err := WaitForOn(r, time.Second, body)
		wantErr(t, err, ErrReactorStopped)
		func() {
			defer Use(r)()
			defer func() { equal[any](t, "panic", recover(), ErrReactorStopped) }()
			MustWaitFor(time.Second, body)
		}()
	})
}

// AwaitFor and its like on the default reactor; what Must panics with.
func TestMustWait(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		equal(t, "MustWaitFor", MustWaitFor(Forever, func(co *Coroutine) (int, error) { return MustAwait(co, Succeed(1)), nil }), 1)
		equal(t, "MustAwaitFor", MustAwaitFor(Forever, Succeed(2)), 2)
		equal(t, "MustAwaitFor of nil", MustAwaitFor(Forever, (*Deferred[int])(nil)), 0)
		equal(t, "MustAwaitFor", MustAwaitFor(Forever, RunDeferredCoroutine(func(*Coroutine) (*Deferred[int], error) { return Succeed(3), nil })), 3)
		defer func() { equal[any](t, "panic", recover(), errTest) }()
		MustAwaitFor(time.Second, Fail[int](errTest))
	})
}

// E12: the error of a wait that gives up stays ErrTimeout when what it cancels has ended, with a
// stack, before a panic is made of it: the two are on two goroutines.
func TestMustAfterCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		e := RunCoroutine(func(co *Coroutine) (int, error) { return MustAwait(co, NewDeferred[int](nil)), nil })
		d := NewDeferred[int](nil)
		for name, wait := range map[string]func() (slot, *Failure){
			"coroutine": func() (slot, *Failure) { return e.result.waitOrCancel(time.Second) },
			"Deferred": func() (slot, *Failure) {
				own := new(EventualResult[int])
				return awaitFor(time.Second, &d.core, &own.result, &own.slot)
			},
		} {
			v, failure := wait()
			synctest.Wait()
			func() {
				defer func() { equal(t, name, recover(), any(ErrTimeout)) }()
				must(v, failure)
			}()
		}
		wantErr(t, e.OriginalFailure().Err, ErrCanceled)
	})
}
