package reactor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// records collects what a reactor logs, as "unhandled failure: boom".
type records struct {
	mu     sync.Mutex
	texts  []string
	stacks []string
	places []string
}

func (l *records) logger() *slog.Logger { return slog.New(l) }

func (l *records) Enabled(context.Context, slog.Level) bool { return true }
func (l *records) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *records) WithGroup(string) slog.Handler            { return l }
func (l *records) Handle(_ context.Context, rec slog.Record) error {
	text, stack, place := strings.TrimPrefix(rec.Message, "reactor: "), "", ""
	rec.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "stack":
			stack = a.Value.String()
		case "at":
			place = a.Value.String()
		case "err":
			text += fmt.Sprint(": ", a.Value)
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.texts, l.stacks, l.places = append(l.texts, text), append(l.stacks, stack), append(l.places, place)
	return nil
}

func (l *records) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.texts)
}

func (l *records) want(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	equal(t, "logged", l.texts, want)
}

// wantPlaces compares the functions at which the reports are.
func (l *records) wantPlaces(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.places) != len(want) {
		t.Fatalf("places %q, want %q", l.places, want)
	}
	for i, place := range l.places {
		if !strings.Contains(place, "_test.go:") || !strings.HasSuffix(place, " ("+want[i]+")") {
			t.Errorf("report %d is at %q, want %s", i, place, want[i])
		}
	}
}

func (l *records) wantStack(t *testing.T, i int, frame string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if i >= len(l.stacks) || !strings.Contains(l.stacks[i], frame) {
		t.Errorf("no %s in the stack of report %d: %q", frame, i, l.stacks)
	}
}

// leave has the failing results and Deferreds made that nobody looks at, and drops them.
var leave = map[string]func(r *Reactor){
	"result": func(r *Reactor) {
		RunInReactorOn(r, func() (int, error) { return 0, errTest })
	},
	"String, Done": func(r *Reactor) {
		e := RunInReactorOn(r, func() (int, error) { return 0, errTest })
		<-e.Done()
		_ = e.String()
	},
	"Wait that timed out": func(r *Reactor) {
		e := RunDeferredOn(r, func() (*Deferred[int], error) { return after[int](r, time.Millisecond, errTest), nil })
		e.Wait(0)
		<-e.Done()
	},
	"coroutine": func(r *Reactor) {
		RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, FailOn[int](r, errTest)) })
	},
	"Deferred":          func(r *Reactor) { NewDeferredOn[int](r, nil).Errback(errTest) },
	"failed Deferred":   func(r *Reactor) { FailOn[int](r, errTest) },
	"callback":          func(r *Reactor) { SucceedOn(r, 1).AddCallback(func(int) (int, error) { return 0, errTest }) },
	"late callback":     func(r *Reactor) { FailOn[int](r, errTest).AddCallback(increment) },
	"errback that does": func(r *Reactor) { FailOn[int](r, errBack).AddErrback(func(error) (int, error) { return 0, errTest }) },
	"late callbacks of one that is paused": func(r *Reactor) {
		d := SucceedOn(r, 1)
		d.Pause()
		d.AddCallback(increment).AddCallback(func(int) (int, error) { return 0, errTest })
		r.Call(d.Unpause)
	},
	"end of Thens": func(r *Reactor) {
		Then(Then(FailOn[int](r, errTest), itoa), func(string) (int, error) { return 0, nil })
	},
	"Then, then callback": func(r *Reactor) {
		d := SucceedOn(r, 1)
		Then(d, itoa)
		d.AddCallback(func(int) (int, error) { return 0, errTest })
	},
	"target of Chain": func(r *Reactor) { FailOn[int](r, errTest).Chain(NewDeferredOn[int](r, nil)) },
	"inner": func(r *Reactor) {
		ThenDeferred(SucceedOn(r, 1), func(int) (*Deferred[int], error) { return FailOn[int](r, errTest), nil })
	},
}

var errBack = fmt.Errorf("not the end of it")

