package reactor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"
)

// D14: DeferredAddTimeoutTests.test_timeoutChainable, test_successResultBeforeTimeout,
// test_failureBeforeTimeout: a result takes the timer away, and what follows in the chain
// is not under the timeout.
func TestResultBeforeTimeout(t *testing.T) {
	for _, want := range []error{nil, errTest} {
		bubble(t, func(t *testing.T, r *Reactor) {
			inner := NewDeferredOn[int](r, nil)
			d := NewDeferredOn[int](r, nil).AddTimeout(10 * time.Second)
			x := ThenDeferred(d.AddErrback(func(err error) (int, error) {
				wantErr(t, err, want)
				return 1, nil
			}), func(int) (*Deferred[int], error) { return inner, nil })
			if want != nil {
				d.Errback(want)
			} else {
				d.Callback(1)
			}
			synctest.Wait()
			equal(t, "timers", len(r.timers), 0)
			pass(15 * time.Second)
			equal(t, "inner fired", inner.core.fired(), false)
			equal(t, "derived fired", x.core.fired(), false)
		})
	}
}

// D14: DeferredAddTimeoutTests.test_timedOut, test_errbackAddedBeforeTimeout. Of two
// timeouts the shorter one gives the error, on whichever side it is.
func TestTimedOut(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var before error
		d := NewDeferredOn[int](r, nil)
		d.AddErrback(func(err error) (int, error) { before = err; return 0, err })
		d.AddTimeout(20 * time.Second).AddTimeout(10 * time.Second).AddTimeout(30 * time.Second)
		pass(10*time.Second - 1)
		equal(t, "fired", d.core.fired(), false)
		pass(1)
		_, err := outcome(t, d)
		wantErr(t, err, ErrTimeout)
		wantErr(t, err, context.DeadlineExceeded)
		equal(t, "seen before", before, ErrCanceled)
		equal(t, "timers", len(r.timers), 0)
	})
}

// D14: DeferredAddTimeoutTests.test_timedOutProvidedCancelSuccess,
// test_timedOutProvidedCancelFailure, test_callbackAddedToCancelerBeforeTimeout.
func TestTimedOutCanceller(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn(r, func(d *Deferred[int]) { d.Callback(1) })
		d.AddCallback(increment).AddTimeout(time.Second)
		pass(time.Second)
		v, err := outcome(t, d)
		equal(t, "value", v, 2)
		wantErr(t, err, nil)

		d = NewDeferredOn(r, func(d *Deferred[int]) { d.Errback(errTest) }).AddTimeout(time.Second)
		pass(time.Second)
		_, err = outcome(t, d)
		equal(t, "error", err, errTest)
	})
}

// D14: of what the cancel makes only a cancel becomes ErrTimeout, as Twisted's
// _cancelledToTimedOutError traps only CancelledError; another error beside it is not lost.
func TestTimedOutBesideCancel(t *testing.T) {
	wrapped := fmt.Errorf("wrapped: %w", ErrCanceled)
	for _, c := range []struct{ err, want error }{
		{ErrCanceled, ErrTimeout},
		{wrapped, ErrTimeout},
		{errors.Join(wrapped, &FirstError{0, ErrCanceled}), ErrTimeout},
		{errors.Join(wrapped, errTest), nil},
		{fmt.Errorf("%w after %w", errTest, ErrCanceled), nil},
		{&PanicError{Value: ErrCanceled}, nil},
		{ErrReactorStopped, nil},
		{errTest, nil},
	} {
		bubble(t, func(t *testing.T, r *Reactor) {
			d := NewDeferredOn(r, func(d *Deferred[int]) { d.Errback(c.err) }).AddTimeout(time.Second)
			pass(time.Second)
			want := c.want
			if want == nil {
				want = c.err
			}
			_, err := outcome(t, d)
			equal(t, fmt.Sprint("of ", c.err), err, want)
		})
	}
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil).Finally(func() error { return errTest }).AddTimeout(time.Second)
		pass(time.Second)
		_, err := outcome(t, d)
		wantErr(t, err, ErrCanceled)
		wantErr(t, err, errTest)
	})
}

