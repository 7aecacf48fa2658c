package dynamic

import (
	"iter"

	"github.com/cellwrap/cellwrap/reactor"
)

type (
	// An Outcome is a [reactor.Outcome] of any value.
	Outcome = reactor.Outcome[any]

	// A FirstError is a [reactor.FirstError].
	FirstError = reactor.FirstError

	// ListOptions are [reactor.ListOptions].
	ListOptions = reactor.ListOptions
)

// Gather is [reactor.Gather]. The value is a []any.
func Gather(ds ...*Deferred) *Deferred { return untyped(reactor.Gather(ds...)) }

// DeferredList is [reactor.DeferredList]. The value is a [][Outcome].
func DeferredList(opts ListOptions, ds ...*Deferred) *Deferred {
	return untyped(reactor.DeferredList(opts, ds...))
}

// First is [reactor.First]. The value is an [Outcome].
func First(ds ...*Deferred) *Deferred { return untyped(reactor.First(ds...)) }

// GatherLimit is [reactor.GatherLimit]. The value is a []any.
func GatherLimit(limit int, work ...func() (*Deferred, error)) *Deferred {
	return untyped(reactor.GatherLimit(limit, work...))
}

// AsCompleted is [reactor.AsCompleted].
func AsCompleted(co *Coroutine, ds ...*Deferred) iter.Seq2[any, error] {
	return reactor.AsCompleted(co, ds...)
}

func untyped[T any](d *reactor.Deferred[T]) *Deferred {
	return reactor.Then(d, func(v T) (any, error) { return v, nil })
}