// E11, invariant 9: what nobody looks at is reported, once, when it is dropped; outside of a bubble, as
// crochet's EventualResultTests.test_error_logged_no_wait, test_error_logged_wait_timeout,
// test_error_after_gc_logged; Twisted's LogTests.test_errorLog.
func TestUnhandledDropped(t *testing.T) {
	for name, leave := range leave {
		t.Run(name, func(t *testing.T) {
			log := new(records)
			r := New()
			r.SetLogger(log.logger())
			r.Start()
			leave(r)
			for log.len() == 0 {
				runtime.GC()
				runtime.Gosched()
			}
			r.Stop()
			<-r.Stopped()
			log.want(t, "unhandled failure: test")
		})
	}
}

// E11: or when the reactor has stopped; and not again when it is dropped.
func TestUnhandledAtStop(t *testing.T) {
	for name, leave := range leave {
		t.Run(name, func(t *testing.T) {
			log := new(records)
			synctest.Test(t, func(t *testing.T) {
				r := New()
				r.SetLogger(log.logger())
				r.Start()
				r.OnShutdown(func() { equal(t, "reported before the shutdown functions", log.len(), 0) })
				leave(r)
				pass(time.Second)
				r.Stop()
				<-r.Stopped()
			})
			for log.len() == 0 { // a cleanup may have been first, and be about to log
				runtime.Gosched()
			}
			runtime.GC()
			log.want(t, "unhandled failure: test")
		})
	}
}

// E11, invariant 9: looked at, or no failure of the work. LogTests.test_chainedErrorCleanup,
// test_errorClearedByChaining.
func TestHandled(t *testing.T) {
	fails := func() (int, error) { return 0, errTest }
	for name, look := range map[string]func(r *Reactor){
		"Wait":            func(r *Reactor) { RunInReactorOn(r, fails).Wait(time.Second) },
		"polled":          func(r *Reactor) { e := RunInReactorOn(r, fails); synctest.Wait(); e.Wait(0) },
		"WaitContext":     func(r *Reactor) { RunInReactorOn(r, fails).WaitContext(context.Background()) },
		"OriginalFailure": func(r *Reactor) { e := RunInReactorOn(r, fails); synctest.Wait(); e.OriginalFailure() },
		"Await": func(r *Reactor) {
			RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				Await(co, FailOn[int](r, errTest))
				Await(co, after[int](r, time.Second, errTest))
				e := RunInReactorOn(r, fails)
				Await(co, e)
				e = RunInReactorOn(r, fails)
				Await(co, after[int](r, time.Second, 1))
				Await(co, e)
				return 0, nil
			})
		},
		"RunDeferred": func(r *Reactor) {
			e := RunDeferredOn(r, func() (*Deferred[int], error) { return after[int](r, time.Second, errTest), nil })
			e.Wait(time.Minute)
			e = RunDeferredOn(r, func() (*Deferred[int], error) { return FailOn[int](r, errTest), nil })
			e.Wait(time.Minute)
		},
		"untyped": func(r *Reactor) {
			RunInReactorOn(r, func() (any, error) { return FailOn[int](r, errTest), nil }).Wait(time.Minute)
			RunInReactorOn(r, func() (any, error) { return after[int](r, time.Second, errTest), nil }).Wait(time.Minute)
		},
		"errback": func(r *Reactor) { FailOn[int](r, errTest).AddErrback(func(error) (int, error) { return 0, nil }) },
		"late errback": func(r *Reactor) {
			d := FailOn[int](r, errTest)
			synctest.Wait()
			d.AddErrback(func(error) (int, error) { return 0, nil })
		},
		"Then": func(r *Reactor) {
			Then(FailOn[int](r, errTest), itoa).AddErrback(func(error) (string, error) { return "", nil })
		},
		"Chain": func(r *Reactor) {
			other := NewDeferredOn[int](r, nil)
			FailOn[int](r, errTest).Chain(other)
			other.AddErrback(func(error) (int, error) { return 0, nil })
		},
		"WaitFor": func(r *Reactor) {
			WaitForOn(r, time.Second, func(co *Coroutine) (int, error) {
				_, err := Await(co, NewDeferredOn[int](r, nil))
				return 0, fmt.Errorf("gave up: %v", err)
			})
		},
		"AwaitFor": func(r *Reactor) {
			d := NewDeferredOn(r, func(d *Deferred[int]) { d.Errback(errTest) })
			AwaitFor(time.Second, d)
			e := RunDeferredOn(r, func() (*Deferred[int], error) { return after[int](r, time.Minute, errTest), nil })
			AwaitFor(time.Second, e)
		},
		"canceled": func(r *Reactor) {
			NewDeferredOn[int](r, nil).Cancel()
			e, _ := pending(r, nil)
			e.Cancel()
			synctest.Wait()
			RunInReactorOn(r, func() (int, error) { return 0, fmt.Errorf("wrapped: %w", ErrCanceled) })
		},
		"stopped": func(r *Reactor) {
			pending(r, nil)
			RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, NewDeferredOn[int](r, nil)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(records)
			synctest.Test(t, func(t *testing.T) {
				r := New()
				r.SetLogger(log.logger())
				r.Start()
				look(r)
				pass(time.Minute)
				runtime.GC()
				r.Stop()
				<-r.Stopped()
				RunInReactorOn(r, answer)
			})
			runtime.GC()
			log.want(t)
		})
	}
}

