package dynamic

import (
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// An EventualResult is a [reactor.EventualResult] of any value.
type EventualResult = reactor.EventualResult[any]

// A Coroutine is a [reactor.Coroutine].
type Coroutine = reactor.Coroutine

// RunInReactor is [reactor.RunInReactor]. A *[Deferred] that f returns is waited for.
func RunInReactor(f func() (any, error)) *EventualResult { return reactor.RunInReactor(f) }

// RunDeferred is [reactor.RunDeferred].
func RunDeferred(f func() (*Deferred, error)) *EventualResult { return reactor.RunDeferred(f) }

// RunCoroutine is [reactor.RunCoroutine]. A *[Deferred] that f returns is waited for.
func RunCoroutine(f func(*Coroutine) (any, error)) *EventualResult { return reactor.RunCoroutine(f) }

// RunDeferredCoroutine is [reactor.RunDeferredCoroutine].
func RunDeferredCoroutine(f func(*Coroutine) (*Deferred, error)) *EventualResult {
	return reactor.RunDeferredCoroutine(f)
}

// WaitFor is [reactor.WaitFor].
func WaitFor(timeout time.Duration, f func(*Coroutine) (any, error)) (any, error) {
	return reactor.WaitFor(timeout, f)
}

// MustWaitFor is [reactor.MustWaitFor].
func MustWaitFor(timeout time.Duration, f func(*Coroutine) (any, error)) any {
	return reactor.MustWaitFor(timeout, f)
}

// RetrieveResult is [reactor.RetrieveResult]. The result has to be one of this package.
func RetrieveResult(id int) (*EventualResult, error) { return reactor.RetrieveResult[any](id) }
