package reactor

import "context"

// Go is [RunCoroutine] for a body that has an error only. (Go: errgroup.Group.Go.)
func Go(f func(*Coroutine) error) *EventualResult[struct{}] { return GoOn(Default(), f) }

// GoOn is [Go] for the given reactor.
func GoOn(r *Reactor, f func(*Coroutine) error) *EventualResult[struct{}] {
	e := newGo(r, f)
	e.result.post()
	return e
}

// GoContext is [Go] for work that belongs to ctx, as by [RunCoroutineContext].
func GoContext(ctx context.Context, f func(*Coroutine) error) *EventualResult[struct{}] {
	return GoContextOn(Default(), ctx, f)
}

// GoContextOn is [GoContext] for the given reactor.
func GoContextOn(r *Reactor, ctx context.Context, f func(*Coroutine) error) *EventualResult[struct{}] {
	e := newGo(r, f)
	e.result.startIn(ctx)
	return e
}

func newGo(r *Reactor, f func(*Coroutine) error) *EventualResult[struct{}] {
	e := new(EventualResult[struct{}])
	e.result.init(r, &e.slot, coroutineKind, valueCoroutine[struct{}](func(co *Coroutine) (struct{}, error) {
		return struct{}{}, f(co)
	}))
	e.result.origin = originOf(f)
	return e
}