// E11, invariant 6: in a bubble, what is dropped while the reactor runs is reported from
// outside of it.
func TestUnhandledInBubble(t *testing.T) {
	log := new(records)
	bubble(t, func(t *testing.T, r *Reactor) {
		r.SetLogger(log.logger())
		for range 100 {
			RunInReactorOn(r, func() (int, error) { return 0, errTest })
			FailOn[int](r, errTest)
		}
		synctest.Wait()
		for log.len() < 100 {
			runtime.GC()
			WaitForOn(r, time.Second, func(*Coroutine) (int, error) { return 1, nil })
		}
	})
	for log.len() < 200 { // a cleanup may be about to log
		runtime.Gosched()
	}
	runtime.GC()
	equal(t, "reports", log.len(), 200)
}

// E11: the stack of a panic is in its report.
func TestUnhandledStack(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		RunCoroutineOn(r, func(co *Coroutine) (int, error) { explode(nil); return 0, nil })
		synctest.Wait()
		r.Stop()
		<-r.Stopped()
	})
	for _, want := range []string{"level=ERROR", "unhandled failure", "assignment to entry in nil map", "reactor.explode("} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// E11: a failure that somebody waits for is not reported, however soon Stop follows; it is if
// those who waited have given up.
func TestUnhandledWhileWaiting(t *testing.T) {
	for _, give := range []time.Duration{time.Hour, time.Second} {
		log := new(records)
		synctest.Test(t, func(t *testing.T) {
			r := New()
			r.SetLogger(log.logger())
			r.Start()
			e, d := pending(r, nil)
			ctx, cancel := context.WithTimeout(t.Context(), give)
			defer cancel()
			want := ErrTimeout
			if give == time.Hour {
				want = errTest
			}
			for range 3 {
				go func() { _, err := e.Wait(give); equal(t, "error", err, want) }()
				go func() {
					if _, err := e.WaitContext(ctx); !errors.Is(want, err) {
						t.Error("got", err)
					}
				}()
			}
			pass(time.Minute)
			r.Call(func() {
				d.Errback(errTest)
				r.Call(r.Stop)
			})
			<-r.Stopped()
			synctest.Wait()
		})
		if give == time.Hour {
			log.want(t)
		} else {
			log.want(t, "unhandled failure: test")
		}
	}
}

