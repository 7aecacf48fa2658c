package reactor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// contextRuns starts, in each of the ways that take a context, work that waits an hour.
var contextRuns = map[string]func(r *Reactor, ctx context.Context) *EventualResult[int]{
	"coroutine": func(r *Reactor, ctx context.Context) *EventualResult[int] {
		return RunCoroutineContextOn(r, ctx, func(co *Coroutine) (int, error) {
			return Await(co, after[int](r, time.Hour, 1))
		})
	},
	"MustAwait": func(r *Reactor, ctx context.Context) *EventualResult[int] {
		return RunCoroutineContextOn(r, ctx, func(co *Coroutine) (int, error) {
			return MustAwait(co, after[int](r, time.Hour, 1)), nil
		})
	},
	"wrapped": func(r *Reactor, ctx context.Context) *EventualResult[int] {
		return RunCoroutineContextOn(r, ctx, func(co *Coroutine) (int, error) {
			_, err := Await(co, after[int](r, time.Hour, 1))
			return 0, fmt.Errorf("a page: %w", err)
		})
	},
	"context of the body": func(r *Reactor, ctx context.Context) *EventualResult[int] {
		return RunCoroutineContextOn(r, ctx, func(co *Coroutine) (int, error) {
			return Await(co, after[int](r, time.Hour, 1).AddContext(co.Context()))
		})
	},
	"goroutine": func(r *Reactor, ctx context.Context) *EventualResult[int] {
		return RunCoroutineContextOn(r, ctx, func(co *Coroutine) (int, error) {
			ctx := co.Context()
			return Await(co, DeferToGoroutineOn(r, func(context.Context) (int, error) {
				<-ctx.Done()
				return 0, ctx.Err()
			}))
		})
	},
}

// A context that ends gives up the work that belongs to it, whoever waits for that, and with the
// context's cause, whatever that is. Nobody is to be told of it.
func TestRunContext(t *testing.T) {
	causes := map[string]func(ctx context.Context) (context.Context, context.CancelFunc, error){
		"cancel": func(ctx context.Context) (context.Context, context.CancelFunc, error) {
			ctx, cancel := context.WithCancel(ctx)
			return ctx, cancel, context.Canceled
		},
		"cause": func(ctx context.Context) (context.Context, context.CancelFunc, error) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(errTest) }, errTest
		},
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			return ctx, func() { time.Sleep(2 * time.Second); cancel() }, context.DeadlineExceeded
		},
	}
	for name, run := range contextRuns {
		for cause, end := range causes {
			t.Run(name+"/"+cause, func(t *testing.T) {
				bubble(t, func(t *testing.T, r *Reactor) {
					log := new(records)
					r.SetLogger(log.logger())
					ctx, cancel, want := end(t.Context())
					e := run(r, ctx)
					run(r, ctx) // nobody waits for it
					pass(0)
					equal(t, "state", e.String(), "<EventualResult pending>")
					cancel()
					synctest.Wait()
					_, err := e.Wait(0)
					wantErr(t, err, want)
					runtime.GC()
					r.Stop()
					<-r.Stopped()
					log.want(t)
				})
			})
		}
	}
}

// The child has the values of its parent, and its end; the end of the body ends it too.
func TestRunContextChild(t *testing.T) {
	type key struct{}
	bubble(t, func(t *testing.T, r *Reactor) {
		ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "value"))
		var child, later context.Context
		e := RunCoroutineContextOn(r, ctx, func(co *Coroutine) (int, error) {
			child = co.Context()
			equal(t, "value", child.Value(key{}), any("value"))
			_, err := Await(co, after[int](r, time.Hour, 1))
			wantErr(t, err, ErrCanceled)
			wantErr(t, context.Cause(child), errTest)
			return 2, nil
		})
		RunCoroutineContextOn(r, ctx, func(co *Coroutine) (int, error) {
			Await(co, after[int](r, time.Hour, 1))
			later = co.Context()
			return 0, nil
		})
		synctest.Wait()
		cancel(errTest)
		synctest.Wait()
		v, err := e.Wait(0)
		equal(t, "value", v, 2)
		wantErr(t, err, nil)
		wantErr(t, context.Cause(later), errTest)

		parent, cancelParent := context.WithCancel(t.Context())
		defer cancelParent()
		RunCoroutineContextOn(r, parent, func(co *Coroutine) (int, error) {
			child = co.Context()
			return 0, nil
		})
		synctest.Wait()
		wantErr(t, child.Err(), context.Canceled)
		wantErr(t, parent.Err(), nil)
	})
}

