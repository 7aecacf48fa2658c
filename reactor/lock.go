package reactor

import (
	"container/list"
	"errors"
	"sync"
)

var (
	// ErrQueueOverflow: a Put into a Queue that is full. (Twisted: QueueOverflow.)
	ErrQueueOverflow = errors.New("reactor: the queue is full")

	// ErrQueueUnderflow is the outcome of a Get from a Queue for which too many wait.
	// (Twisted: QueueUnderflow.)
	ErrQueueUnderflow = errors.New("reactor: too many wait for the queue")
)

// line is where Deferreds wait to be fired, first come first served.
type line struct {
	r       *Reactor
	mu      sync.Mutex
	waiting list.List // of *core
}

// wait puts c, which is new, at the end of the line. To cancel it takes it out. l.mu is held.
func (l *line) wait(c *core) {
	place := l.waiting.PushBack(c)
	c.work = cancellerFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.waiting.Remove(place)
	})
}

// serve opens the first who has not been canceled, to be given something, and returns nil if there was
// none: on a stopped reactor there is none, since nobody would get it. l.mu is held.
func (l *line) serve() *core {
	for l.waiting.Len() > 0 && !l.r.stop.Load() {
		c := l.waiting.Remove(l.waiting.Front()).(*core)
		if ok, _ := c.open(); ok {
			return c
		}
	}
	return nil
}

// A Semaphore lets a limited number of holders in at a time; the others wait, and are
// served first come first served. Make it with [NewSemaphore]; the zero value is not ready
// for use, and it must not be copied. Its methods may be called from any goroutine and do
// not block. (Twisted: DeferredSemaphore.)
type Semaphore struct {
	line
	free, limit int
}

// NewSemaphore returns a Semaphore for limit holders, whose Deferreds belong to the default
// reactor. It panics if limit is not positive.
func NewSemaphore(limit int) *Semaphore { return NewSemaphoreOn(Default(), limit) }

// NewSemaphoreOn is [NewSemaphore] for the given reactor.
func NewSemaphoreOn(r *Reactor, limit int) *Semaphore {
	if limit < 1 {
		panic("reactor: a Semaphore needs a positive limit")
	}
	return &Semaphore{line: line{r: r}, free: limit, limit: limit}
}

// Acquire returns a Deferred that fires when the caller is a holder, who has to Release in
// the end. Canceling it before that gives the place in the line up. [Holding] also releases
// when what should follow the Acquire is canceled. (Twisted: DeferredSemaphore.acquire.)
func (s *Semaphore) Acquire() *Deferred[struct{}] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == 0 {
		d := new(Deferred[struct{}])
		d.core.init(s.r, &d.slot)
		s.wait(&d.core)
		return d
	}
	s.free--
	return SucceedOn(s.r, struct{}{})
}

// Release makes room for the next holder. Without a holder it panics.
// (Twisted: DeferredSemaphore.release.)
func (s *Semaphore) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == s.limit {
		panic("reactor: Release without Acquire")
	}
	if next := s.serve(); next != nil {
		next.settle(nil, nil)
	} else {
		s.free++
	}
}

// A Lock is a [Semaphore] for one holder. Make it with [NewLock]. (Twisted: DeferredLock.)
type Lock struct{ s *Semaphore }

// NewLock returns a Lock that is free, whose Deferreds belong to the default reactor.
func NewLock() *Lock { return NewLockOn(Default()) }

// NewLockOn is [NewLock] for the given reactor.
func NewLockOn(r *Reactor) *Lock { return &Lock{NewSemaphoreOn(r, 1)} }

// Acquire is [Semaphore.Acquire].
func (l *Lock) Acquire() *Deferred[struct{}] { return l.s.Acquire() }

// Release is [Semaphore.Release].
func (l *Lock) Release() { l.s.Release() }

// An Acquirer is a *[Lock] or a *[Semaphore].
type Acquirer interface {
	Acquire() *Deferred[struct{}]
	Release()
}

// Holding has f called as a holder of a, and returns a Deferred that has the outcome of the
// one that f returns. When that is there, or the reactor of f's Deferred stops, a is released;
// if f returns no Deferred, panics or fails, at once. Canceling the Deferred cancels the
// Acquire or, once f has run, the one of f. (Twisted: DeferredLock.run; Go's methods cannot
// have type parameters.)
func Holding[T any](a Acquirer, f func() (*Deferred[T], error)) *Deferred[T] {
	acquired := a.Acquire()
	called := false
	d := ThenDeferred(acquired, func(struct{}) (d *Deferred[T], err error) {
		called = true
		defer func() {
			if d == nil || err != nil {
				a.Release()
			}
		}()
		if d, err = f(); err == nil && d != nil {
			d.core.subscribe(releasing{a, acquired.core.r}, acquired.core.r)
		}
		return d, err
	})
	acquired.AddCallback(func(v struct{}) (struct{}, error) {
		if !called { // canceled between the two
			a.Release()
		}
		return v, nil
	})
	return d
}

// releasing is the callback that ends what Holding holds.
type releasing struct {
	a Acquirer
	r *Reactor // a's
}

func (c releasing) call(*core)       { c.a.Release() }
func (c releasing) take(slot, error) { c.r.Call(c.a.Release) } // where it may panic

// QueueLimits bounds a [Queue]. For each, 0 means that there is no limit, and a negative
// number that there may be none.
type QueueLimits struct {
	Size    int // values that nobody has got yet
	Backlog int // Gets that wait for a value
}

// A Queue hands values from those who Put to those who Get, first come first served. Make
// it with [NewQueue]; the zero value is not ready for use, and it must not be copied. Its
// methods may be called from any goroutine and do not block. (Twisted: DeferredQueue.)
type Queue[T any] struct {
	line
	values []T
	limits QueueLimits
}

// NewQueue returns an empty Queue, whose Deferreds belong to the default reactor.
func NewQueue[T any](limits QueueLimits) *Queue[T] { return NewQueueOn[T](Default(), limits) }

// NewQueueOn is [NewQueue] for the given reactor.
func NewQueueOn[T any](r *Reactor, limits QueueLimits) *Queue[T] {
	return &Queue[T]{line: line{r: r}, limits: limits}
}

// Put gives v to the first Get that waits, or keeps it for the next. The error is
// [ErrQueueOverflow] or nil. (Twisted: DeferredQueue.put.)
func (q *Queue[T]) Put(v T) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if next := q.serve(); next != nil {
		next.slot.(*slotOf[T]).Value = v
		return next.settle(nil, nil)
	}
	if !room(len(q.values), q.limits.Size) {
		return ErrQueueOverflow
	}
	q.values = append(q.values, v)
	return nil
}

// Get returns a Deferred of the next value. It fails with [ErrQueueUnderflow] if too many
// wait already. Canceling it before the value is there leaves the value to others.
// (Twisted: DeferredQueue.get.)
func (q *Queue[T]) Get() *Deferred[T] {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.values) > 0 {
		v := q.values[0]
		clear(q.values[:1]) // for the garbage collector
		q.values = q.values[1:]
		return SucceedOn(q.r, v)
	}
	if !room(q.waiting.Len(), q.limits.Backlog) {
		return FailOn[T](q.r, ErrQueueUnderflow)
	}
	d := new(Deferred[T])
	d.core.init(q.r, &d.slot)
	q.wait(&d.core)
	return d
}

func room(n, limit int) bool { return limit == 0 || n < limit }
