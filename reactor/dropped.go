package reactor

import (
	"errors"
	"runtime"
	"sync/atomic"
	"weak"
)

// ErrDropped is what Await gives to a body that awaits a Deferred, or a result, which
// nobody has any more who could fire it.
var ErrDropped = errors.New("reactor: what was awaited has been dropped, and can never come")

// A suspended body would keep what it awaits in use for ever, as its goroutine is a root
// of the garbage collector. So bodies that are still suspended when the collector has run
// and the loop has nothing to do keep weak pointers. What is collected then queues a drop.
//
// Cleanups run outside of every synctest bubble, where a channel of one must not be used: a
// drop does not wake the loop, but waits until something else does.

// A drop ends the n-th suspension of a body.
type drop struct {
	co *Coroutine
	n  uint32
}

func (d drop) post() {
	r := d.co.r
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stop.Load() {
		r.queue = append(r.queue, d)
	}
}

func (d drop) run(*Reactor) {
	if d.co.suspensions == d.n {
		d.co.resume(ErrDropped)
	}
}

// A suspender is what a body is suspended on. loosen returns it by a weak pointer, and has
// d posted when it is collected.
type suspender interface {
	awaited
	fired() bool
	loosen(d drop) (suspender, runtime.Cleanup)
}

func (c *core) loosen(d drop) (suspender, runtime.Cleanup)   { return loosen(c, d) }
func (e *result) loosen(d drop) (suspender, runtime.Cleanup) { return loosen(e, d) }

func loosen[O any, P interface {
	*O
	suspender
}](o P, d drop) (suspender, runtime.Cleanup) {
	return loose[O, P]{weak.Make((*O)(o))}, runtime.AddCleanup((*O)(o), drop.post, d)
}

// loose is a suspender that may be collected.
type loose[O any, P interface {
	*O
	suspender
}] struct{ p weak.Pointer[O] }

func (l loose[O, P]) cancelOn(here *Reactor) {
	if o := l.p.Value(); o != nil {
		P(o).cancelOn(here)
	}
}

func (l loose[O, P]) awaits() awaited {
	if o := l.p.Value(); o != nil {
		return P(o).awaits()
	}
	return nil
}

func (l loose[O, P]) fired() bool {
	o := l.p.Value()
	return o != nil && P(o).fired()
}

func (l loose[O, P]) loosen(drop) (suspender, runtime.Cleanup) { return l, runtime.Cleanup{} }

// loosening is what a loop knows of this.
type loosening struct {
	collected atomic.Bool // the collector has run since watching began
	watching  bool
	next      *Coroutine // and those behind it are to be looked at
}

// pending reports whether the loop has bodies to loosen, or has to watch the collector first.
func (l *loosening) pending(first *Coroutine) bool {
	return first != nil && (l.next != nil || !l.watching || l.collected.Load())
}

// loosenSome is called by the loop when it has nothing else to do, while that is pending.
func (r *Reactor) loosenSome() {
	l := &r.loosening
	if l.collected.Swap(false) {
		l.watching, l.next = false, r.coroutines
	}
	if !l.watching {
		l.watching = true
		canary := new(struct{ _ *int })
		runtime.AddCleanup(canary, func(collected *atomic.Bool) { collected.Store(true) }, &l.collected)
	}
	const most = 64 // some 50 µs, before the loop looks for work again
	for i := 0; i < most && l.next != nil; i++ {
		l.next.loosen()
		l.next = l.next.next
	}
}

func (co *Coroutine) loosen() {
	if co.loose {
		return
	}
	co.loose = true
	co.awaited, co.cleanup = co.awaited.loosen(drop{co, co.suspensions})
	if co.result != nil {
		waits.Lock()
		co.result = co.awaited
		waits.Unlock()
	}
}
