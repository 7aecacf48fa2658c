package reactor

import "sync"

// An awaited is what can be waited for, as those that wait see it: a Deferred of any type,
// an EventualResult, or the coroutine that brings that.
type awaited interface {
	cancelOn(here *Reactor) // Cancel, as the loop of here does it
	awaits() awaited
	follow()
}

// A source is a Deferred of any type, as one that it will fire sees it.
type source interface {
	awaited
	fired() bool
	reactor() *Reactor
	source() source
	sources(list []source) []source
	order() int64
	lower(limit int64) bool
	cancel()
}

// Cancel asks for d's work to be given up. A Deferred that has fired is left alone. One
// that another will fire, by [Then] or [ThenDeferred], has that other canceled in its
// stead; if the other has fired, and d's function is only about to run, it is not run.
// Otherwise the canceller is called, once, before Cancel returns and on the caller's
// goroutine; call Cancel on the reactor if the canceller is not safe elsewhere, as
// [EventualResult.Cancel] does. Only if it is that of another, which belongs to another
// reactor than d, it is called there, and after Cancel has returned. The canceller may fire
// d; if it does not, or if there is none, d fails with [ErrCanceled]. If it panics, d fails
// with that, or the panic is logged if it has fired d before.
// (Twisted: Deferred.cancel.)
func (d *Deferred[T]) Cancel() { d.cancelOn(d.r) }

// cancelOn is Cancel on the loop of here, or what the caller has stand for it. What belongs
// to another reactor is canceled on that one's loop; when it has stopped, there is nobody
// left to tell.
func (d *Deferred[T]) cancelOn(here *Reactor) {
	var target source = d
	for up := target.source(); up != nil; up = target.source() {
		target = up
	}
	if r := target.reactor(); r != here {
		r.Call(func() { d.cancelOn(r) }) // not target: it may have fired by then
		return
	}
	target.cancel()
}

func (d *Deferred[T]) reactor() *Reactor { return d.r }

func (co *Coroutine) cancelOn(*Reactor) { co.giveUp() }

// cancel is Cancel for d itself.
func (d *Deferred[T]) cancel() {
	d.mu.Lock()
	if d.called || d.canceling {
		d.mu.Unlock()
		return
	}
	var zero T
	canceller := d.canceller
	if canceller == nil {
		d.swallow = true
		d.settle(zero, ErrCanceled, nil)
		return
	}
	d.canceling = true
	d.mu.Unlock()
	returned := false
	defer func() {
		err := ErrCanceled
		if !returned {
			err = failed(recover())
		}
		d.finish(zero, err, nil) // for nothing if the canceller has fired d
	}()
	canceller(d)
	returned = true
}

// source returns the one to be canceled in d's stead, if there is one.
func (d *Deferred[T]) source() source {
	d.mu.Lock()
	var up source
	if d.upstream != nil && !d.chained {
		up = *d.upstream
	}
	d.mu.Unlock()
	if up == nil || up.fired() {
		return nil
	}
	return up
}

// awaits returns nothing: no Deferred waits for a result or a coroutine.
func (d *Deferred[T]) awaits() awaited { return nil }

// sources appends what will fire d to list.
func (d *Deferred[T]) sources(list []source) []source {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.upstream != nil {
		list = append(list, *d.upstream)
	}
	return list
}

func (d *Deferred[T]) fired() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.called
}

// waits is held while one Deferred, or a coroutine, is made to wait for what exists
// already, in the whole process: otherwise two could close a circle at once, unseen.
var waits sync.Mutex

// Circles of Deferreds are seen by ranks, since a walk along all that d waits for would make
// of n Deferreds, each of which waits for the one before, n² steps. What a Deferred waits for
// has a lower rank than itself. Ranks rise with time, so in general a new wait is for
// something lower already, and closes no circle. Otherwise ranks are lowered, which comes to
// d if it does. One that nobody waits for has no rank: it may be as high as need be.
const (
	firstRank = 1 << 62
	rankStep  = 1 << 10 // room for those that get a place between two others
)

// await notes that up will fire d. The error is ErrCircular if up, or one that it
// waits for, waits for d.
func (d *Deferred[T]) await(up source, chained bool) error {
	waits.Lock()
	defer waits.Unlock()
	upRank := up.order()
	d.r.outrank(upRank) // before a look at d.rank: from now on d gets a higher one
	d.mu.Lock()
	rank := d.rank
	d.mu.Unlock()
	if rank != 0 && upRank >= rank && lower(up, rank-1, d) {
		return ErrCircular
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.called && (d.upstream == nil || !chained) {
		if d.upstream == nil {
			d.upstream = new(source)
		}
		*d.upstream, d.chained = up, chained
	}
	return nil
}

// lower has up, and what it waits for, ranked limit and below, and reports whether d is
// among what had to be lowered. The lock waits is held.
func lower(up source, limit int64, d source) (met bool) {
	type bound struct {
		source
		limit int64
	}
	var next []source
	// First come first served, lest what is reached on many ways is lowered as often.
	for todo := []bound{{up, limit}}; len(todo) > 0; todo = todo[1:] {
		w := todo[0]
		if !w.source.lower(w.limit) {
			continue
		}
		met = met || w.source == d
		next = w.sources(next[:0])
		for _, s := range next {
			todo = append(todo, bound{s, w.limit - 1})
		}
	}
	return met
}

func (d *Deferred[T]) lower(limit int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rank != 0 && d.rank <= limit {
		return false
	}
	d.rank = limit
	return true
}

// order notes that another Deferred waits for d, and returns d's rank.
func (d *Deferred[T]) order() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rank == 0 {
		d.rank = d.r.rank.Add(rankStep)
	}
	return d.rank
}

func (d *Deferred[T]) follow() { d.order() }

// outrank has r give ranks above rank, which may be another reactor's.
func (r *Reactor) outrank(rank int64) {
	for old := r.rank.Load(); old < rank; old = r.rank.Load() {
		if r.rank.CompareAndSwap(old, rank) {
			return
		}
	}
}