// Work whose context has ended before it began is not begun.
func TestRunContextEnded(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		log := new(records)
		r.SetLogger(log.logger())
		ctx, cancel := context.WithCancelCause(t.Context())
		busy := make(chan struct{})
		r.Call(func() { <-busy })
		ran := false
		body := func() (int, error) { ran = true; return 1, nil }
		early := RunInReactorContextOn(r, ctx, body)
		cancel(errTest)
		late := RunInReactorContextOn(r, ctx, body)
		synctest.Wait()
		for _, e := range []*EventualResult[int]{early, late} {
			_, err := e.Wait(0)
			wantErr(t, err, errTest)
		}
		_, err := WaitForContextOn(r, ctx, func(*Coroutine) (int, error) { return body() })
		wantErr(t, err, errTest)
		close(busy)
		synctest.Wait()
		equal(t, "ran", ran, false)
		RunInReactorContextOn(r, ctx, body)
		r.Stop()
		<-r.Stopped()
		log.want(t)
	})
}

// A Deferred that an untyped body returns is canceled too; an error of its own is its result.
func TestRunInReactorContext(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		log := new(records)
		r.SetLogger(log.logger())
		ctx, cancel := context.WithCancel(t.Context())
		canceled := 0
		start := func(err error) *EventualResult[any] {
			return RunInReactorContextOn(r, ctx, func() (any, error) {
				return NewDeferredOn(r, func(d *Deferred[int]) {
					canceled++
					if err != nil {
						d.Errback(err)
					}
				}), nil
			})
		}
		plain, failing := start(nil), start(errTest)
		start(errors.Join(errTest, ErrCanceled)) // nobody looks
		synctest.Wait()
		cancel()
		synctest.Wait()
		equal(t, "canceled", canceled, 3)
		_, err := plain.Wait(0)
		wantErr(t, err, context.Canceled)
		_, err = failing.Wait(0)
		wantErr(t, err, errTest)
		r.Stop()
		<-r.Stopped()
		log.want(t, "unhandled failure: "+errors.Join(errTest, ErrCanceled).Error())
	})
	bubble(t, func(t *testing.T, r *Reactor) { // as RunInReactor says it
		_, err := RunInReactorContextOn(r, t.Context(), func() (*Deferred[int], error) { return nil, nil }).Wait(1)
		if err == nil || errors.Is(err, ErrTimeout) {
			t.Error("got", err)
		}
	})
}

// A panic is reported, though the context has ended.
func TestRunContextPanic(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		log := new(records)
		r.SetLogger(log.logger())
		ctx, cancel := context.WithCancel(t.Context())
		RunCoroutineContextOn(r, ctx, func(co *Coroutine) (int, error) {
			_, err := Await(co, after[int](r, time.Hour, 1))
			panic(err)
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		r.Stop()
		<-r.Stopped()
		log.want(t, "unhandled failure: reactor: panic: "+ErrCanceled.Error())
	})
}

// lettingGo is a context that counts who waits for its end.
type lettingGo struct {
	context.Context
	waiting *atomic.Int32
}

func (c lettingGo) Value(any) any { return nil } // or else package context takes the inner one

func (c lettingGo) AfterFunc(f func()) (stop func() bool) {
	c.waiting.Add(1)
	stopInner := context.AfterFunc(c.Context, f)
	return func() bool { c.waiting.Add(-1); return stopInner() }
}

// When the result is there, or the reactor stops, ctx is let go of.
func TestRunContextLetsGo(t *testing.T) {
	for name, stop := range map[string]bool{"value": false, "stop": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				var waiting atomic.Int32
				ctx := lettingGo{t.Context(), &waiting}
				RunInReactorContextOn(r, ctx, func() (any, error) { return after[int](r, time.Minute, 1), nil })
				synctest.Wait()
				equal(t, "waiting", waiting.Load(), 1)
				if stop {
					r.Stop()
				}
				pass(time.Minute)
				equal(t, "waiting at the end", waiting.Load(), 0)
				if !stop {
					equal(t, "watched", len(r.watching), 0)
				}
			})
		})
	}
}

