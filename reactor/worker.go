package reactor

import "iter"

// A worker is a goroutine that runs bodies, one after the other, each when the loop gives
// it the turn: a new goroutine for each body would cost more than a short body.
type worker struct {
	r     *Reactor
	id    uint64     // of the goroutine, once it runs
	body  *Coroutine // nil when idle
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
}

// worker returns an idle worker. It is called on the loop.
func (r *Reactor) worker() *worker {
	if last := len(r.idle) - 1; last >= 0 {
		w := r.idle[last]
		r.idle = r.idle[:last]
		return w
	}
	w := &worker{r: r}
	w.next, w.stop = iter.Pull(w.loop)
	return w
}

// retire keeps an idle worker for the next body, or ends it.
func (r *Reactor) retire(w *worker) {
	const keep = 64 // 200 KB: a burst beyond it is not worth remembering
	if len(r.idle) < keep && !r.stop.Load() {
		r.idle = append(r.idle, w)
	} else {
		w.stop()
	}
}

func (w *worker) loop(yield func(struct{}) bool) {
	w.id, w.yield = goroutineID(), yield
	w.r.bodyID.Store(w.id)
	for {
		w.body.main()
		w.body = nil
		if !yield(struct{}{}) {
			return
		}
	}
}

// endCoroutines resumes the bodies that are suspended when the reactor stops; Await gives
// them ErrReactorStopped from now on.
func (r *Reactor) endCoroutines() {
	for r.coroutines != nil {
		r.coroutines.resume(ErrReactorStopped)
		r.passed()
	}
	for _, w := range r.idle {
		w.stop()
	}
	r.idle = nil
}
