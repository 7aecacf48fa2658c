package reactor

// An awaited is what can be waited for, as those that wait see it: a Deferred of any type,
// an EventualResult, or the coroutine that brings that.
type awaited interface {
	cancelOn(here *Reactor) // Cancel, as the loop of here does it
	awaits() awaited
}

// A source is what will fire a Deferred: another one, or several.
type source interface {
	node
	fired() bool
	reactor() *Reactor
	source() source
	cancel()
}

// cancellerFunc is what Cancel calls.
type cancellerFunc func()

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
func (d *deferred) Cancel() { d.core.cancelOn(d.core.r) }

// cancelOn is Cancel on the loop of here, or what the caller has stand for it. What belongs
// to another reactor is canceled on that one's loop; when it has stopped, there is nobody
// left to tell.
func (c *core) cancelOn(here *Reactor) {
	var target source = c
	for up := target.source(); up != nil; up = target.source() {
		target = up
	}
	if r := target.reactor(); r != here {
		r.Call(func() { c.cancelOn(r) }) // not target: it may have fired by then
		return
	}
	target.cancel()
}

func (c *core) reactor() *Reactor { return c.r }

func (co *Coroutine) cancelOn(*Reactor) { co.giveUp() }

// cancel is Cancel for c itself.
func (c *core) cancel() {
	c.mu.Lock()
	if c.called || c.canceling {
		c.mu.Unlock()
		return
	}
	canceller := c.canceller()
	if canceller == nil {
		c.swallow = true
		c.settle(ErrCanceled, nil)
		return
	}
	c.canceling = true
	c.mu.Unlock()
	returned := false
	defer func() {
		err := ErrCanceled
		if !returned {
			err = failed(recover())
		}
		c.failOrLog(err, nil) // for nothing if the canceller has fired c
	}()
	canceller()
	returned = true
}

// canceller returns what Cancel is to call, or nil. mu is held.
func (c *core) canceller() cancellerFunc {
	switch w := c.work.(type) {
	case cancellerFunc:
		return w
	case *chaining:
		return w.canceller
	}
	return nil
}

// source returns the one to be canceled in c's stead, if there is one.
func (c *core) source() source {
	c.mu.Lock()
	up, _ := c.work.(source)
	c.mu.Unlock()
	if up == nil || up.fired() {
		return nil
	}
	return up
}

// awaits returns nothing: no Deferred waits for a result or a coroutine.
func (c *core) awaits() awaited { return nil }
