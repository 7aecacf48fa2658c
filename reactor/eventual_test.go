package reactor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pending returns a result that d, which is pending too, will bring.
func pending(r *Reactor, canceller func(*Deferred[int])) (*EventualResult[int], *Deferred[int]) {
	d := NewDeferredOn(r, canceller)
	return RunDeferredOn(r, func() (*Deferred[int], error) { return d, nil }), d
}

// E1: a Wait that times out can be tried again; the result is the same at every Wait.
// crochet's EventualResultTests.test_timeout_twice, test_timeout_then_result,
// test_later_success_result, test_success_result_twice, test_failure_result_twice.
func TestWait(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e, d := pending(r, nil)
		begin := time.Now()
		_, err := e.Wait(100 * time.Millisecond)
		wantErr(t, err, ErrTimeout)
		wantErr(t, err, context.DeadlineExceeded)
		equal(t, "waited", time.Since(begin), 100*time.Millisecond)
		r.CallLater(time.Second, func() { d.Callback(42) })
		for range 3 {
			v, err := e.Wait(2 * time.Second)
			equal(t, "value", v, 42)
			wantErr(t, err, nil)
		}

		failing := RunInReactorOn(r, func() (int, error) { return 0, errTest })
		for range 3 {
			_, err := failing.Wait(time.Second)
			wantErr(t, err, errTest)
		}
	})
}

// E1: any number of goroutines may wait for one result.
func TestWaitFromManyGoroutines(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e, d := pending(r, nil)
		const n = 100
		got := make(chan int, n)
		for range n {
			go func() {
				v, _ := e.Wait(time.Minute)
				got <- v
			}()
		}
		synctest.Wait()
		d.Callback(42)
		for range n {
			equal(t, "value", <-got, 42)
		}
	})
}

// E2: a Wait with no time polls; WaitContext waits as long as its context. crochet's
// EventualResultTests.test_timeout.
func TestPollAndWaitContext(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e, d := pending(r, nil)
		begin := time.Now()
		for _, timeout := range []time.Duration{0, -time.Second} {
			_, err := e.Wait(timeout)
			wantErr(t, err, ErrTimeout)
		}
		equal(t, "waited", time.Since(begin), 0)

		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(time.Hour, func() { cancel(errTest) })
		_, err := e.WaitContext(ctx)
		wantErr(t, err, errTest)
		deadline, cancelDeadline := context.WithTimeout(context.Background(), time.Second)
		defer cancelDeadline()
		_, err = e.WaitContext(deadline)
		wantErr(t, err, context.DeadlineExceeded)
		equal(t, "waited", time.Since(begin), time.Hour+time.Second)

		time.AfterFunc(24*time.Hour, func() { d.Callback(42) })
		v, err := e.WaitContext(context.Background())
		equal(t, "value", v, 42)
		wantErr(t, err, nil)
		v, err = e.Wait(0)
		equal(t, "polled", v, 42)
		wantErr(t, err, nil)
		v, err = e.WaitContext(ctx)
		equal(t, "there, though the context is not", v, 42)
		wantErr(t, err, nil)
	})
}

// E3, E4: an error, a panic or a Goexit in a body is its result, and what is queued behind
// lives on. crochet's RunInReactorTests.test_exception_result, test_deferred_failure_result.
func TestBodyFails(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		bodies := map[string]func() (int, error){
			"error":  func() (int, error) { return 0, errTest },
			"panic":  func() (int, error) { explode(nil); return 0, nil },
			"Goexit": func() (int, error) { runtime.Goexit(); return 0, nil },
			"nil":    func() (int, error) { panic(nil) },
		}
		results := map[string]*EventualResult[int]{}
		inDeferreds := map[string]*EventualResult[int]{}
		for name, body := range bodies {
			results[name] = RunInReactorOn(r, body)
			inDeferreds[name] = RunDeferredOn(r, func() (*Deferred[int], error) {
				_, err := body()
				return nil, err
			})
		}
		behind := RunInReactorOn(r, answer)
		for _, results := range []map[string]*EventualResult[int]{results, inDeferreds} {
			_, err := results["error"].Wait(time.Second)
			wantErr(t, err, errTest)
			equal(t, "stack of an error", results["error"].OriginalFailure().Stack, nil)
			_, err = results["Goexit"].Wait(time.Second)
			wantErr(t, err, ErrGoexit)
			_, err = results["nil"].Wait(time.Second)
			if _, ok := errors.AsType[*runtime.PanicNilError](err); !ok {
				t.Errorf("panic(nil) gave %v", err)
			}
			_, err = results["panic"].Wait(time.Second)
			if _, ok := errors.AsType[*PanicError](err); !ok {
				t.Errorf("a panic gave %v", err)
			}
			f := results["panic"].OriginalFailure()
			if !strings.Contains(string(f.Stack), "reactor.explode(") {
				t.Errorf("no frame of the panic in the stack:\n%s", f.Stack)
			}
		}
		v, err := behind.Wait(time.Second)
		equal(t, "behind", v, 42)
		wantErr(t, err, nil)
	})
}

