package reactor

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Reactor is an event loop: one goroutine that runs callbacks, one at a time
// and in order. Make it with [New]; the zero value is not ready for use, a Reactor
// must not be copied, and a stopped one is not started again. Its methods may be
// called from any goroutine and never block on what the loop is running.
type Reactor struct {
	epoch    time.Time     // the zero of every time in timers
	wake     chan struct{} // holds one token: the loop has something to look at
	stopping chan struct{} // closed by Stop
	stopped  chan struct{} // closed at the end of the loop
	alone    chan struct{} // closed when, after Stop, no goroutine of spawn's is left
	stop     atomic.Bool   // what stopping says, for a look between two tasks
	logger   atomic.Value  // a *slog.Logger, nil for the default
	bodyID   atomic.Uint64 // the goroutine of the coroutine that has, or had, the turn

	mu        sync.Mutex // guards what follows
	watchdog  watchdog
	queue     []task
	timers    timerHeap
	seq       uint64 // of the timer scheduled last
	started   bool
	asleep    bool   // the loop waits, or is about to wait, for wake
	turns     uint64 // turns begun so far
	loopID    uint64 // the goroutine that is the loop, 0 before Start
	watching  map[watcher]struct{}
	spawned   int                     // goroutines of spawn's
	unhandled map[*unhandled]struct{} // nil until there is one
	stash     map[int]any             // *EventualResults of any type
	stashed   int                     // the last number given in stash
	shutdown  []func()                // the loop's own after Stop

	// Used by the loop alone, and kept here so that another goroutine can go on
	// when a callback has ended this one (runtime.Goexit).
	batch      fifo       // the rest of the turn
	derived    fifo       // goes before batch: what the running task has settled
	coroutines *Coroutine // those whose body has begun and not ended
	loosening  loosening
	idle       []*worker
	ticked     bool   // the timers have had their chance since the last batch
	now        int64  // the clock when they got it
	round      uint64 // r.seq at that time
	alarm      *time.Timer
}

// A task is what the loop runs. Tasks are interface values, so a Deferred or an
// EventualResult is queued without a closure of its own.
type task interface{ run(r *Reactor) }

// A watcher is told when the reactor stops, on the goroutine that calls Stop.
type watcher interface{ reactorStopped() }

// New returns a reactor that queues work and runs it once [Reactor.Start] is called.
func New() *Reactor {
	return &Reactor{
		epoch:    time.Now(),
		wake:     make(chan struct{}, 1),
		stopping: make(chan struct{}),
		stopped:  make(chan struct{}),
		alone:    make(chan struct{}),
		watching: make(map[watcher]struct{}),
		ticked:   true, // what is queued before Start runs before any timer
	}
}

// Start starts the loop, on a goroutine of its own. A second Start does nothing,
// nor does one after Stop.
func (r *Reactor) Start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.start()
}

func (r *Reactor) start() {
	if !r.started {
		r.started = true
		go r.loop()
	}
}

// Stop ends the reactor and returns at once, also when called on the loop. In this
// order: new work is refused and queued work dropped; everyone who is blocked on
// one of its results gets [ErrReactorStopped]; when the callback that is running
// has returned, suspended coroutines are resumed with that error too, and the functions
// given to [Reactor.OnShutdown] run; failures that nobody has looked at are reported; then
// [Reactor.Stopped] is closed. A second Stop does nothing. [Reactor.Shutdown] waits for that, and
// for the goroutines of [DeferToGoroutine].
func (r *Reactor) Stop() {
	r.mu.Lock()
	if r.stop.Load() {
		r.mu.Unlock()
		return
	}
	r.stop.Store(true)
	close(r.stopping)
	watching := r.watching
	r.queue, r.watching = nil, nil
	if r.spawned == 0 {
		close(r.alone)
	}
	r.timers.drop()
	r.start() // one that was never started still runs its shutdown functions
	r.unlock()
	for w := range watching {
		w.reactorStopped()
	}
}

// Stopped returns a channel that is closed when the reactor has stopped: the last
// callback and the OnShutdown functions have returned. Goroutines of [DeferToGoroutine] may
// still run; [Reactor.Shutdown] waits for them too.
func (r *Reactor) Stopped() <-chan struct{} { return r.stopped }

// OnShutdown has f run on the reactor while it stops, after work is refused; the
// functions run in the order they were given. Once Stop has been called, OnShutdown
// does nothing. A nil f panics.
// (Twisted: addSystemEventTrigger("before", "shutdown", f).)
func (r *Reactor) OnShutdown(f func()) {
	mustCall(f)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stop.Load() {
		r.shutdown = append(r.shutdown, f)
	}
}

// Call has f run on the reactor, after everything that was queued before. It does
// not wait for f. A panic in f is logged and ends nothing else. The error is
// [ErrReactorStopped] or nil; a nil f panics. (Twisted: reactor.callFromThread.)
func (r *Reactor) Call(f func()) error {
	mustCall(f)
	return r.post(call(f))
}

