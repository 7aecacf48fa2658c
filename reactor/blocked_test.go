package reactor

import (
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A callback, a timer's function or a body that blocks the loop is warned about, once for each
// place, with the stack of the goroutine that blocks.
func TestBlockedLoop(t *testing.T) {
	for name, block := range map[string]func(r *Reactor, d time.Duration){
		"call":  func(r *Reactor, d time.Duration) { r.Call(func() { hold(d) }) },
		"timer": func(r *Reactor, d time.Duration) { r.CallLater(time.Second, func() { hold(d) }) },
		"body": func(r *Reactor, d time.Duration) {
			RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				MustAwait(co, after[int](r, time.Second, 1))
				hold(d)
				return 0, nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				log := new(records)
				r.SetLogger(log.logger())
				for range 100 { // busy enough, but never blocked
					block(r, 90*time.Millisecond)
					pass(50 * time.Millisecond)
				}
				pass(time.Hour)
				log.want(t)
				for range 3 {
					block(r, 210*time.Millisecond)
				}
				pass(time.Hour)
				log.want(t, "a callback blocks the loop")
				log.wantStack(t, 0, "reactor.hold(")
				log.wantPlaces(t, "reactor.hold")
				for range 3 {
					r.Call(func() { time.Sleep(time.Minute) })
					block(r, 210*time.Millisecond)
				}
				pass(time.Hour)
				log.want(t, "a callback blocks the loop", "a callback blocks the loop")
				log.wantPlaces(t, "reactor.hold", "reactor.TestBlockedLoop.func4.1.1")
			})
		})
	}
}

func hold(d time.Duration) { time.Sleep(d) }

// A loop that was asleep is warned about after 100 ms; the one that never blocks is not
// looked at while it sleeps, nor after Stop.
func TestBlockedLoopTimes(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		log := new(records)
		r.SetLogger(log.logger())
		pass(time.Hour)
		r.Call(func() { hold(101 * time.Millisecond) })
		pass(time.Second)
		log.want(t, "a callback blocks the loop")
	})
	synctest.Test(t, func(t *testing.T) {
		log := new(records)
		r := New()
		r.SetLogger(log.logger())
		r.Start()
		r.Call(func() { hold(50 * time.Millisecond) })
		pass(time.Millisecond)
		r.Stop()
		pass(time.Hour)
		log.want(t)
		equal(t, "the timer was active", r.watchdog.timer.Stop(), false)
	})
}

// Nor is a loop blocked that ends many bodies at Stop, and calls many OnShutdown functions; but
// one of these can block it.
func TestBlockedStop(t *testing.T) {
	for name, c := range map[string]struct {
		body, shutdown time.Duration
		exit           bool
		want           []string
	}{
		"long":     {body: 30 * time.Millisecond, shutdown: 30 * time.Millisecond},
		"exits":    {body: 30 * time.Millisecond, shutdown: 30 * time.Millisecond, exit: true},
		"body":     {body: 210 * time.Millisecond, want: []string{"a callback blocks the loop"}},
		"shutdown": {shutdown: 210 * time.Millisecond, want: []string{"a callback blocks the loop"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := new(records)
				r := New()
				r.SetLogger(log.logger())
				r.Start()
				for range 20 {
					RunCoroutineOn(r, func(co *Coroutine) (int, error) {
						_, err := Await(co, NewDeferredOn[int](r, nil))
						hold(c.body)
						if c.exit {
							runtime.Goexit()
						}
						return 0, err
					})
					r.OnShutdown(func() {
						hold(c.shutdown)
						if c.exit {
							runtime.Goexit()
						}
					})
				}
				synctest.Wait()
				r.Stop()
				<-r.Stopped()
				if c.exit {
					c.want = append(slices.Repeat([]string{"a call failed: " + ErrGoexit.Error()}, 20),
						slices.Repeat([]string{"unhandled failure: " + ErrGoexit.Error()}, 20)...)
				}
				log.want(t, c.want...)
			})
		})
	}
}
