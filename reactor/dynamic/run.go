package dynamic

import (
	"context"
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

// RunInReactorContext is [reactor.RunInReactorContext].
func RunInReactorContext(ctx context.Context, f func() (any, error)) *EventualResult {
	return reactor.RunInReactorContext(ctx, f)
}

// RunCoroutineContext is [reactor.RunCoroutineContext].
func RunCoroutineContext(ctx context.Context, f func(*Coroutine) (any, error)) *EventualResult {
	return reactor.RunCoroutineContext(ctx, f)
}

// Go is [reactor.Go].
func Go(f func(*Coroutine) error) *reactor.EventualResult[struct{}] { return reactor.Go(f) }

// GoContext is [reactor.GoContext].
func GoContext(ctx context.Context, f func(*Coroutine) error) *reactor.EventualResult[struct{}] {
	return reactor.GoContext(ctx, f)
}

// WaitFor is [reactor.WaitFor].
func WaitFor(timeout time.Duration, f func(*Coroutine) (any, error)) (any, error) {
	return reactor.WaitFor(timeout, f)
}

// WaitForContext is [reactor.WaitForContext].
func WaitForContext(ctx context.Context, f func(*Coroutine) (any, error)) (any, error) {
	return reactor.WaitForContext(ctx, f)
}

// MustWaitFor is [reactor.MustWaitFor].
func MustWaitFor(timeout time.Duration, f func(*Coroutine) (any, error)) any {
	return reactor.MustWaitFor(timeout, f)
}

// RetrieveResult is [reactor.RetrieveResult]. The result has to be one of this package.
func RetrieveResult(id int) (*EventualResult, error) { return reactor.RetrieveResult[any](id) }
