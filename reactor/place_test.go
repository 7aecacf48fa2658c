package reactor

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A stack is told without the frames of Go's runtime and of this package; the place is that of
// the innermost call which is nobody else's. Names of files may have blanks and colons.
func TestPlaces(t *testing.T) {
	for name, c := range map[string]struct{ stack, at, brief string }{
		"cell": {`goroutine 7 [sleep]:
time.Sleep(0x17d78400)
	/usr/local/go/src/runtime/time.go:363 +0x165
main.cell_1.func1()
	my book.ipynb:cell 1:4 +0x18
example.com/own/reactor.valueBody[...].begin(0x551820?, 0x265ed7fda1e0)
	/root/reactor/run.go:63 +0x22
`, "my book.ipynb:cell 1:4 (main.cell_1.func1)",
			"time.Sleep() < main.cell_1.func1() my book.ipynb:cell 1:4"},
		"method, inlined": {`goroutine 19 [IO wait, 2 minutes]:
internal/poll.runtime_pollWait(0x7f00, 0x72)
	/usr/local/go/src/runtime/netpoll.go:351 +0x85
net.(*conn).Read(0xc0000a2000, {0xc0000b4000?, 0x5?, 0x0?})
	/usr/local/go/src/net/net.go:196 +0x45
example.com/chat.(*client).read(...)
	/src/chat/client.go:31
example.com/chat.Join[...]({0x1, 0x2})
	/src/chat/join.go:7 +0x3
created by main.main in goroutine 1
	/src/main.go:3 +0x5f
`, "/src/chat/client.go:31 (chat.(*client).read)",
			"poll.runtime_pollWait() < net.(*conn).Read() < chat.(*client).read() /src/chat/client.go:31 < chat.Join[...]() /src/chat/join.go:7"},
		"the library alone": {"goroutine 3 [sleep]:\ntime.Sleep(0x1)\n\t/go/time.go:1 +0x1\n", "", "time.Sleep()"},
		"nothing":           {},
	} {
		t.Run(name, func(t *testing.T) {
			stack := frames(strings.ReplaceAll(c.stack, "example.com/own/reactor", ownPath))
			equal(t, "place", where(stack), c.at)
			equal(t, "stack", brief(stack), c.brief)
		})
	}
}

// A Wait, an AwaitFor or a WaitFor that times out since the loop is blocked names what blocks it.
func TestTimeoutNamesBlocker(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e := RunInReactorOn(r, func() (int, error) { return 1, nil })
		synctest.Wait()
		for name, wait := range map[string]func() error{
			"Wait": func() error {
				_, err := RunInReactorOn(r, func() (int, error) { return 0, nil }).Wait(time.Second)
				return err
			},
			"AwaitFor": func() error {
				_, err := AwaitFor(time.Second, after[int](r, time.Millisecond, 1))
				return err
			},
			"WaitFor": func() error {
				_, err := WaitForOn(r, time.Second, func(*Coroutine) (int, error) { return 1, nil })
				return err
			},
		} {
			r.Call(func() { hold(time.Minute) })
			err := wait()
			wantErr(t, err, ErrTimeout)
			if got := err.Error(); !strings.HasPrefix(got, "reactor: timed out, as ") || !strings.Contains(got, "(reactor.hold)") {
				t.Errorf("%s: %v", name, err)
			}
			pass(time.Minute)
			_, err = RunDeferredOn(r, func() (*Deferred[int], error) { return NewDeferredOn[int](r, nil), nil }).Wait(time.Second)
			equal(t, name+": error when the loop goes on", err, ErrTimeout)
		}
		_, err := e.Wait(0)
		wantErr(t, err, nil)
	})
}

// A failure names the function whose it is, a panic its own place.
func TestFailureNamesPlace(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		log := new(records)
		r.SetLogger(log.logger())
		RunInReactorOn(r, fails)
		RunDeferredOn(r, func() (*Deferred[int], error) { return DeferLaterOn(r, time.Millisecond, fails), nil })
		RunCoroutineOn(r, func(co *Coroutine) (int, error) { return fails() })
		RunCoroutineOn(r, func(co *Coroutine) (int, error) { panics(); return 0, nil })
		r.Call(panics)
		pass(time.Second)
		r.Stop()
		<-r.Stopped()
		log.wantPlaces(t, "reactor.panics", "reactor.fails", "reactor.TestFailureNamesPlace.func1.2",
			"reactor.panics", "reactor.TestFailureNamesPlace.func1.1")
	})
}

func fails() (int, error) { return 0, errTest }

func panics() { panic(errTest) }
