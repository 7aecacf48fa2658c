package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// An EventualResult is the result of a body that runs, or ran, in a process of its own, which
// the kernel's cells share: each has an EventualResult of the same name. It must not be copied.
// Its methods may be called from any goroutine; what they ask of the other process comes back
// within a second, if it is not a wait. Once a Wait has returned the result, later ones in the
// same process return the very same.
type EventualResult[T any] struct {
	onAwait[T]
	name string

	mu    sync.Mutex
	got   *outcome[T]                // nil until a Wait has it
	done  chan struct{}              // nil until somebody needs it
	local *reactor.EventualResult[T] // in the process of the body
}

// onAwait makes the field that EventualResult embeds an unexported one.
type onAwait[T any] = reactor.OnAwait[T, inProcess[T]]

// inProcess gives what a reactor of this process awaits for a result.
type inProcess[T any] struct{ r *EventualResult[T] }

func (p inProcess[T]) OnAwait() reactor.Awaitable[T] {
	if _, local := p.r.known(); local != nil {
		return local
	}
	return reactor.DeferToGoroutine(p.r.WaitContext)
}

type outcome[T any] struct {
	value T
	err   error
}

// The errors of a result that nobody has, to be compared with errors.Is.
var (
	// ErrNotStarted: no cell of this kernel has started the result.
	ErrNotStarted = errors.New("not started (run its cell)")

	// ErrDied: the process of the body, or the one that keeps its result, ended before the body
	// returned: by os.Exit, a panic on another goroutine, a signal.
	ErrDied = errors.New("its process died (run its cell again)")
)

// Attach returns the result with the given name, which one cell starts, with Serve, and others
// wait for. Attach itself does nothing else: no goroutine, no file, no connection.
func Attach[T any](name string) *EventualResult[T] {
	r := &EventualResult[T]{name: name}
	r.onAwait.Of.r = r
	return r
}

// Wait returns the result, and waits for it no longer than timeout; if that is not positive,
// it does not wait. When the result has not come the error is [reactor.ErrTimeout], the work
// goes on, and another Wait may be tried. What the body's error was to errors.Is, it is here
// too; a panic is a *[reactor.PanicError], whose Value is text. If there is nothing to wait
// for, the error is [ErrNotStarted] or [ErrDied], at once.
func (r *EventualResult[T]) Wait(timeout time.Duration) (T, error) {
	if timeout <= 0 {
		return r.poll(reactor.ErrTimeout)
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), timeout, reactor.ErrTimeout)
	defer cancel()
	return r.WaitContext(ctx)
}

// WaitContext is [EventualResult.Wait] until ctx is done, and the only way to wait without a
// limit. When ctx is done first the error is context.Cause(ctx).
func (r *EventualResult[T]) WaitContext(ctx context.Context) (T, error) {
	switch got, local := r.known(); {
	case got != nil:
		return got.value, got.err
	case local != nil: // which knows a body that waits for itself
		return local.WaitContext(ctx)
	case ctx.Err() != nil:
		return r.poll(context.Cause(ctx))
	}
	c, err := r.ask(opWait)
	if err != nil {
		var zero T
		return zero, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, c.interrupt)
	_, err = c.there()
	switch inTime := stop(); {
	case err == nil && inTime:
		return r.take(c)
	case err == nil:
		return r.poll(context.Cause(ctx)) // c may be interrupted still
	case !inTime:
		err = context.Cause(ctx)
	}
	var zero T
	return zero, err
}

// poll returns the result if it is there, and otherwise the error late.
func (r *EventualResult[T]) poll(late error) (v T, err error) {
	if got, _ := r.known(); got != nil {
		return got.value, got.err
	}
	c, err := r.ask(opPoll)
	if err != nil {
		return v, err
	}
	defer c.Close()
	there, err := c.there()
	switch {
	case err != nil:
		return v, err
	case !there:
		return v, late
	}
	return r.take(c)
}

func (r *EventualResult[T]) known() (*outcome[T], *reactor.EventualResult[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got, r.local
}

// take returns the result that comes on c.
func (r *EventualResult[T]) take(c *connection) (T, error) {
	data, err := c.frame()
	if err != nil {
		var zero T
		return zero, err
	}
	v, err := decode[T](r.name, data)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.got == nil {
		r.got = &outcome[T]{v, err}
	}
	return r.got.value, r.got.err
}

// Done returns a channel that is closed when a Wait has not to wait any more: the result is
// there, or nobody is left who could bring it.
func (r *EventualResult[T]) Done() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done == nil {
		done := make(chan struct{})
		r.done = done
		go func() {
			defer close(done)
			if c, err := r.ask(opWait); err == nil {
				c.there()
				c.Close()
			}
		}()
	}
	return r.done
}

// Cancel asks for the body to be given up, as [reactor.EventualResult.Cancel] does, and does
// not wait for that; when it returns the body's process knows. Where there is none, or the
// result is there, it does nothing. To await the result is another matter: when that is
// canceled, or takes too long, the body goes on for other cells.
func (r *EventualResult[T]) Cancel() {
	if c, err := r.ask(opCancel); err == nil {
		c.there()
		c.Close()
	}
}

// String tells the state, and the value by fmt's %v: <EventualResult 42>.
func (r *EventualResult[T]) String() string {
	v, err := r.poll(errPending)
	switch {
	case err == errPending:
		return "<EventualResult pending>"
	case errors.Is(err, ErrNotStarted):
		return "<EventualResult not started>"
	case err != nil:
		return fmt.Sprintf("<EventualResult failed: %v>", err)
	}
	return fmt.Sprintf("<EventualResult %v>", v)
}

var errPending = errors.New("pending")

func (r *EventualResult[T]) ask(op byte) (*connection, error) { return dial(r.name, op) }
