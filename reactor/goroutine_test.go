package reactor

import (
	"context"
	"errors"
	"runtime"
	"sync"
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
		wantErr(t, begin(nil).err, ErrReactorStopped)
	})
}

func TestFromChannel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		c := make(chan int, 1)
		c <- 1
		there := FromChannel(c) // T is inferred
		equal(t, "received at once", len(c), 0)
		v, err := outcome(t, there)
		equal(t, "value", v, 1)
		wantErr(t, err, nil)

		later := FromChannel(c)
		time.Sleep(time.Second)
		c <- 2
		v, err = outcome(t, later)
		equal(t, "value", v, 2)
		wantErr(t, err, nil)

		waiting := FromChannel(c)
		synctest.Wait()
		close(c)
		_, err = outcome(t, waiting)
		wantErr(t, err, ErrChannelClosed)
		_, err = outcome(t, FromChannel(c))
		wantErr(t, err, ErrChannelClosed)
	})
}

// A cancel leaves the channel alone, also one that is nil.
func TestFromChannelCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		c := make(chan int, 1)
		for _, c := range []chan int{c, nil} {
			d := FromChannelOn(r, c)
			d.Cancel()
			_, err := outcome(t, d)
			wantErr(t, err, ErrCanceled)
		}
		c <- 1
		synctest.Wait()
		equal(t, "values in the channel", len(c), 1)
	})
}

// However a cancel and a value meet, the value is the outcome or still in the channel.
func TestFromChannelCancelRace(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for range 500 {
			c := make(chan int, 1)
			d := FromChannelOn(r, c)
			var wg sync.WaitGroup
			wg.Go(func() { c <- 42 })
			wg.Go(d.Cancel)
			wg.Wait()
			v, err := outcome(t, d)
			if err == nil {
				equal(t, "value", v, 42)
			} else {
				wantErr(t, err, ErrCanceled)
			}
			equal(t, "values in the channel", len(c) == 1, err != nil)
		}
	})
}

// Nothing that waits for a channel outlives the reactor: the bubble ends.
func TestFromChannelStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		c := make(chan int, 1)
		d := FromChannelOn(r, c)
		r.Stop()
		<-r.Stopped()
		d.Cancel() // does not wait for a goroutine that is gone
		c <- 42
		wantErr(t, FromChannelOn(r, c).err, ErrReactorStopped)
		equal(t, "values in the channel", len(c), 1)
	})
}

// E10: a value that comes after Stop stays in the channel, also when the goroutine that was to
// wait for it has not begun before.
func TestFromChannelStopAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			r := New()
			r.Start()
			c := make(chan int, 1)
			FromChannelOn(r, c)
			r.Stop()
			c <- 42
			<-r.Stopped()
			synctest.Wait()
			equal(t, "values in the channel", len(c), 1)
		})
	}
}

// What an await of a channel becomes: a coroutine that gives up leaves the channel alone.
func TestAwaitChannel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		c := make(chan int)
		next := func(co *Coroutine) (int, error) { return Await(co, FromChannelOn(r, c)) }
		e := RunCoroutineOn(r, next)
		c <- 42
		v, err := e.Wait(time.Second)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)

		_, err = WaitForOn(r, time.Second, next)
		wantErr(t, err, ErrTimeout)
		synctest.Wait()
		select {
		case c <- 43:
			t.Error("somebody still receives")
		default:
		}
	})
}