// WaitForContext gives up the body with the wait.
func TestWaitForContext(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		v, err := WaitForContextOn(r, t.Context(), func(co *Coroutine) (int, error) {
			return Await(co, after[int](r, time.Minute, 1))
		})
		equal(t, "value", v, 1)
		wantErr(t, err, nil)

		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errTest)
		defer cancel()
		var got error
		begun := time.Now()
		_, err = WaitForContextOn(r, ctx, func(co *Coroutine) (int, error) {
			_, got = Await(co, after[int](r, time.Minute, 1))
			return 0, got
		})
		wantErr(t, err, errTest)
		equal(t, "time", time.Since(begun), time.Second)
		synctest.Wait()
		wantErr(t, got, ErrCanceled)

		RunInReactorOn(r, func() (int, error) {
			_, err = WaitForContextOn(r, t.Context(), func(*Coroutine) (int, error) { return 0, nil })
			return 0, nil
		})
		pass(time.Second)
		wantErr(t, err, ErrOnReactor)
	})
}

// What a Wait that gave up has told is not reported when the work fails with it: one context ends
// the wait and the Deferred, or the work times out later than the wait. All else is.
func TestToldFailures(t *testing.T) {
	for name, c := range map[string]struct {
		wait func(r *Reactor, ctx context.Context)
		want []string
	}{
		"one context": {wait: func(r *Reactor, ctx context.Context) {
			RunDeferredOn(r, func() (*Deferred[int], error) {
				return NewDeferredOn[int](r, nil).AddContext(ctx), nil
			}).WaitContext(ctx)
		}},
		"timeouts": {wait: func(r *Reactor, ctx context.Context) {
			RunDeferredOn(r, func() (*Deferred[int], error) {
				return NewDeferredOn[int](r, nil).AddTimeout(3 * time.Second), nil
			}).Wait(time.Second)
		}},
		"wrapped timeout": {wait: func(r *Reactor, ctx context.Context) {
			RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				_, err := Await(co, NewDeferredOn[int](r, nil).AddTimeout(3*time.Second))
				return 0, fmt.Errorf("a page: %w", err)
			}).Wait(time.Second)
		}},
		"a poll": {wait: func(r *Reactor, ctx context.Context) {
			RunDeferredOn(r, func() (*Deferred[int], error) {
				return NewDeferredOn[int](r, nil).AddTimeout(time.Second), nil
			}).Wait(0)
		}, want: []string{"unhandled failure: " + ErrTimeout.Error()}},
		"another error": {wait: func(r *Reactor, ctx context.Context) {
			RunDeferredOn(r, func() (*Deferred[int], error) {
				return after[int](r, 3*time.Second, errTest), nil
			}).Wait(time.Second)
		}, want: []string{"unhandled failure: " + errTest.Error()}},
		"another error beside it": {wait: func(r *Reactor, ctx context.Context) {
			RunDeferredOn(r, func() (*Deferred[int], error) {
				return NewDeferredOn[int](r, nil).AddTimeout(3 * time.Second).Finally(func() error { return errTest }), nil
			}).Wait(time.Second)
		}, want: []string{"unhandled failure: " + ErrTimeout.Error() + "\n" + errTest.Error()}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				log := new(records)
				r.SetLogger(log.logger())
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("enough"))
				defer cancel()
				c.wait(r, ctx)
				pass(time.Minute)
				r.Stop()
				<-r.Stopped()
				log.want(t, c.want...)
			})
		})
	}
}

// The same without a bubble, where the wait and the work race.
func TestToldFailuresRace(t *testing.T) {
	r := New()
	log := new(records)
	r.SetLogger(log.logger())
	r.Start()
	for range 500 {
		ctx, cancel := context.WithCancel(t.Context())
		e := RunDeferredOn(r, func() (*Deferred[int], error) {
			return NewDeferredOn[int](r, nil).AddContext(ctx), nil
		})
		go cancel()
		_, err := e.WaitContext(ctx)
		wantErr(t, err, context.Canceled)
	}
	r.Stop()
	<-r.Stopped()
	log.want(t)
}
