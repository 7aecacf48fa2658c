package reactor

import (
	"context"
	"fmt"
	"time"
)

// An EventualResult is the result of a function that runs on a reactor, for the
// goroutines that are not on it. It comes from [RunInReactor] and its like; the zero
// value is not ready for use, and it must not be copied. It gets one value or error, for
// good, which every Wait returns. A failure that nobody looks at is reported (invariant 9).
// Its methods may be called from any goroutine; only the Waits block.
// (crochet: EventualResult.)
type EventualResult[T any] struct {
	eventual
	slot slotOf[T]
}

// eventual has the methods of an EventualResult that have nothing to do with the type of its value.
type eventual struct{ result result }

// Wait returns the result, and waits for it no longer than timeout; if that is not
// positive, it does not block. When the result has not come the error is [ErrTimeout],
// which names what blocks the loop, if that is why; the work goes on, and another Wait may be tried. A Wait that would block a callback, or a
// body, of e's own reactor, where the result cannot come before that returns, gives
// [ErrOnReactor] within 2 ms. A result that has not come when the reactor stops
// is [ErrReactorStopped]. (crochet: EventualResult.wait.)
func (e *EventualResult[T]) Wait(timeout time.Duration) (v T, err error) {
	from, err := e.result.wait(timeout)
	if from != nil {
		v = e.slot.Value
	}
	return v, err
}

// WaitContext is [EventualResult.Wait] until ctx is done, and the only way to wait
// without a limit. When ctx is done first the error is context.Cause(ctx).
func (e *EventualResult[T]) WaitContext(ctx context.Context) (v T, err error) {
	from, err := e.result.waitContext(ctx)
	if from != nil {
		v = e.slot.Value
	}
	return v, err
}

// Done returns a channel that is closed when the result is there, or the reactor stops.
func (e *eventual) Done() <-chan struct{} {
	return e.result.doneOrStopped()
}

// Cancel gives up the work and does not wait for that. A body that has not begun is not
// run; what the Deferred or the coroutine waits for is canceled, on the reactor. The result
// is then [ErrCanceled], if canceller, callbacks and body leave it at that. A body that is
// running goes on, and a result that is there stays. (crochet: EventualResult.cancel.)
func (e *eventual) Cancel() { e.result.cancel() }

// OriginalFailure returns the error of a result that is there, with the stack if it comes
// from a panic or a MustAwait, and otherwise nil. (crochet: EventualResult.original_failure.)
func (e *eventual) OriginalFailure() *Failure { return e.result.originalFailure() }

// String tells the state, and the value by fmt's %v: <EventualResult 42>.
func (e *eventual) String() string {
	switch r := &e.result; {
	case !r.there():
		return "<EventualResult pending>"
	case r.err != nil:
		return fmt.Sprintf("<EventualResult failed: %v>", r.err)
	default:
		return fmt.Sprintf("<EventualResult %v>", valueOf(r.slot))
	}
}
