package reactor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Invariant 8: a Cancel between the moments when the loop takes the body and when the body
// begins reaches its context at once.
func TestCancelAsBodyBegins(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var cause, second error
		e := new(EventualResult[int])
		e.result.init(r, &e.slot, coroutineKind, valueCoroutine[int](func(co *Coroutine) (int, error) {
			cause = context.Cause(co.Context())
			_, second = Await(co, NewDeferredOn[int](r, nil))
			return 1, nil
		}))
		on(r, func() {
			body, work := e.result.take()
			e.Cancel()
			e.result.begin(body, work)
		})
		equal(t, "cause", cause, ErrCanceled)
		equal(t, "error of the first Await", second, ErrCanceled)
		v, err := e.Wait(0)
		equal(t, "value", v, 1)
		wantErr(t, err, nil)

		plain := new(EventualResult[int])
		plain.result.init(r, &plain.slot, valueKind, valueBody[int](answer))
		on(r, func() {
			body, work := plain.result.take()
			plain.Cancel()
			plain.result.begin(body, work)
		})
		v, err = plain.Wait(0)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)
	})
}

// Invariant 8: cancels that come together do not hit what the body awaits after the first;
// one that comes later does, as Twisted's CancellationTests.test_cascadeCancellingOnCancel
// has it.
func TestCancelTwice(t *testing.T) {
	for name, await := range map[string]func(r *Reactor, co *Coroutine) error{
		"Deferred": func(r *Reactor, co *Coroutine) error {
			_, err := Await(co, NewDeferredOn[int](r, nil))
			return err
		},
		"derived": func(r *Reactor, co *Coroutine) error {
			_, err := Await(co, Then(Then(NewDeferredOn[int](r, nil), increment), itoa))
			return err
		},
		"result": func(r *Reactor, co *Coroutine) error {
			e, _ := pending(r, nil)
			_, err := Await(co, e)
			return err
		},
		"coroutine": func(r *Reactor, co *Coroutine) error {
			_, err := Await(co, RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				_, err := Await(co, NewDeferredOn[int](r, nil))
				_, cleanup := Await(co, SleepOn(r, time.Second))
				wantErr(t, cleanup, nil)
				return 0, err
			}))
			return err
		},
		"the next Await": func(r *Reactor, co *Coroutine) error {
			d := SucceedOn(r, 1)
			d.Pause()
			r.CallLater(time.Second, d.Unpause)
			_, err := Await(co, d) // has fired, so it is not to be canceled
			wantErr(t, err, nil)
			_, err = Await(co, NewDeferredOn[int](r, nil))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				var first, cleanup, later error
				e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
					first = await(r, co)
					_, cleanup = Await(co, SleepOn(r, time.Minute))
					_, later = Await(co, NewDeferredOn[int](r, nil))
					return 1, nil
				})
				synctest.Wait()
				on(r, func() {
					e.Cancel()
					e.Cancel()
					e.Cancel()
				})
				pass(time.Hour)
				equal(t, "first", first, ErrCanceled)
				equal(t, "cleanup", cleanup, nil)
				equal(t, "later, before", later, nil)
				e.Cancel()
				_, err := e.Wait(time.Minute)
				wantErr(t, err, nil)
				equal(t, "later", later, ErrCanceled)
			})
		})
	}
}

// E10: a body that does not listen to ErrReactorStopped is ended, with its deferred functions,
// and leaves nothing at what it awaits; one that cleans up is not.
func TestStopEndsLoop(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		ended, cleaned := false, false
		looping := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			defer func() { ended = true }()
			defer func() {
				for {
					Await(co, d)
				}
			}()
			for {
				if _, err := Await(co, d); err != nil {
					continue
				}
			}
		})
		RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			for range 100 {
				_, err := Await(co, d)
				equal(t, "error", err, ErrReactorStopped)
			}
			cleaned = true
			return 0, nil
		})
		synctest.Wait()
		r.Stop()
		<-r.Stopped()
		equal(t, "ended, cleaned up", []bool{ended, cleaned}, []bool{true, true})
		equal(t, "callbacks", len(d.core.callbacks), 2)
		_, err := looping.Wait(time.Second)
		equal(t, "error", err, ErrReactorStopped)
	})
}