// E4: nil while pending or on success, else the failure, through which errors.Is sees.
// crochet's EventualResultTests.test_original_failure, …_no_result, …_not_error.
func TestOriginalFailure(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e, d := pending(r, nil)
		equal(t, "pending", e.OriginalFailure(), nil)
		d.Errback(fmt.Errorf("wrapped: %w", errTest))
		synctest.Wait()
		f := e.OriginalFailure()
		wantErr(t, f, errTest)
		equal(t, "text", f.Error(), "wrapped: test")

		fine := RunInReactorOn(r, answer)
		fine.Wait(time.Second)
		equal(t, "success", fine.OriginalFailure(), nil)
	})
}

// E5: Cancel cancels the Deferred under it, on the reactor; afterwards it does nothing.
// crochet's EventualResultTests.test_cancel.
func TestCancelResult(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		calls := 0
		e, d := pending(r, func(*Deferred[int]) { calls++ })
		synctest.Wait()
		e.Cancel()
		_, err := e.Wait(time.Second)
		wantErr(t, err, ErrCanceled)
		wantErr(t, err, context.Canceled)
		e.Cancel()
		synctest.Wait()
		equal(t, "calls of the canceller", calls, 1)
		wantErr(t, d.Callback(1), ErrAlreadyCalled)

		done := RunInReactorOn(r, answer)
		done.Wait(time.Second)
		done.Cancel()
		v, err := done.Wait(time.Second)
		equal(t, "after completion", v, 42)
		wantErr(t, err, nil)
	})
}

// E5: a body that runs goes on, and its value stays; a Deferred that it then returns is
// canceled.
func TestCancelWhileBodyRuns(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		sync := RunInReactorOn(r, func() (int, error) { time.Sleep(time.Minute); return 42, nil })
		async := RunDeferredOn(r, func() (*Deferred[int], error) {
			time.Sleep(time.Minute)
			return NewDeferredOn[int](r, nil), nil
		})
		pass(time.Second)
		sync.Cancel()
		pass(time.Minute)
		async.Cancel()
		v, err := sync.Wait(time.Hour)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)
		_, err = async.Wait(time.Hour)
		wantErr(t, err, ErrCanceled)
	})
}

// E6: a body that has not begun is not run. crochet's
// EventualResultTests.test_immediate_cancel.
func TestCancelBeforeBody(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		on(r, func() {
			e := RunInReactorOn(r, func() (int, error) { t.Error("a canceled body ran"); return 0, nil })
			e.Cancel()
			e.Cancel()
			_, err := e.Wait(0)
			wantErr(t, err, ErrCanceled)
		})
	})
}

// E8: a Wait on the reactor is an error within 2 ms; results that are there are returned;
// a Wait from elsewhere meanwhile waits as usual. crochet's
// EventualResultTests.test_reactor_thread_disallowed.
func TestWaitOnReactor(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		there := RunInReactorOn(r, answer)
		there.Wait(time.Second)
		waits := map[string]func(e *EventualResult[int]) (int, error){
			"Wait":        func(e *EventualResult[int]) (int, error) { return e.Wait(time.Hour) },
			"short Wait":  func(e *EventualResult[int]) (int, error) { return e.Wait(time.Microsecond) },
			"WaitContext": func(e *EventualResult[int]) (int, error) { return e.WaitContext(context.Background()) },
		}
		for name, wait := range waits {
			behind := make(chan error, 1)
			inCallback := RunInReactorOn(r, func() (int, error) {
				v, err := wait(there)
				equal(t, name+", there", v, 42)
				wantErr(t, err, nil)

				never := RunInReactorOn(r, answer)
				go func() {
					_, err := never.Wait(time.Minute)
					behind <- err
				}()
				begin := time.Now()
				_, err = wait(never)
				if took := time.Since(begin); took > 2*time.Millisecond {
					t.Errorf("%s: took %v", name, took)
				}
				wantErr(t, err, ErrOnReactor)
				time.Sleep(time.Second) // the other Wait meets its check in the same turn
				_, err = never.Wait(0)
				wantErr(t, err, ErrTimeout)
				return 0, err
			})
			inCallback.Wait(time.Hour)
			wantErr(t, <-behind, nil)
		}
	})
}