// mustCall keeps what cannot be called from the loop, where nobody would know whose it was.
func mustCall(f func()) {
	if f == nil {
		panic("reactor: a nil function cannot be called")
	}
}

type call func()

func (f call) run(r *Reactor) {
	returned := false
	defer func() {
		if !returned {
			r.report("reactor: a call failed", newFailure(failed(recover()), nil), originOf(f))
		}
	}()
	f()
	returned = true
}

// post queues t. The error is ErrReactorStopped or nil.
func (r *Reactor) post(t task) error {
	r.mu.Lock()
	if r.stop.Load() {
		r.mu.Unlock()
		return ErrReactorStopped
	}
	r.queue = append(r.queue, t)
	r.unlock()
	return nil
}

// unlock releases mu, and wakes the loop if it sleeps.
func (r *Reactor) unlock() {
	asleep := r.asleep
	r.asleep = false
	r.mu.Unlock()
	if asleep {
		select {
		case r.wake <- struct{}{}:
		default: // a token that the alarm overtook is still there: it does as well
		}
	}
}

// watch has w told of Stop, if that is still to come.
func (r *Reactor) watch(w watcher) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stop.Load() {
		r.watching[w] = struct{}{}
	}
}

func (r *Reactor) unwatch(w watcher) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.watching, w)
}

// loop runs turns until Stop. A callback that calls runtime.Goexit ends the
// goroutine but not the reactor: the next goroutine goes on with the next task.
func (r *Reactor) loop() {
	finished := false
	defer func() {
		if !finished {
			go r.loop()
		}
	}()
	r.mu.Lock()
	r.loopID = goroutineID()
	r.mu.Unlock()
	r.passed() // what has ended the goroutine before
	for {
		r.runBatch()
		due := r.nextTurn()
		if r.stop.Load() {
			break
		}
		if due != nil {
			call(due).run(r)
			r.passed()
		}
	}
	r.endCoroutines()
	for len(r.shutdown) > 0 {
		f := r.shutdown[0]
		r.shutdown = r.shutdown[1:]
		call(f).run(r)
		r.passed()
	}
	if r.alarm != nil {
		r.alarm.Stop()
	}
	r.batch, r.derived = fifo{}, fifo{}
	r.mu.Lock()
	r.asleep = true // for good, and for lookAtLoop: what a logger takes does not block the loop
	r.mu.Unlock()
	r.reportUnhandled()
	if r.watchdog.timer != nil {
		r.watchdog.timer.Stop()
	}
	close(r.stopped)
	finished = true
}

// runBatch runs the turn's tasks. What a task settles (invariant 2) goes before the
// next task, and through a queue rather than by recursion, so that the stack stays
// flat however long the chain.
func (r *Reactor) runBatch() {
	for !r.stop.Load() {
		t := r.derived.pop()
		if t == nil {
			t = r.batch.pop()
		}
		if t == nil {
			return
		}
		t.run(r)
		r.passed()
	}
}

// nextTurn waits for work and takes it: what is queued, which goes into the batch, or a
// timer that is due, whose function it returns. Between two batches all timers run that are
// due then and were scheduled before: so neither starves the other, however many they are,
// and whatever they schedule. It returns early after Stop.
func (r *Reactor) nextTurn() (due func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.stop.Load() {
		if len(r.timers) > 0 && (!r.ticked || len(r.queue) == 0 && !r.isDue()) {
			r.ticked, r.now, r.round = true, int64(time.Since(r.epoch)), r.seq
		}
		if r.isDue() {
			r.begin()
			return r.timers.pop().finish(called)
		}
		if len(r.queue) > 0 {
			r.queue = r.batch.swap(r.queue)
			r.ticked = false
			r.begin()
			return nil
		}
		var sleep time.Duration
		if len(r.timers) > 0 {
			sleep = time.Duration(r.timers[0].when - r.now)
		}
		if r.watchdog.same.Load() {
			r.passedSame()
		}
		if r.loosening.pending(r.coroutines) {
			r.mu.Unlock()
			r.loosenSome()
			r.mu.Lock()
			continue
		}
		r.asleep = true
		r.mu.Unlock()
		r.sleep(sleep)
		r.mu.Lock()
		r.asleep = false
	}
	return nil
}

// isDue reports whether the first timer is one of those that run between the two batches; one
// that Delay has just put before them is not, and has them wait for the next time with it. mu
// is held.
func (r *Reactor) isDue() bool {
	return len(r.timers) > 0 && r.timers[0].when <= r.now && r.timers[0].seq <= r.round
}

// begin begins a turn; mu is held.
func (r *Reactor) begin() {
	r.turns++
	r.watchLoop()
}

// sleep waits for wake, and for no more than d if d is not 0.
func (r *Reactor) sleep(d time.Duration) {
	if d == 0 {
		<-r.wake // much cheaper than a select, and the usual case
		return
	}
	if r.alarm == nil {
		r.alarm = time.NewTimer(d)
	} else {
		r.alarm.Reset(d)
	}
	select {
	case <-r.wake:
	case <-r.alarm.C:
	}
}
