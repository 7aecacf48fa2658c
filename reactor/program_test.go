package reactor

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// What follows is a reactor as one could write it without goroutines, locks and types: two
// queues and functions. TestPropertyPrograms has random programs run on it and on ours.

// An ending is the outcome of a Deferred of the model: an error's text, or a value.
type ending struct {
	v   int
	err string
}

func endingOf(v int, err error) ending {
	if err != nil {
		var p *PanicError
		if errors.As(err, &p) {
			return ending{err: fmt.Sprint(p.Value)}
		}
		return ending{err: err.Error()}
	}
	return ending{v: v}
}

// A world is the reactor: what is settled in a turn goes before what is queued. No two of its
// timers are for the same time.
type world struct {
	turn, queue []func()
	now         time.Duration
	timers      map[time.Duration]func()
}

// pass lets d go by.
func (w *world) pass(d time.Duration) {
	w.now += d
	for _, when := range slices.Sorted(maps.Keys(w.timers)) {
		if f, ok := w.timers[when]; ok && when <= w.now { // and not released by one before
			delete(w.timers, when)
			f()
			w.run()
		}
	}
}

func (w *world) run() {
	for len(w.turn)+len(w.queue) > 0 {
		from := &w.turn
		if len(w.turn) == 0 {
			from = &w.queue
		}
		f := (*from)[0]
		*from = (*from)[1:]
		f()
	}
}

// A vertex is a Deferred. Its callbacks report whether they panic, which has what is left of
// them run later in the turn.
type vertex struct {
	w                *world
	fired, forgiving bool
	out              ending
	callbacks        []func() (panics bool)
	due, paused      int
	canceller        string  // "", or what it does
	up               *vertex // fires it
	chained          bool    // by Chain
	followed         bool
}

func (n *vertex) fire(out ending, to *[]func()) error {
	if n.fired {
		if n.forgiving {
			n.forgiving = false
			return nil
		}
		return ErrAlreadyCalled
	}
	n.fired, n.out, n.up, n.canceller = true, out, nil, ""
	n.resume(to)
	return nil
}

func (n *vertex) resume(to *[]func()) {
	if n.fired && n.paused == 0 && len(n.callbacks) > 0 {
		n.due++
		*to = append(*to, func() {
			batch := n.callbacks
			n.callbacks = nil
			n.apply(batch)
		})
	}
}

func (n *vertex) apply(batch []func() bool) {
	for len(batch) > 0 && n.paused == 0 {
		panics := batch[0]()
		batch = batch[1:]
		if panics {
			break
		}
	}
	n.due--
	if len(batch) > 0 {
		n.callbacks = batch
	}
	n.resume(&n.w.turn)
}

func (n *vertex) add(f func() bool) {
	if !n.fired {
		n.callbacks = append(n.callbacks, f)
		return
	}
	n.due++
	n.w.queue = append(n.w.queue, func() {
		if len(n.callbacks) > 0 {
			n.callbacks = append(n.callbacks, f)
			n.due--
		} else {
			n.apply([]func() bool{f})
		}
	})
}

// idle says that the outcome can be had without waiting.
func (n *vertex) idle() bool {
	return n.fired && n.due == 0 && len(n.callbacks) == 0 && n.paused == 0
}

func (n *vertex) cancel() {
	for n.up != nil && !n.chained && !n.up.fired {
		n = n.up
	}
	if n.fired {
		return
	}
	switch n.canceller {
	case "":
		n.forgiving = true
	case "value":
		n.fire(ending{v: 42}, &n.w.queue)
	case "error":
		n.fire(ending{err: "canceller"}, &n.w.queue)
	}
	if !n.fired {
		n.fire(endingOf(0, ErrCanceled), &n.w.queue)
	}
}

func (n *vertex) timeout(d time.Duration) {
	when, expired := n.w.now+d, false
	n.w.timers[when] = func() {
		if !n.fired {
			expired = true
			n.cancel()
		}
	}
	n.add(func() bool {
		delete(n.w.timers, when)
		if expired && n.out.err == ErrCanceled.Error() {
			n.out = endingOf(0, ErrTimeout)
		}
		return false
	})
}

