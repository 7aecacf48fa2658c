package reactor

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// D18: DeferLaterTests.test_callback.
func TestDeferLater(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := DeferLaterOn(r, 3*time.Second, func() (string, error) { return "flag", nil })
		pass(2 * time.Second)
		equal(t, "fired", d.core.fired(), false)
		pass(time.Second)
		equal(t, "fired", d.core.fired(), true)
		v, err := outcome(t, d)
		equal(t, "value", v, "flag")
		wantErr(t, err, nil)
	})
}

// D18: DeferLaterTests.test_errback; also a panic and runtime.Goexit.
func TestDeferLaterFails(t *testing.T) {
	out := logged(t)
	bubble(t, func(t *testing.T, r *Reactor) {
		failed := DeferLaterOn(r, 0, func() (int, error) { return 0, errTest })
		panicked := DeferLaterOn(r, 0, func() (int, error) { panic(errTest) })
		exited := DeferLaterOn(r, 0, func() (int, error) { runtime.Goexit(); return 0, nil })
		synctest.Wait()
		_, err := outcome(t, failed)
		wantErr(t, err, errTest)
		_, err = outcome(t, panicked)
		wantErr(t, err, errTest)
		if p, ok := errors.AsType[*PanicError](err); !ok || len(p.Stack) == 0 {
			t.Errorf("got %v, want a panic with its stack", err)
		}
		_, err = outcome(t, exited)
		wantErr(t, err, ErrGoexit)
	})
	if strings.Contains(out.String(), "a call failed") {
		t.Error("an outcome was logged as well")
	}
}

// D18: DeferLaterTests.test_cancel.
func TestDeferLaterCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := DeferLaterOn(r, time.Second, func() (int, error) { t.Error("f was called"); return 0, nil })
		d.Cancel()
		equal(t, "timers", len(r.timers), 0)
		_, err := outcome(t, d)
		wantErr(t, err, ErrCanceled)
		pass(2 * time.Second)
	})
}

// D18: a cancel that comes when the timer's turn has begun, but f has not.
func TestDeferLaterCancelWhenDue(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var d *Deferred[int]
		on(r, func() {
			d = DeferLaterOn(r, 0, func() (int, error) { t.Error("f was called"); return 0, nil })
			timer := r.timers[0].call
			begin := timer.f
			timer.f = func() { begin(); d.Cancel() } // as another goroutine might
		})
		_, err := outcome(t, d)
		wantErr(t, err, ErrCanceled)
	})
}

// DeferLaterTests.test_noCallback.
func TestSleep(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		begin := time.Now()
		d := SleepOn(r, 2*time.Second)
		woke := Then(d, func(struct{}) (time.Duration, error) { return time.Since(begin), nil })
		pass(2 * time.Second)
		v, err := outcome(t, woke)
		equal(t, "slept", v, 2*time.Second)
		wantErr(t, err, nil)
	})
}

// D17: DeferredTests.test_maybeDeferredSync, test_maybeDeferredSyncException,
// test_maybeDeferredSyncFailure.
func TestMaybeDeferred(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		called := false
		value := MaybeDeferredOn(r, func() (int, error) { called = true; return 42, nil })
		equal(t, "called", called, true)
		v, err := outcome(t, value)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)

		_, err = outcome(t, MaybeDeferredOn(r, func() (int, error) { return 0, errTest }))
		wantErr(t, err, errTest)
		_, err = outcome(t, MaybeDeferredOn(r, func() (int, error) { panic(errTest) }))
		wantErr(t, err, errTest)

		_, err = outcome(t, MaybeDeferredOn(r, func() (*Deferred[int], error) { return value, nil }))
		if err == nil || !strings.Contains(err.Error(), "use TryDeferred") {
			t.Errorf("got error %v", err)
		}
	})
}

// D17: DeferredTests.test_maybeDeferredAsync, test_maybeDeferredAsyncError.
func TestTryDeferred(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := NewDeferredOn[string](r, nil)
		got := TryDeferredOn(r, func() (*Deferred[string], error) { return d, nil })
		equal(t, "the Deferred itself", got, d)

		for _, c := range []struct {
			f    func() (*Deferred[string], error)
			want error
		}{
			{func() (*Deferred[string], error) { return nil, nil }, nil},
			{func() (*Deferred[string], error) { return d, errTest }, errTest},
			{func() (*Deferred[string], error) { return FailOn[string](r, errTest), nil }, errTest},
			{func() (*Deferred[string], error) { panic(errTest) }, errTest},
		} {
			v, err := outcome(t, TryDeferredOn(r, c.f))
			equal(t, "value", v, "")
			wantErr(t, err, c.want)
		}
	})
}

// The forms without On use the default reactor.
func TestLaterDefault(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		_, err := outcome(t, Then(Sleep(0), func(struct{}) (int, error) { return 0, errTest }))
		wantErr(t, err, errTest)
		for _, d := range []*Deferred[int]{
			DeferLater(0, answer),
			MaybeDeferred(answer),
			TryDeferred(func() (*Deferred[int], error) { return Succeed(42), nil }),
		} {
			synctest.Wait()
			v, _ := outcome(t, d)
			equal(t, "value", v, 42)
			equal(t, "reactor", d.core.r, r)
		}
	})
}