// E8: in a timer, in a callback of a Deferred, and after a Goexit gave the loop another
// goroutine; but not on another reactor.
func TestWaitOnReactorElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.Start()
		e, d := pending(r, nil)
		check := func(want error) {
			_, err := e.Wait(time.Second)
			wantErr(t, err, want)
		}
		RunInReactorOn(r, func() (int, error) { runtime.Goexit(); return 0, nil })
		r.CallLater(time.Second, func() { check(ErrOnReactor) })
		SucceedOn(r, 1).AddCallback(func(v int) (int, error) { check(ErrOnReactor); return v, nil })
		pass(2 * time.Second)

		r.CallLater(500*time.Millisecond, func() { d.Callback(1) })
		r2.Call(func() { check(nil) })
		pass(time.Second)
		r2.Stop()
		<-r2.Stopped()
	})
}

// E9: RunInReactor on the reactor is asynchronous all the same.
func TestRunInReactorOnReactor(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var l trace
		on(r, func() {
			RunInReactorOn(r, func() (int, error) { return l.note("first")(1, nil) })
			RunInReactorOn(r, func() (int, error) { return l.note("second")(2, nil) })
			l.note("caller")(0, nil)
		})
		l.want(t, "caller 0", "first 1", "second 2")
	})
}

// E14.
func TestString(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e, d := pending(r, nil)
		equal(t, "pending", e.String(), "<EventualResult pending>")
		d.Callback(42)
		synctest.Wait()
		equal(t, "value", fmt.Sprint(e), "<EventualResult 42>")
		e = RunInReactorOn(r, func() (int, error) { return 0, errTest })
		synctest.Wait()
		equal(t, "failed", e.String(), "<EventualResult failed: test>")
	})
}

// Done is closed when the result is there, whether asked for before or after.
func TestDone(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e, d := pending(r, nil)
		select {
		case <-e.Done():
			t.Error("Done before the result")
		default:
		}
		d.Callback(42)
		<-e.Done()
		<-RunInReactorOn(r, answer).Done()
		there := RunInReactorOn(r, answer)
		there.Wait(time.Second)
		<-there.Done()
		synctest.Wait()
		equal(t, "results still watched", len(r.watching), 0)
	})
}

// A RunDeferred whose Deferred has fired, has callbacks queued, is nil, or fails later.
// crochet's RunInReactorTests.test_deferred_success_result, test_deferred_failure_result.
func TestRunDeferred(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		wait := func(f func() (*Deferred[int], error)) (int, error) {
			return RunDeferredOn(r, f).Wait(time.Second)
		}
		v, err := wait(func() (*Deferred[int], error) { return SucceedOn(r, 1), nil })
		equal(t, "fired", v, 1)
		wantErr(t, err, nil)
		v, err = wait(func() (*Deferred[int], error) { return SucceedOn(r, 1).AddCallback(increment), nil })
		equal(t, "queued", v, 2)
		wantErr(t, err, nil)
		v, err = wait(func() (*Deferred[int], error) { return nil, nil })
		equal(t, "nil", v, 0)
		wantErr(t, err, nil)
		_, err = wait(func() (*Deferred[int], error) { return FailOn[int](r, errTest), nil })
		wantErr(t, err, errTest)
	})
}

// Under -race: Done and a result that comes at the same time leave nothing for Stop to tell.
func TestDoneAsResultComes(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for range 2000 {
			e, d := pending(r, nil)
			go d.Callback(1)
			go e.Done()
			<-e.Done()
		}
		synctest.Wait()
		r.mu.Lock()
		defer r.mu.Unlock()
		equal(t, "watched", len(r.watching), 0)
	})
}

// Those who have waited in vain leave nothing with a result that is long in coming, nor does
// Done. (crochet's waits do not either.)
func TestWaitsInVain(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e, d := pending(r, nil)
		wait := func(each int) {
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					for range each {
						_, err := e.Wait(1)
						equal(t, "error", err, ErrTimeout)
						e.Wait(0)
						ctx, cancel := context.WithTimeout(context.Background(), 1)
						_, err = e.WaitContext(ctx)
						equal(t, "error", err, context.DeadlineExceeded)
						cancel()
						e.Done()
					}
				})
			}
			all.Wait()
		}
		wait(1) // what is made once for all
		before := allocated()
		const each = 200
		wait(each)
		if grown := allocated() - before; grown > 16*2*100*each {
			t.Errorf("%d Waits in vain take %d bytes", 2*100*each, grown)
		}
		equal(t, "waiting", e.result.waiting.Load(), 0)
		r.mu.Lock()
		equal(t, "watched", len(r.watching), 1)
		r.mu.Unlock()
		d.Callback(1)
		v, err := e.Wait(time.Second)
		equal(t, "value", v, 1)
		wantErr(t, err, nil)
	})
}
