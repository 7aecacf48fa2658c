package reactor

// Then returns a Deferred of what f makes of d's value. If d fails, f is not called and
// the derived Deferred fails alike. d keeps its outcome, so any number of Thens see it,
// and its failure counts as handled. The derived Deferred belongs to d's reactor and is
// settled in the turn in which f runs; canceling it cancels d. (Twisted has no Then: its
// addCallback may change the type of the result.)
func Then[T, U any](d *Deferred[T], f func(T) (U, error)) *Deferred[U] {
	x := new(derived[U])
	x.link.follow(&d.core, &x.d.core, &x.d.slot, func() {
		u, err := f(d.slot.Value)
		fire(&x.d, u, err, d.core.r)
	})
	return &x.d
}

// ThenDeferred is [Then] for an f that returns a Deferred, the inner one: the derived
// Deferred waits for it and has its outcome. The inner one keeps it too, and its failure
// counts as handled. An inner Deferred that is nil stands for the zero value; one that
// waits for the derived one makes that fail with [ErrCircular]. Canceling the derived
// Deferred cancels d or, once f has run, the inner one. (Twisted: a callback that returns
// a Deferred.)
func ThenDeferred[T, U any](d *Deferred[T], f func(T) (*Deferred[U], error)) *Deferred[U] {
	x := new(derived[U])
	x.link.follow(&d.core, &x.d.core, &x.d.slot, func() {
		inner, err := f(d.slot.Value)
		x.d.core.takeFrom(coreOf(inner), err)
	})
	return &x.d
}

// derived is a Deferred and its callback on what it is derived from, in one piece of memory.
type derived[T any] struct {
	d    Deferred[T]
	link link
}

// coreOf returns the core of d, nil if d is nil.
func coreOf[T any](d *Deferred[T]) *core {
	if d == nil {
		return nil
	}
	return &d.core
}

// A link is the callback by which a Deferred follows another one.
type link struct {
	x *core
	f func() // settles x for the other's value
}

// follow has x, which is new and has the slot s, follow d: f is called for d's value.
func (l *link) follow(d, x *core, s slot, f func()) {
	x.init(d.r, s)
	x.work = d
	l.x, l.f = x, f
	d.add(l)
}

func (l *link) call(d *core) {
	f := l.f
	l.f = nil
	switch _, err := d.look(); {
	case err != nil:
		l.abort(err)
	case !l.x.fired(): // it was not canceled meanwhile
		f()
	}
}

func (l *link) abort(err error) { l.x.failOrLog(err, l.x.r) }

func (l *link) waiter(d *core) (*core, node) { return l.x, d }

// takeFrom gives c the outcome of inner: at once if it is there, else when it is. Without an inner
// one that is the zero value or err. It runs on c's loop.
func (c *core) takeFrom(inner *core, err error) {
	if inner == nil || err != nil {
		c.fail(err, c.r)
		return
	}
	from, err, ok := inner.outcome(c.r)
	if !ok {
		err = c.await(inner, follower{c})
	}
	if ok || err != nil {
		c.fire(from, err, c.r)
	} else if c.fired() { // canceled while f ran
		inner.cancelOn(c.r)
	}
}

// follower passes the outcome on to another Deferred, and leaves it in place.
type follower struct{ to *core }

func (f follower) call(d *core) {
	from, err := d.look()
	f.to.fire(from, err, d.r)
}

func (f follower) take(from slot, err error)    { f.to.fire(from, err, nil) }
func (f follower) waiter(d *core) (*core, node) { return f.to, d }

// Chain hands d's outcome over to other, which is thereby fired; other may belong to another
// reactor. What follows in d's chain gets the zero value, or the error of [Deferred.Callback]
// on other, such as [ErrAlreadyCalled]. Canceling other does not cancel d. If d waits for
// other, other fails with [ErrCircular] at once; if d's reactor stops, other takes the outcome
// that d has then, or else [ErrReactorStopped].
// (Twisted: Deferred.chainDeferred.)
func (d *Deferred[T]) Chain(other *Deferred[T]) *Deferred[T] {
	d.core.chain(&other.core)
	return d
}

func (c *core) chain(other *core) {
	if err := other.await(c, chained{other}); err != nil {
		other.fail(err, nil)
	}
}

// chained hands the outcome over.
type chained struct{ to *core }

func (f chained) call(d *core) {
	d.lose(f.to.fire(d.slot, d.err, d.r))
}

func (f chained) take(from slot, err error)    { f.to.fire(from, err, nil) }
func (f chained) waiter(d *core) (*core, node) { return f.to, d }
