//go:build linux || darwin

package session

import (
	"os"
	"syscall"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// A body's process that is to end has this long: first the body, to give up, then the reactor,
// for its OnShutdown functions.
const cancelGrace, stopGrace = 200 * time.Millisecond, 100 * time.Millisecond

// work is what the body's process does. It does not return. run begins the body, and returns
// what cancels it and what waits for its outcome.
func work(run func() (cancelBody func(), outcome func() []byte)) {
	keeper := inherited()
	keeper.say(ready)
	canceled := false
	for b := byte(0); b != begin; {
		var err error
		if b, err = keeper.hear(); err != nil {
			os.Exit(0)
		}
		canceled = canceled || b == cancel
	}
	cancelBody, outcome := run()
	if canceled {
		cancelBody()
	}
	ended := make(chan struct{})
	go func() {
		data := outcome()
		close(ended)
		if keeper.say(result) == nil {
			writeFrame(keeper.out, data)
		}
	}()
	for {
		b, err := keeper.hear()
		if err != nil {
			break
		}
		if b == cancel {
			cancelBody()
		}
	}
	cancelBody()
	within(ended, cancelGrace)
	reactor.Default().Stop()
	within(reactor.Default().Stopped(), stopGrace)
	syscall.Kill(0, syscall.SIGKILL) // with all that the body has started
}

func within(done <-chan struct{}, limit time.Duration) {
	select {
	case <-done:
	case <-time.After(limit):
	}
}
