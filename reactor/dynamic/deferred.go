package dynamic

import (
	"context"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// A Deferred is a [reactor.Deferred] of any value. A *Deferred that a callback returns as its value is
// not waited for.
type Deferred = reactor.Deferred[any]

// NewDeferred is [reactor.NewDeferred]. canceller may be nil.
func NewDeferred(canceller func(*Deferred)) *Deferred { return reactor.NewDeferred(canceller) }

// Succeed is [reactor.Succeed].
func Succeed(v any) *Deferred { return reactor.Succeed(v) }

// Fail is [reactor.Fail].
func Fail(err error) *Deferred { return reactor.Fail[any](err) }

// Then is [reactor.Then].
func Then(d *Deferred, f func(any) (any, error)) *Deferred { return reactor.Then(d, f) }

// ThenDeferred is [reactor.ThenDeferred].
func ThenDeferred(d *Deferred, f func(any) (*Deferred, error)) *Deferred {
	return reactor.ThenDeferred(d, f)
}

// DeferLater is [reactor.DeferLater].
func DeferLater(delay time.Duration, f func() (any, error)) *Deferred {
	return reactor.DeferLater(delay, f)
}

// Sleep is [reactor.Sleep]. The value is nil.
func Sleep(d time.Duration) *Deferred {
	return DeferLater(d, func() (any, error) { return nil, nil })
}

// MaybeDeferred is [reactor.MaybeDeferred].
func MaybeDeferred(f func() (any, error)) *Deferred { return reactor.MaybeDeferred(f) }

// TryDeferred is [reactor.TryDeferred].
func TryDeferred(f func() (*Deferred, error)) *Deferred { return reactor.TryDeferred(f) }

// DeferToGoroutine is [reactor.DeferToGoroutine].
func DeferToGoroutine(f func(ctx context.Context) (any, error)) *Deferred {
	return reactor.DeferToGoroutine(f)
}
