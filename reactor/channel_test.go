package reactor

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

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
		wantErr(t, FromChannel(c).core.err, ErrChannelClosed) // at once
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

			u := ofAny(r, c)
			u.Cancel()
			_, err = outcome(t, u)
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
			raced(t, c, FromChannelOn(r, c), 42)
			c = make(chan int, 1)
			raced(t, c, ofAny(r, c), any(42))
		}
	})
}

func raced[T any](t *testing.T, c chan int, d *Deferred[T], want T) {
	t.Helper()
	var wg sync.WaitGroup
	wg.Go(func() { c <- 42 })
	wg.Go(d.Cancel)
	wg.Wait()
	v, err := outcome(t, d)
	if err == nil {
		equal(t, "value", v, want)
	} else {
		wantErr(t, err, ErrCanceled)
	}
	equal(t, "values in the channel", len(c) == 1, err != nil)
}

// Nothing that waits for a channel outlives the reactor: the bubble ends.
func TestFromChannelStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		c := make(chan int, 1)
		d, u := FromChannelOn(r, c), ofAny(r, c)
		FromChannelOn(r, make(chan int)) // which are not canceled
		ofAny(r, make(chan int))
		synctest.Wait()
		r.Stop()
		<-r.Stopped()
		d.Cancel() // does not wait for a goroutine that is gone
		u.Cancel()
		c <- 42
		wantErr(t, FromChannelOn(r, c).core.err, ErrReactorStopped)
		wantErr(t, ofAny(r, c).core.err, ErrReactorStopped)
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

// ofAny is UntypedChannel, of which reflection does the work, for the given reactor.
func ofAny(r *Reactor, c chan int) *Deferred[any] {
	d := new(Deferred[any])
	d.core.init(r, &d.slot)
	d.core.receive(c)
	return d
}

// What reflection receives is what FromChannel does.
func TestUntypedChannel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		from := func(c any) *Deferred[any] {
			t.Helper()
			d, ok := UntypedChannel(c)
			if !ok {
				t.Fatalf("UntypedChannel of a %T gave nothing", c)
			}
			return d
		}
		c := make(chan int, 1)
		c <- 1
		there := from(c)
		equal(t, "received at once", len(c), 0)
		v, err := outcome(t, there)
		equal(t, "value", v, any(1))
		wantErr(t, err, nil)

		later := from((<-chan int)(c))
		synctest.Wait()
		c <- 2
		v, err = outcome(t, later)
		equal(t, "value", v, any(2))
		wantErr(t, err, nil)

		waiting := from(c)
		synctest.Wait()
		close(c)
		_, err = outcome(t, waiting)
		wantErr(t, err, ErrChannelClosed)
		wantErr(t, from(c).core.err, ErrChannelClosed) // at once

		anything := make(chan any, 1)
		anything <- nil
		v, err = outcome(t, from(anything))
		equal(t, "value", v, nil)
		wantErr(t, err, nil)
	})
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
