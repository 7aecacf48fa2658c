package reactor

import "context"

// Go is [RunCoroutine] for a body that has an error only. (Go: errgroup.Group.Go.)
func Go(f func(*Coroutine) error) *EventualResult[struct{}] { return GoOn(Default(), f) }

// GoOn is [Go] for the given reactor.
func GoOn(r *Reactor, f func(*Coroutine) error) *EventualResult[struct{}] {
	return newGo(r, f).post()
}

// GoContext is [Go] for work that belongs to ctx, as by [RunCoroutineContext].
func GoContext(ctx context.Context, f func(*Coroutine) error) *EventualResult[struct{}] {
	return GoContextOn(Default(), ctx, f)
}

// GoContextOn is [GoContext] for the given reactor.
func GoContextOn(r *Reactor, ctx context.Context, f func(*Coroutine) error) *EventualResult[struct{}] {
	return newGo(r, f).startIn(ctx)
}

func newGo(r *Reactor, f func(*Coroutine) error) *EventualResult[struct{}] {
	e := newInCoroutine(r, func(co *Coroutine) (struct{}, error) { return struct{}{}, f(co) })
	e.origin = originOf(f)
	return e
}