// await notes that up will fire n, unless that closes a circle.
func (n *vertex) await(up *vertex, chained bool) (circular bool) {
	for w := up; w != nil; w = w.up {
		if w == n {
			return true
		}
		if !n.followed {
			break
		}
	}
	up.followed = true
	if !n.fired && (n.up == nil || !chained) {
		n.up, n.chained = up, chained
	}
	return false
}

func (n *vertex) derive(f func(x *vertex) (panics bool)) *vertex {
	x := &vertex{w: n.w, up: n}
	n.followed = true
	n.add(func() bool {
		switch {
		case x.fired: // canceled, by one that n has not been told of
		case n.out.err != "":
			x.fire(n.out, &n.w.turn)
		default:
			return f(x)
		}
		return false
	})
	return x
}

func (n *vertex) takeFrom(inner *vertex) {
	if inner.idle() {
		n.fire(inner.out, &n.w.turn)
		return
	}
	if n.await(inner, false) {
		n.fire(endingOf(0, ErrCircular), &n.w.turn)
		return
	}
	inner.add(func() bool {
		n.fire(inner.out, &n.w.turn)
		return false
	})
}

func (n *vertex) chain(other *vertex) {
	if other.await(n, true) {
		other.fire(endingOf(0, ErrCircular), &n.w.queue)
		return
	}
	n.add(func() bool {
		n.out = endingOf(0, other.fire(n.out, &n.w.turn))
		return false
	})
}

// A fiber is a coroutine whose body awaits nodes, one after the other, and the results of
// fibers before it.
type fiber struct {
	w        *world
	awaits   []awaitStep
	saw      func(ending)
	stops    bool // at the first error
	done     bool
	canceled bool
	told     bool // what is awaited of the cancel
	out      ending
	waiters  []func(ending)
}

type awaitStep struct {
	vertex *vertex
	fiber  *fiber
}

func (s awaitStep) fired() bool {
	if s.fiber != nil {
		return s.fiber.done
	}
	return s.vertex.fired
}

func (s awaitStep) cancel() {
	if s.fiber != nil {
		s.fiber.cancel()
	} else {
		s.vertex.cancel()
	}
}

func (f *fiber) run() {
	for len(f.awaits) > 0 {
		s := f.awaits[0]
		switch {
		case s.fiber != nil && s.fiber.done:
			f.next(s.fiber.out)
		case s.fiber == nil && s.vertex.idle():
			f.next(s.vertex.out)
		default:
			f.wait(s)
			return
		}
	}
	f.done = true
	for _, tell := range f.waiters {
		tell(f.out)
	}
}

func (f *fiber) wait(s awaitStep) {
	if s.fiber != nil {
		s.fiber.waiters = append(s.fiber.waiters, func(out ending) {
			f.w.queue = append(f.w.queue, func() { f.next(out); f.run() })
		})
	} else {
		s.vertex.add(func() bool {
			out := s.vertex.out
			f.w.turn = append(f.w.turn, func() { f.next(out); f.run() })
			return false
		})
	}
	if f.canceled {
		f.canceled, f.told = false, true
		s.cancel()
	}
}

// next gives the body what it awaited.
func (f *fiber) next(out ending) {
	f.saw(out)
	f.told = false
	f.awaits, f.out = f.awaits[1:], out
	if f.stops && out.err != "" {
		f.awaits = nil
	}
}

func (f *fiber) cancel() {
	if f.done {
		return
	}
	f.w.queue = append(f.w.queue, func() {
		switch {
		case f.done:
		case f.awaits[0].fired():
			f.canceled = f.canceled || !f.told
		default:
			f.told = true
			f.awaits[0].cancel()
		}
	})
}

// A program runs on both, and notes what every callback sees.
type program struct {
	*rapid.T
	r         *Reactor
	w         *world
	deferreds []*Deferred[int]
	nodes     []*vertex
	results   []*EventualResult[int]
	fibers    []*fiber
	serial    int
	got, want []string
}

func (p *program) id(kind string) string {
	p.serial++
	return fmt.Sprint(kind, p.serial, " saw ")
}

// pick draws a Deferred, with its vertex.
func (p *program) pick(label string) (*Deferred[int], *vertex) {
	i := rapid.IntRange(0, len(p.nodes)-1).Draw(p.T, label)
	return p.deferreds[i], p.nodes[i]
}

