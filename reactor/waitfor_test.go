package reactor

import (
	"testing"
	"testing/synctest"
	"time"
)

// E12, E2: AwaitFor past its timeout cancels, also when the loop was busy all the time or
// there is none; nothing is taken from a channel afterwards.
func TestAwaitForBusy(t *testing.T) {
	for _, timeout := range []time.Duration{time.Second, 0, -1} {
		bubble(t, func(t *testing.T, r *Reactor) {
			c := make(chan int, 1)
			d := FromChannelOn(r, c)
			r.Call(func() { hold(time.Minute) })
			_, err := AwaitFor(timeout, d)
			wantErr(t, err, ErrTimeout)
			pass(time.Hour)
			_, err = outcome(t, d)
			equal(t, "error of the Deferred", err, ErrCanceled)
			c <- 7
			synctest.Wait()
			equal(t, "left in the channel", len(c), 1)
		})
	}
}

// What is there is returned without the help of the loop, so also with no time, by a busy
// loop (E2), on the loop itself (E8) and after Stop (E10).
func TestAwaitForThere(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		there := func() {
			t.Helper()
			for _, timeout := range []time.Duration{0, time.Second} {
				v, err := AwaitFor(timeout, SucceedOn(r, 1))
				equal(t, "value", v, 1)
				wantErr(t, err, nil)
				_, err = AwaitFor(timeout, FailOn[int](r, errTest))
				equal(t, "error", err, errTest)
				_, err = AwaitFor(timeout, (*Deferred[int])(nil))
				wantErr(t, err, nil)
				x, err := AwaitFor(timeout, SucceedOn[any](r, SucceedOn(r, 2)))
				equal(t, "value of the nested one", x, any(2))
				wantErr(t, err, nil)
			}
		}
		there()
		on(r, there)
		r.Call(func() { hold(time.Minute) })
		there()
		r.Stop()
		there()
	})
}

// A callback that is due is waited for; a nested Deferred that is pending too.
func TestAwaitForDue(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		d := SucceedOn(r, 1)
		r.Call(func() { hold(time.Second) })
		d.AddCallback(increment)
		_, err := AwaitFor(0, d)
		equal(t, "error", err, ErrTimeout)
		v, err := AwaitFor(time.Minute, d)
		equal(t, "value", v, 2)
		wantErr(t, err, nil)

		x, err := AwaitFor(time.Minute, SucceedOn[any](r, after[int](r, time.Second, 3)))
		equal(t, "value of the nested one", x, any(3))
		wantErr(t, err, nil)
		inner := NewDeferredOn[int](r, nil)
		_, err = AwaitFor(time.Second, SucceedOn[any](r, inner))
		equal(t, "error", err, ErrTimeout)
		_, err = outcome(t, inner)
		equal(t, "error of the nested one", err, ErrCanceled)
	})
}

// Under -race: AwaitFor looks at a Deferred whose callbacks come from elsewhere.
func TestConcurrentAwaitFor(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for range 200 {
			d := NewDeferredOn[int](r, nil)
			go d.Callback(1)
			go d.AddCallback(increment)
			for range 3 {
				go func() {
					if v, err := AwaitFor(time.Minute, d); v < 1 || v > 2 || err != nil {
						t.Errorf("got %d, %v", v, err)
					}
				}()
			}
			synctest.Wait()
		}
	})
}

// E8: on the reactor, AwaitFor cancels nothing, and whoever looks at what it was given still
// has to: the failure is reported unless somebody does.
func TestAwaitForOnReactor(t *testing.T) {
	for name, look := range map[string]bool{"looked at": true, "not looked at": false} {
		t.Run(name, func(t *testing.T) {
			log := new(records)
			synctest.Test(t, func(t *testing.T) {
				r := New()
				r.SetLogger(log.logger())
				r.Start()
				d, inner := NewDeferredOn[int](r, nil), NewDeferredOn[int](r, nil)
				e, of := pending(r, nil)
				r.Call(func() {
					_, err := AwaitFor(time.Second, d)
					equal(t, "error", err, ErrOnReactor)
					_, err = AwaitFor(time.Second, SucceedOn[any](r, inner))
					equal(t, "error", err, ErrOnReactor)
					_, err = AwaitFor(time.Second, e)
					equal(t, "error", err, ErrOnReactor)
				})
				pass(time.Minute)
				equal(t, "fired", []bool{d.core.fired(), inner.core.fired(), of.core.fired()}, []bool{false, false, false})
				if look {
					recovered(d)
					recovered(inner)
				}
				d.Errback(errTest)
				inner.Errback(errTest)
				of.Errback(errTest)
				synctest.Wait()
				if look {
					e.Wait(0)
				}
				r.Stop()
				<-r.Stopped()
			})
			if look {
				log.want(t)
			} else {
				log.want(t, "unhandled failure: test", "unhandled failure: test", "unhandled failure: test")
			}
		})
	}
}
