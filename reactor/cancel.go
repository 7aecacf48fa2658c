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
// with that.
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
		if d.fire(zero, err, nil) != nil && !returned { // the canceller has fired d, and then failed
			d.r.report("reactor: a canceller failed", newFailure(err, nil))
		}
	}()
	canceller(d)
	returned = true
}

// source returns the one to be canceled in d's stead, if there is one.
func (d *Deferred[T]) source() source {
	d.mu.Lock()
	up, chained := d.upstream, d.chained
	d.mu.Unlock()
	if up == nil || chained || up.fired() {
		return nil
	}
	return up
}

func (d *Deferred[T]) awaits() awaited {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.upstream
}

// sources appends what will fire d to list.
func (d *Deferred[T]) sources(list []source) []source {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.upstream != nil {
		list = append(list, d.upstream)
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

// await notes that up will fire d. The error is ErrCircular if up, or one that it
// waits for, waits for d.
func (d *Deferred[T]) await(up source, chained bool) error {
	waits.Lock()
	defer waits.Unlock()
	d.mu.Lock()
	followed := d.followed
	d.mu.Unlock()
	switch {
	case up == source(d):
		return ErrCircular
	case followed && reaches(up, d): // otherwise nobody waits for d: a long chain is built in linear time
		return ErrCircular
	}
	up.follow()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.called && (d.upstream == nil || !chained) {
		d.upstream, d.chained = up, chained
	}
	return nil
}

// reaches reports whether from waits for d.
func reaches(from, d source) bool {
	seen := map[source]bool{}
	for todo := []source{from}; len(todo) > 0; {
		w := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if w == d {
			return true
		}
		if !seen[w] {
			seen[w] = true
			todo = w.sources(todo)
		}
	}
	return false
}

// follow notes that another Deferred waits for d.
func (d *Deferred[T]) follow() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.followed = true
}
