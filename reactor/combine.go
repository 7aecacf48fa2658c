package reactor

// Then returns a Deferred of what f makes of d's value. If d fails, f is not called and
// the derived Deferred fails alike. d keeps its outcome, so any number of Thens see it,
// and its failure counts as handled. The derived Deferred belongs to d's reactor and is
// settled in the turn in which f runs; canceling it cancels d. (Twisted has no Then: its
// addCallback may change the type of the result.)
func Then[T, U any](d *Deferred[T], f func(T) (U, error)) *Deferred[U] {
	return derive(d, func(v T, x *Deferred[U]) {
		u, err := f(v)
		x.fire(u, err, x.r)
	})
}

// ThenDeferred is [Then] for an f that returns a Deferred, the inner one: the derived
// Deferred waits for it and has its outcome. The inner one keeps it too, and its failure
// counts as handled. An inner Deferred that is nil stands for the zero value; one that
// waits for the derived one makes that fail with [ErrCircular]. Canceling the derived
// Deferred cancels d or, once f has run, the inner one. (Twisted: a callback that returns
// a Deferred.)
func ThenDeferred[T, U any](d *Deferred[T], f func(T) (*Deferred[U], error)) *Deferred[U] {
	return derive(d, func(v T, x *Deferred[U]) {
		inner, err := f(v)
		if err != nil {
			var zero U
			x.fire(zero, err, x.r)
			return
		}
		x.takeFrom(inner)
	})
}

// derived is the Deferred that Then returns and its callback on the source, in one
// piece of memory. f gets the source's value and settles the Deferred.
type derived[T, U any] struct {
	Deferred[U]
	f  func(T, *Deferred[U])
	up source // what upstream points to
}

func derive[T, U any](d *Deferred[T], f func(T, *Deferred[U])) *Deferred[U] {
	link := &derived[T, U]{Deferred: Deferred[U]{r: d.r}, f: f, up: d}
	link.upstream = &link.up
	d.follow()
	d.add(link)
	return &link.Deferred
}

func (x *derived[T, U]) call(d *Deferred[T]) {
	switch v, err := d.look(); {
	case err != nil:
		x.abort(err)
	case !x.fired(): // it was not canceled meanwhile
		x.f(v, &x.Deferred)
	}
}

func (x *derived[T, U]) abort(err error) {
	var zero U
	x.finish(zero, err, x.r)
}

// takeFrom gives d the outcome of inner: at once if it is there, else when it is.
// It runs on d's loop.
func (d *Deferred[T]) takeFrom(inner *Deferred[T]) {
	v, err, ok := inner.outcome(d.r)
	if !ok {
		err = d.await(inner, false)
	}
	if ok || err != nil {
		d.fire(v, err, d.r)
		return
	}
	if d.fired() { // canceled while f ran
		inner.cancelOn(d.r)
	}
	inner.subscribe(follower[T]{d}, d.r)
}

// follower passes the outcome on to another Deferred, and leaves it in place.
type follower[T any] struct{ to *Deferred[T] }

func (f follower[T]) call(d *Deferred[T]) {
	v, err := d.look()
	f.to.fire(v, err, d.r)
}

func (f follower[T]) take(v T, err error) { f.to.fire(v, err, nil) }

// Chain hands d's outcome over to other, which is thereby fired; other may belong to another
// reactor. What follows in d's chain gets the zero value, or the error of [Deferred.Callback]
// on other, such as [ErrAlreadyCalled]. Canceling other does not cancel d. If d waits for
// other, other fails with [ErrCircular] at once; if d's reactor stops, other takes the outcome
// that d has then, or else [ErrReactorStopped].
// (Twisted: Deferred.chainDeferred.)
func (d *Deferred[T]) Chain(other *Deferred[T]) *Deferred[T] {
	var zero T
	if err := other.await(d, true); err != nil {
		other.fire(zero, err, nil)
		return d
	}
	d.subscribe(chained[T]{other}, other.r)
	return d
}

// chained hands the outcome over.
type chained[T any] struct{ to *Deferred[T] }

func (c chained[T]) call(d *Deferred[T]) {
	err := c.to.fire(d.value, d.err, d.r)
	var zero T
	d.become(zero, err)
}

func (c chained[T]) take(v T, err error) { c.to.fire(v, err, nil) }
