package reactor

// GatherLimit is [Gather] of work that is begun only when there is room: at most limit of the
// Deferreds that the functions return are waited for at a time, and the functions are called in
// the order given. The first failure, which may be of a function, makes it fail with a
// *[FirstError]; the others are canceled then, and those that have not begun do not begin. So
// does canceling it. It panics if limit is not positive. (Go: errgroup.Group with SetLimit.)
func GatherLimit[T any](limit int, work ...func() (*Deferred[T], error)) *Deferred[[]T] {
	return GatherLimitOn(Default(), limit, work...)
}

// GatherLimitOn is [GatherLimit] for the given reactor.
func GatherLimitOn[T any](r *Reactor, limit int, work ...func() (*Deferred[T], error)) *Deferred[[]T] {
	room := NewSemaphoreOn(r, limit)
	ds := make([]*Deferred[T], len(work))
	for i, f := range work {
		ds[i] = Holding(room, f)
	}
	return GatherOn(r, ds...).AddErrback(func(err error) ([]T, error) {
		for _, d := range ds {
			d.core.cancelOn(r)
		}
		return nil, err
	})
}