// D14: DeferredAddTimeoutTests.test_errbackAddedBeforeTimeoutSuppressesCancellation.
func TestTimedOutRecovered(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		d.AddErrback(func(err error) (int, error) { wantErr(t, err, ErrCanceled); return 5, nil })
		d.AddTimeout(time.Second)
		pass(time.Second)
		v, err := outcome(t, d)
		equal(t, "value", v, 5)
		wantErr(t, err, nil)
	})
}

// D14: DeferredAddTimeoutTests.test_cancelBeforeTimeout; also when the timer is due
// between the cancel and the callbacks.
func TestCancelBeforeTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil).AddTimeout(time.Second)
		d.Cancel()
		_, err := outcome(t, d)
		equal(t, "error", err, ErrCanceled)
		equal(t, "timers", len(r.timers), 0)

		d = NewDeferredOn[int](r, nil)
		d.Pause()
		d.AddTimeout(time.Second)
		d.Cancel()
		pass(time.Second)
		d.Unpause()
		_, err = outcome(t, d)
		equal(t, "error", err, ErrCanceled)
	})
}

// D14: a timeout of a derived Deferred cancels the source, whose failure it is.
func TestTimeoutOfDerived(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[int](r, nil)
		x := Then(d, itoa).AddTimeout(time.Second)
		pass(time.Second)
		_, err := outcome(t, x)
		wantErr(t, err, ErrTimeout)
		_, err = outcome(t, d)
		equal(t, "error of the source", err, ErrCanceled)
	})
}

func TestAddContext(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := NewDeferredOn[int](r, nil).AddContext(ctx)
		canceled := NewDeferredOn[int](r, nil).AddContext(ctx)
		wins := NewDeferredOn(r, func(d *Deferred[int]) { d.Callback(1) }).AddContext(ctx)
		there := SucceedOn(r, 2).AddContext(ctx)
		synctest.Wait()

		canceled.Cancel()
		_, err := outcome(t, canceled)
		equal(t, "error", err, ErrCanceled)

		cancel(errTest)
		_, err = outcome(t, ended)
		equal(t, "error", err, errTest)
		v, err := outcome(t, wins)
		equal(t, "value", v, 1)
		wantErr(t, err, nil)
		v, _ = outcome(t, there)
		equal(t, "value", v, 2)

		late := NewDeferredOn[int](r, nil).AddContext(ctx)
		_, err = outcome(t, late)
		equal(t, "error", err, errTest)
	})
}

// The cause of a deadline is the context's, and a result lets go of the context.
func TestAddContextRelease(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		d := NewDeferredOn[int](r, nil).AddContext(ctx)
		pass(time.Second)
		_, err := outcome(t, d)
		equal(t, "error", err, context.DeadlineExceeded)

		d = NewDeferredOn[int](r, nil)
		held := weak.Make(d)
		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
		d.AddContext(ctx).Callback(1)
		synctest.Wait()
		d = nil
		runtime.GC()
		if held.Value() != nil {
			t.Error("the context holds the Deferred")
		}
	})
}

func TestFinally(t *testing.T) {
	errFinally := errors.New("finally")
	for _, c := range []struct {
		err, finally error
		want         []error // all of them, or none
	}{
		{},
		{finally: errFinally, want: []error{errFinally}},
		{err: errTest, want: []error{errTest}},
		{err: errTest, finally: errFinally, want: []error{errTest, errFinally}},
	} {
		bubble(t, func(t *testing.T, r *Reactor) {
			d := MaybeDeferredOn(r, func() (int, error) { return 42, c.err })
			v, err := outcome(t, d.Finally(func() error { return c.finally }))
			for _, want := range c.want {
				wantErr(t, err, want)
			}
			if c.want == nil {
				equal(t, "value", v, 42)
				wantErr(t, err, nil)
			}
		})
	}
	bubble(t, func(t *testing.T, r *Reactor) {
		_, err := outcome(t, SucceedOn(r, 1).Finally(func() error { panic(errTest) }))
		wantErr(t, err, errTest)
	})
}
