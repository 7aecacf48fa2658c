package reactor

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// twisted.test.test_threads: DeferredResultTests.test_deferredResult,
// test_deferredFailure; with panics and runtime.Goexit.
func TestDeferToGoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		v, err := outcome(t, DeferToGoroutineOn(r, func(ctx context.Context) (int, error) {
			time.Sleep(0)
			return 42, ctx.Err()
		}))
		equal(t, "value", v, 42)
		wantErr(t, err, nil)

		_, err = outcome(t, DeferToGoroutineOn(r, func(context.Context) (int, error) { return 0, errTest }))
		wantErr(t, err, errTest)
		_, err = outcome(t, DeferToGoroutineOn(r, func(context.Context) (int, error) { panic("boom") }))
		if p, ok := errors.AsType[*PanicError](err); !ok || p.Value != "boom" || len(p.Stack) == 0 {
			t.Errorf("got %v, want a panic with its stack", err)
		}
		_, err = outcome(t, DeferToGoroutineOn(r, func(context.Context) (int, error) {
			runtime.Goexit()
			return 0, nil
		}))
		wantErr(t, err, ErrGoexit)
		equal(t, "watchers", len(r.watching), 0)
	})
}

// The context ends when f returns, at a cancel and when the reactor stops; when it has stopped,
// f is not run.
func TestDeferToGoroutineContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		begin := func(causes chan<- error) *Deferred[int] {
			return DeferToGoroutineOn(r, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				causes <- context.Cause(ctx)
				return 42, nil
			})
		}
		canceled, stopped := make(chan error), make(chan error)

		d := begin(canceled)
		d.Cancel()
		_, err := outcome(t, d)
		wantErr(t, err, ErrCanceled)
		wantErr(t, <-canceled, ErrCanceled)

		var returned context.Context
		DeferToGoroutineOn(r, func(ctx context.Context) (int, error) { returned = ctx; return 0, nil })
		synctest.Wait()
		wantErr(t, returned.Err(), context.Canceled)

		begin(stopped)
		r.Stop()
		wantErr(t, <-stopped, ErrReactorStopped)
		<-r.Stopped()
		wantErr(t, begin(nil).core.err, ErrReactorStopped)
	})
}