// The same outside of a bubble, where the body runs while Wait gives it a moment.
func TestUnhandledWhileWaitBegins(t *testing.T) {
	for range 100 {
		log := new(records)
		r := New()
		r.SetLogger(log.logger())
		var waits atomic.Bool
		e := RunInReactorOn(r, func() (int, error) {
			for !waits.Load() {
				runtime.Gosched()
			}
			r.CallLater(0, r.Stop)
			return 0, errTest
		})
		r.Start()
		go func() {
			for e.result.waiting.Load() == 0 {
				runtime.Gosched()
			}
			waits.Store(true)
		}()
		_, err := e.Wait(time.Minute)
		equal(t, "error", err, errTest)
		<-r.Stopped()
		log.want(t)
	}
}

// E11, E12: an error beside a cancel or a stop, and any panic, is reported.
func TestUnhandledBesideCancel(t *testing.T) {
	cleanup := errors.New("cleanup")
	for name, c := range map[string]struct {
		leave func(r *Reactor)
		want  []string
	}{
		"Finally": {func(r *Reactor) {
			NewDeferredOn[int](r, nil).Finally(func() error { return cleanup }).Cancel()
		}, []string{"unhandled failure: reactor: canceled\ncleanup"}},
		"First": {func(r *Reactor) {
			ds := unfired(r, 2, nil)
			FirstOn(r, ds...)
			ds[0].Errback(errTest)
			ds[1].Cancel()
		}, []string{"unhandled failure: test\nreactor: canceled"}},
		"only cancels": {func(r *Reactor) {
			ds := unfired(r, 2, nil)
			FirstOn(r, ds...).Cancel()
			GatherOn(r, unfired(r, 1, nil)...).Cancel()
			FailOn[int](r, fmt.Errorf("%w and %w", ErrReactorStopped, ErrCanceled))
		}, nil},
		"panic": {func(r *Reactor) {
			RunInReactorOn(r, func() (int, error) { panic(ErrReactorStopped) })
		}, []string{"unhandled failure: reactor: panic: reactor: the reactor has stopped"}},
		"panic wrapped": {func(r *Reactor) {
			FailOn[int](r, fmt.Errorf("wrapped: %w", &PanicError{Value: ErrCanceled}))
		}, []string{"unhandled failure: wrapped: reactor: panic: reactor: canceled"}},
		"panic after WaitFor": {func(r *Reactor) {
			WaitForOn(r, time.Second, func(co *Coroutine) (int, error) {
				_, err := Await(co, NewDeferredOn[int](r, nil))
				panic(err)
			})
		}, []string{"unhandled failure: reactor: panic: reactor: canceled"}},
		"panic after AwaitFor": {func(r *Reactor) {
			AwaitFor(time.Second, NewDeferredOn(r, func(*Deferred[int]) { panic("boom") }))
		}, []string{"unhandled failure: reactor: panic: boom"}},
		"panic of a canceller that fired": {func(r *Reactor) {
			NewDeferredOn(r, func(d *Deferred[int]) { d.Callback(1); panic("boom") }).Cancel()
		}, []string{"a panic after the result: reactor: panic: boom"}},
		"panic in Then after Cancel": {func(r *Reactor) {
			var x *Deferred[int]
			x = Then(SucceedOn(r, 1), func(int) (int, error) { x.Cancel(); panic("boom") })
		}, []string{"a panic after the result: reactor: panic: boom"}},
		"panic in DeferLater after Cancel": {func(r *Reactor) {
			var x *Deferred[int]
			x = DeferLaterOn(r, 1, func() (int, error) { x.Cancel(); panic("boom") })
		}, []string{"unhandled failure: reactor: panic: boom"}}, // the cancel was too late
		"panic in LoopingCall after Cancel": {func(r *Reactor) {
			var x *Deferred[struct{}]
			x = NewLoopingCallOn(r, func() error { x.Cancel(); panic("boom") }).Start(time.Second, true)
		}, []string{"a panic after the result: reactor: panic: boom"}},
		"panic of a goroutine after Cancel": {func(r *Reactor) {
			DeferToGoroutineOn(r, func(ctx context.Context) (int, error) { <-ctx.Done(); panic("boom") }).Cancel()
		}, []string{"a panic after the result: reactor: panic: boom"}},
		"panic of a body after Stop": {func(r *Reactor) {
			RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				defer func() { panic("boom") }()
				return Await(co, NewDeferredOn[int](r, nil))
			}).Done()
			RunCoroutineOn(r, func(co *Coroutine) (int, error) {
				return MustAwait(co, NewDeferredOn[int](r, nil)), nil
			}).Done()
		}, []string{"a panic after the result: reactor: panic: boom"}},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(records)
			synctest.Test(t, func(t *testing.T) {
				r := New()
				r.SetLogger(log.logger())
				r.Start()
				if strings.Contains(name, "panic in") { // needs what it makes
					r.Call(func() { c.leave(r) })
				} else {
					c.leave(r)
				}
				pass(time.Minute)
				r.Stop()
				<-r.Stopped()
			})
			for log.len() < len(c.want) { // a cleanup may have been first, and be about to log
				runtime.Gosched()
			}
			log.want(t, c.want...)
		})
	}
}

