package reactor

import (
	"slices"
	"sync"
)

// waits is held while one Deferred, or a coroutine, is made to wait for what exists
// already, in the whole process: otherwise two could close a circle at once, unseen.
var waits sync.Mutex

// A node is what waits, or is waited for: a core, the members of a Gather, a Coroutine or a result.
type node interface {
	// ahead returns the i-th that the node waits for; more is false at the end.
	ahead(i int) (n node, more bool)

	// after returns the next one that waits for the node, by what at knows, or nil
	// for something else; more is false at the end.
	after(at *cursor) (n node, more bool)
}

// A cursor is how far a search has come with one node.
type cursor struct {
	node    node
	i       int
	awaiter *awaiter
}

// circular reports whether up waits for d, or for one that does, so that d must not wait for up.
// It looks from up for d and from d for up, in turns, and ends with the shorter of the two searches: n
// waits, whatever the order in which they are made, join n trees, and the steps for each are no more
// than those in the smaller of two, n log n together. waits is held.
func circular(up, d node) bool {
	if up == d {
		return true
	}
	if _, more := up.ahead(0); !more {
		return false
	}
	ahead := search{next: func(at *cursor) (node, bool) {
		at.i++
		return at.node.ahead(at.i - 1)
	}}
	after := search{next: func(at *cursor) (node, bool) { return at.node.after(at) }}
	ahead.visit(up)
	after.visit(d)
	for {
		if found, more := ahead.step(d); found || !more {
			return found
		}
		if found, more := after.step(up); found || !more {
			return found
		}
	}
}

// A search goes through all nodes on one side of the first one.
type search struct {
	next    func(at *cursor) (n node, more bool)
	todo    []cursor
	seen    []node        // those that were visited, while they are few
	visited map[node]bool // afterwards
}

func (s *search) visit(n node) {
	const few = 8
	switch {
	case s.visited[n] || slices.Contains(s.seen, n):
		return
	case s.visited == nil && len(s.seen) < few:
		s.seen = append(s.seen, n)
	default:
		if s.visited == nil {
			s.visited = make(map[node]bool)
		}
		s.visited[n] = true
	}
	s.todo = append(s.todo, cursor{node: n})
}

// step looks at one neighbour. It reports whether that is the goal, and whether there is more.
func (s *search) step(goal node) (found, more bool) {
	last := len(s.todo) - 1
	if last < 0 {
		return false, false
	}
	switch n, more := s.next(&s.todo[last]); {
	case !more:
		s.todo = s.todo[:last]
	case n == goal:
		return true, true
	case n != nil:
		s.visit(n)
	}
	return false, true
}

// A chaining is the work of a Deferred that another one will fire by Chain, and is not to be
// canceled in its stead.
type chaining struct {
	up        *core
	canceller cancellerFunc
}

// A waiting is a callback of c that brings the outcome to another Deferred, x, which waits for up: c
// or what c is a member of.
type waiting interface {
	waiter(c *core) (x *core, up node)
}

// await has c wait for up, which s brings the outcome of. The error is ErrCircular if up, or one that
// it waits for, waits for c.
func (c *core) await(up *core, s subscriber) error {
	waits.Lock()
	defer waits.Unlock()
	if circular(up, c) {
		return ErrCircular
	}
	c.mu.Lock()
	if !c.called {
		if _, isChain := s.(chained); !isChain {
			c.work = up
		} else if c.upstream() == nil {
			c.work = &chaining{up, c.canceller()}
		}
	}
	c.mu.Unlock()
	up.subscribe(s, c.r)
	return nil
}

// upstream returns what will fire c, if that is another. mu is held.
func (c *core) upstream() node {
	switch w := c.work.(type) {
	case source:
		return w
	case *chaining:
		return w.up
	}
	return nil
}

func (c *core) ahead(i int) (node, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	up := c.upstream()
	return up, i == 0 && up != nil
}

func (c *core) after(at *cursor) (node, bool) {
	c.mu.Lock()
	if at.i >= len(c.callbacks) {
		c.mu.Unlock()
		return nil, false
	}
	f := c.callbacks[at.i]
	c.mu.Unlock()
	at.i++
	if x, ok := f.(*crossing); ok {
		f = x.s
	}
	w, ok := f.(waiting)
	if !ok {
		return nil, true
	}
	x, up := w.waiter(c)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.upstream() != up {
		return nil, true // x has fired, or waits for another
	}
	return x, true
}

func (co *Coroutine) ahead(i int) (node, bool) {
	e := co.awaitedResult()
	return e, i == 0 && e != nil
}

// awaitedResult returns the EventualResult that co awaits, if it does.
func (co *Coroutine) awaitedResult() *result {
	switch e := co.result.(type) {
	case *result:
		return e
	case loose[result, *result]:
		return e.p.Value()
	}
	return nil
}

func (co *Coroutine) after(at *cursor) (node, bool) {
	at.i++
	return co.e, at.i == 1
}

func (e *result) ahead(i int) (node, bool) {
	switch w := e.awaits().(type) {
	case *Coroutine:
		return w, i == 0
	case *result:
		return w, i == 0
	}
	return nil, false // no Deferred waits for a result
}

func (e *result) after(at *cursor) (node, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.more == nil {
		return nil, false
	}
	if at.i < len(e.more.untyped) {
		at.i++
		return e.more.untyped[at.i-1], true
	}
	if at.awaiter == nil {
		at.awaiter = e.more.awaiters
	} else {
		at.awaiter = at.awaiter.next
	}
	switch {
	case at.awaiter == nil:
		return nil, false
	case at.awaiter.co.awaitedResult() == e:
		return at.awaiter.co, true
	}
	return nil, true // it has been resumed
}

// follows notes that co awaits e, by w, unless the result is there. The error is ErrCircular if e
// waits for co.
func (co *Coroutine) follows(e *result, w *awaiter) (there bool, err error) {
	waits.Lock()
	defer waits.Unlock()
	if circular(e, co) {
		return false, ErrCircular
	}
	there = e.enlist(w)
	if !there {
		co.result = e
	}
	return there, nil
}
