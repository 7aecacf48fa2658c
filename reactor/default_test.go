package reactor

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// E13, invariant 6, under -race: Setup, NoSetup, Default and Stop from many goroutines at
// once. There is one default reactor, and at most one NoSetup gives it.
func TestConcurrentSetup(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			defer Use(nil)()
			const goroutines = 16
			var given [goroutines]error
			var used [goroutines]*Reactor
			var wg sync.WaitGroup
			for g := range goroutines {
				wg.Go(func() {
					switch g % 4 {
					case 0:
						wantErr(t, Setup(), nil)
					case 1:
						r := New()
						r.Start()
						if given[g] = NoSetup(r); given[g] != nil {
							r.Stop()
						}
					}
					used[g] = Default()
					if v, err := RunInReactor(answer).Wait(time.Second); v != 42 || err != nil {
						t.Errorf("got %v, %v", v, err)
					}
				})
			}
			wg.Wait()
			accepted := 0
			for g := range goroutines {
				if g%4 == 1 && given[g] == nil {
					accepted++
				}
				equal(t, "the default reactor", used[g] == Default(), true)
			}
			if accepted > 1 {
				t.Errorf("%d NoSetups were accepted", accepted)
			}
			for range goroutines {
				wg.Go(func() {
					Default().Stop()
					wantErr(t, Setup(), ErrReactorStopped)
					_, err := RunInReactor(answer).Wait(time.Second)
					wantErr(t, err, ErrReactorStopped)
				})
			}
			wg.Wait()
			<-Default().Stopped()
		})
	}
}

// exitEnv says to the test binary that it is the program of TestProcessExit.
const exitEnv = "REACTOR_TEST_EXIT"

// exitMain leaves a default reactor behind that waits, is blocked, and has work queued.
func exitMain() int {
	RunCoroutine(func(co *Coroutine) (int, error) { return Await(co, NewDeferred[int](nil)) })
	Default().CallLater(time.Hour, func() {})
	began := make(chan struct{})
	Default().Call(func() { close(began); select {} })
	<-began
	RunInReactor(answer)
	Default().Stop()
	if _, err := RunInReactor(answer).Wait(time.Hour); !errors.Is(err, ErrReactorStopped) {
		return 1
	}
	return 23
}

// E10: a reactor does not hold up the end of the program, which in Go needs no help. In crochet
// a watchdog stops it when the main thread ends: ShutdownTests.test_shutdown, test_watchdog and
// SetupTests.test_stop_on_exit.
func TestProcessExit(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), exitEnv+"=1")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 23 {
		t.Errorf("%v\n%s", err, out)
	}
}