func (p *program) made(d *Deferred[int], n *vertex) {
	p.deferreds, p.nodes = append(p.deferreds, d), append(p.nodes, n)
}

// act draws what a callback does: as a function of ours, and as what that gives in the model.
func (p *program) act(id string) (f func(v int) (int, error), out func(v int) (o ending, panics bool)) {
	switch rapid.SampledFrom([]string{"", "", "error", "panic"}).Draw(p.T, "act") {
	case "error":
		return func(int) (int, error) { return 0, errors.New(id) },
			func(int) (ending, bool) { return ending{err: id}, false }
	case "panic":
		return func(int) (int, error) { panic(id) },
			func(int) (ending, bool) { return ending{err: id}, true }
	}
	return increment, func(v int) (ending, bool) { return ending{v: v + 1}, false }
}

// add adds a callback to d and n that sees outcomes as its kind does.
func (p *program) add(kind string) {
	d, n := p.pick("to")
	id := p.id(kind)
	f, out := p.act(id)
	note := func(v int, err error) (int, error) {
		p.got = append(p.got, id+fmt.Sprint(endingOf(v, err)))
		return f(v)
	}
	switch kind {
	case "callback":
		d.AddCallback(func(v int) (int, error) { return note(v, nil) })
	case "errback":
		d.AddErrback(func(err error) (int, error) { return note(0, err) })
	case "both":
		d.AddBoth(note)
	}
	n.add(func() (panics bool) {
		failed := n.out.err != ""
		if kind == "both" || failed == (kind == "errback") {
			p.want = append(p.want, id+fmt.Sprint(n.out))
			n.out, panics = out(n.out.v)
		}
		return panics
	})
}

func (p *program) derive(kind string) {
	d, n := p.pick("from")
	id := p.id(kind)
	if kind == "Then" {
		f, out := p.act(id)
		x := Then(d, func(v int) (int, error) {
			p.got = append(p.got, id+fmt.Sprint(ending{v: v}))
			return f(v)
		})
		p.made(x, n.derive(func(x *vertex) bool {
			p.want = append(p.want, id+fmt.Sprint(n.out))
			o, panics := out(n.out.v)
			x.fire(o, &p.w.turn)
			return panics
		}))
		return
	}
	inner, innerNode := p.pick("inner")
	x := ThenDeferred(d, func(v int) (*Deferred[int], error) {
		p.got = append(p.got, id+fmt.Sprint(ending{v: v}))
		return inner, nil
	})
	p.made(x, n.derive(func(x *vertex) bool {
		p.want = append(p.want, id+fmt.Sprint(n.out))
		x.takeFrom(innerNode)
		return false
	}))
}

// start starts a coroutine that awaits some of what there is.
func (p *program) start() {
	id := p.id("coroutine")
	var awaits []Awaitable[int]
	f := &fiber{w: p.w, stops: rapid.Bool().Draw(p.T, "stops at errors")}
	f.saw = func(o ending) { p.want = append(p.want, id+fmt.Sprint(o)) }
	for range rapid.IntRange(1, 3).Draw(p.T, "awaits") {
		if i := rapid.IntRange(-3, len(p.fibers)-1).Draw(p.T, "result"); i >= 0 {
			awaits = append(awaits, p.results[i])
			f.awaits = append(f.awaits, awaitStep{fiber: p.fibers[i]})
		} else {
			d, n := p.pick("awaited")
			awaits = append(awaits, d)
			f.awaits = append(f.awaits, awaitStep{vertex: n})
		}
	}
	p.results = append(p.results, RunCoroutineOn(p.r, func(co *Coroutine) (v int, err error) {
		for _, a := range awaits {
			v, err = Await(co, a)
			p.got = append(p.got, id+fmt.Sprint(endingOf(v, err)))
			if f.stops && err != nil {
				break
			}
		}
		return v, err
	}))
	p.fibers = append(p.fibers, f)
	p.w.queue = append(p.w.queue, f.run)
}

