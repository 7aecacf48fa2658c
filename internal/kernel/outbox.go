package kernel

import (
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// An outbox sends messages on a socket from a goroutine of its own: a client that does not read holds up nobody
// else.
type outbox struct {
	mu    sync.Mutex
	cond  *sync.Cond
	queue [][][]byte
	ended bool
	done  chan struct{} // closed when all is sent
}

func newOutbox(to zmq4.Socket) *outbox {
	o := &outbox{done: make(chan struct{})}
	o.cond = sync.NewCond(&o.mu)
	go o.run(to)
	return o
}

func (o *outbox) run(to zmq4.Socket) {
	defer close(o.done)
	for {
		o.mu.Lock()
		for len(o.queue) == 0 && !o.ended {
			o.cond.Wait()
		}
		if len(o.queue) == 0 {
			o.mu.Unlock()
			return
		}
		next := o.queue[0]
		o.queue = o.queue[1:]
		o.cond.Broadcast()
		o.mu.Unlock()
		to.SendMulti(zmq4.NewMsgFrom(next...)) // else it is closed
	}
}

// send sends a message, later.
func (o *outbox) send(frames [][]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue = append(o.queue, frames)
	o.cond.Broadcast()
}

// mostWaiting is how many messages wait for a socket before no more are read that go there.
const mostWaiting = 64

// room waits until there is room for more messages.
func (o *outbox) room() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.queue) >= mostWaiting && !o.ended {
		o.cond.Wait()
	}
}

// end has the outbox end when all is sent, and waits for that, for a while.
func (o *outbox) end() {
	o.mu.Lock()
	o.ended = true
	o.cond.Broadcast()
	o.mu.Unlock()
	select {
	case <-o.done:
	case <-time.After(time.Second):
	}
}

// sender takes messages that are to be sent.
type sender interface{ send(frames [][]byte) }

// senders are those of one side.
type senders struct{ shell, iopub, stdin, control sender }
