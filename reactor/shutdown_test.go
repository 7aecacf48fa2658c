package reactor

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Shutdown waits for all that runs: a callback, a body, an OnShutdown function, a goroutine of
// DeferToGoroutine, also one whose Deferred was canceled, and one of FromChannel.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.SetLogger(slog.New(slog.DiscardHandler))
		r.Start()
		var mu sync.Mutex
		ended := map[string]time.Duration{}
		begun := time.Now()
		end := func(name string, d time.Duration) {
			time.Sleep(d)
			mu.Lock()
			defer mu.Unlock()
			ended[name] = time.Since(begun)
		}
		RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			_, err := Await(co, NewDeferredOn[int](r, nil))
			wantErr(t, err, ErrReactorStopped)
			end("body", time.Second)
			return 0, nil
		})
		r.OnShutdown(func() { end("OnShutdown", time.Second) })
		DeferToGoroutineOn(r, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			wantErr(t, context.Cause(ctx), ErrReactorStopped)
			time.Sleep(5 * time.Second)
			end("goroutine", 0)
			return 0, nil
		})
		DeferToGoroutineOn(r, func(ctx context.Context) (int, error) {
			time.Sleep(7 * time.Second)
			return 0, nil
		}).Cancel()
		FromChannelOn(r, make(chan int))
		synctest.Wait()
		r.Call(func() { end("callback", time.Second) })
		synctest.Wait()
		wantErr(t, r.Shutdown(t.Context()), nil)
		equal(t, "time", time.Since(begun), 7*time.Second)
		wantErr(t, r.Shutdown(t.Context()), nil) // a second one has nothing to wait for
		<-r.Stopped()
		equal(t, "ended", ended, map[string]time.Duration{
			"callback": time.Second, "body": 2 * time.Second, "OnShutdown": 3 * time.Second, "goroutine": 5 * time.Second,
		})
	})
}

// It waits no longer than its context, and another one goes on waiting.
func TestShutdownTimeout(t *testing.T) {
	for name, begin := range map[string]func(r *Reactor){
		"callback": func(r *Reactor) { r.Call(func() { time.Sleep(time.Hour) }) },
		"goroutine": func(r *Reactor) {
			DeferToGoroutineOn(r, func(context.Context) (int, error) { time.Sleep(time.Hour); return 0, nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				begin(r)
				synctest.Wait()
				begun := time.Now()
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errTest)
				defer cancel()
				wantErr(t, r.Shutdown(ctx), context.DeadlineExceeded)
				equal(t, "time", time.Since(begun), time.Second)
				wantErr(t, r.Call(func() {}), ErrReactorStopped)
				wantErr(t, r.Shutdown(t.Context()), nil)
				equal(t, "time", time.Since(begun), time.Hour)
			})
		})
	}
}

// A reactor that was never started has nothing to wait for; after Shutdown nothing is begun.
func TestShutdownFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		wantErr(t, r.Shutdown(t.Context()), nil)
		_, err := RunCoroutineOn(r, func(co *Coroutine) (int, error) { return 0, nil }).Wait(time.Second)
		wantErr(t, err, ErrReactorStopped)
		d := DeferToGoroutineOn(r, func(context.Context) (int, error) { t.Error("run"); return 0, nil })
		_, err, _ = d.core.outcome(r)
		wantErr(t, err, ErrReactorStopped)
		wantErr(t, r.Shutdown(t.Context()), nil)
	})
}

// Who runs on the reactor cannot wait for its end.
func TestShutdownOnReactor(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var inCall, inBody error
		r.Call(func() { inCall = r.Shutdown(t.Context()) })
		RunCoroutineOn(r, func(co *Coroutine) (int, error) {
			Await(co, after[int](r, time.Second, 1))
			inBody = r.Shutdown(t.Context())
			return 0, nil
		})
		pass(time.Minute)
		wantErr(t, inCall, ErrOnReactor)
		wantErr(t, inBody, ErrOnReactor)
		wantErr(t, r.Call(func() {}), nil)
	})
}