func (p *program) step(step string) {
	switch step {
	case "callback", "errback", "both":
		p.add(step)
	case "Then", "ThenDeferred":
		p.derive(step)
	case "coroutine":
		p.start()
	case "Chain":
		d, n := p.pick("from")
		e, m := p.pick("to")
		d.Chain(e)
		n.chain(m)
	case "fire":
		d, n := p.pick("fired")
		wantSame(p.T, d.Callback(10), n.fire(ending{v: 10}, &p.w.queue))
	case "fail":
		d, n := p.pick("failed")
		wantSame(p.T, d.Errback(errTest), n.fire(endingOf(0, errTest), &p.w.queue))
	case "cancel":
		d, n := p.pick("canceled")
		d.Cancel()
		n.cancel()
	case "cancel result":
		if len(p.results) > 0 {
			i := rapid.IntRange(0, len(p.results)-1).Draw(p.T, "canceled")
			p.results[i].Cancel()
			p.fibers[i].cancel()
		}
	case "timeout":
		d, n := p.pick("limited")
		p.serial++ // for a time of its own
		limit := time.Duration(rapid.IntRange(1, 3).Draw(p.T, "seconds"))*time.Second + time.Duration(p.serial)*time.Millisecond
		d.AddTimeout(limit)
		n.timeout(limit)
	case "time":
		time.Sleep(time.Second)
		p.w.pass(time.Second)
	case "pause":
		d, n := p.pick("paused")
		d.Pause()
		n.paused++
	case "unpause":
		if d, n := p.pick("unpaused"); n.paused > 0 {
			p.unpause(d, n)
		}
	}
	p.compare(step)
}

func (p *program) unpause(d *Deferred[int], n *vertex) {
	d.Unpause()
	n.paused--
	n.resume(&p.w.queue)
}

// compare has both run until there is nothing more to do, and looks for a difference.
func (p *program) compare(step string) {
	synctest.Wait()
	p.w.run()
	if !slices.Equal(p.got, p.want) {
		p.Fatalf("after %s:\ngot  %q\nwant %q", step, p.got, p.want)
	}
	for i, n := range p.nodes {
		if d := p.deferreds[i]; d.core.fired() != n.fired || n.fired && endingOf(d.slot.Value, d.core.err) != n.out {
			p.Fatalf("after %s: Deferred %d: fired %v with %v, %v; want %v, %v", step, i, d.core.fired(), d.slot.Value, d.core.err, n.fired, n.out)
		}
	}
	for i, f := range p.fibers {
		e := p.results[i]
		if e.result.there() != f.done || f.done && endingOf(e.slot.Value, e.result.err) != f.out {
			p.Fatalf("after %s: result %d is %v, want %v, %v", step, i, e, f.done, f.out)
		}
	}
}

// D1–D14, D23: random programs of several Deferreds, with and without cancellers, of their
// callbacks, chains and timeouts and of coroutines do what the model does, in the same order.
func TestPropertyPrograms(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		noDeadline := struct{ rapid.TB }{t} // which a bubble does not have
		rapid.Check(noDeadline, func(t *rapid.T) {
			p := &program{T: t, r: r, w: &world{timers: map[time.Duration]func(){}}}
			cancellers := map[string]func(*Deferred[int]){
				"silent": func(*Deferred[int]) {},
				"value":  func(d *Deferred[int]) { d.Callback(42) },
				"error":  func(d *Deferred[int]) { d.Errback(errors.New("canceller")) },
			}
			for range 3 {
				c := rapid.SampledFrom([]string{"", "silent", "value", "error"}).Draw(t, "canceller")
				p.made(NewDeferredOn(r, cancellers[c]), &vertex{w: p.w, canceller: c})
			}
			for _, step := range rapid.SliceOfN(rapid.SampledFrom([]string{
				"callback", "errback", "both", "Then", "ThenDeferred", "Chain", "coroutine",
				"fire", "fail", "cancel", "cancel result", "pause", "unpause", "timeout", "time",
			}), 5, 60).Draw(t, "steps") {
				p.step(step)
			}
			for i, n := range p.nodes {
				for n.paused > 0 {
					p.unpause(p.deferreds[i], n)
					p.compare("unpausing")
				}
			}
			for range 4 { // whatever is awaited, the coroutines end
				for i, f := range p.fibers {
					p.results[i].Cancel()
					f.cancel()
					p.compare("canceling")
				}
			}
			for i, f := range p.fibers {
				if !f.done {
					t.Fatalf("coroutine %d has not ended", i)
				}
			}
		})
	})
}