// E11: a failed Deferred that lives long has one notice and one cleanup, however many
// callbacks pass it.
func TestUnhandledLongLived(t *testing.T) {
	log := new(records)
	bubble(t, func(t *testing.T, r *Reactor) {
		r.SetLogger(log.logger())
		d := FailOn[int](r, errTest)
		for range 100 {
			d.AddCallback(increment)
			synctest.Wait()
			d.AddErrback(func(err error) (int, error) { return 0, fmt.Errorf("again") })
			synctest.Wait()
		}
		equal(t, "unhandled", len(r.unhandled), 1)
		before := allocated()
		for range 10000 {
			d.AddCallback(increment)
			synctest.Wait()
		}
		if grown := allocated() - before; grown > 200_000 {
			t.Errorf("cleanups take %d bytes", grown)
		}
		recovered(d)
		synctest.Wait()
		equal(t, "unhandled", len(r.unhandled), 0)
	})
	log.want(t)
}

// allocated returns the memory that the runtime has for itself, as for cleanups.
func allocated() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.OtherSys) + int64(m.HeapAlloc)
}

// E11: what AddCallbacks passes on is as handled as it was; what Then derives is not.
func TestAddCallbacksPassesOn(t *testing.T) {
	for thens, want := range [][]string{
		{"unhandled failure: test"},
		nil,
		{"unhandled failure: test"},
		{"unhandled failure: test", "unhandled failure: test"},
	} {
		log := new(records)
		synctest.Test(t, func(t *testing.T) {
			r := New()
			r.SetLogger(log.logger())
			r.Start()
			d := NewDeferredOn[int](r, nil)
			for i := range thens {
				if x := Then(d, increment); i == 0 {
					recovered(x)
				}
			}
			d.AddCallbacks(increment, nil)
			d.Errback(errTest)
			synctest.Wait()
			r.Stop()
			<-r.Stopped()
		})
		for log.len() < len(want) { // a cleanup may have been first, and be about to log
			runtime.Gosched()
		}
		log.want(t, want...)
	}
}

// E11: a failure that comes as a Wait gives up is returned by it, or reported.
func TestUnhandledAsWaitGivesUp(t *testing.T) {
	log := new(records)
	r := New()
	r.SetLogger(log.logger())
	r.Start()
	const n = 2000
	var es [n]*EventualResult[int]
	returned := 0
	for i := range es {
		d := NewDeferredOn[int](r, nil)
		es[i] = RunDeferredOn(r, func() (*Deferred[int], error) { return d, nil })
		r.Call(func() { d.Errback(errTest) })
		if _, err := es[i].Wait(time.Duration(i)); err == errTest {
			returned++
		}
		<-es[i].Done()
	}
	r.Stop()
	<-r.Stopped()
	equal(t, "returned or reported", returned+log.len(), n)
	runtime.KeepAlive(&es)
}
