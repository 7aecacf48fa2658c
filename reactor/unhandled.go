package reactor

import (
	"cmp"
	"log/slog"
	"maps"
	"runtime"
	"slices"
)

// An unhandled is a failure that nobody has looked at. While that is so its reactor knows
// it: notice tells it, and settle when somebody looks or when it is reported.
type unhandled struct {
	r     *Reactor
	err   error
	stack []byte // if err does not tell it itself
	seq   uint64

	origin origin // of the one that has failed

	cleanup runtime.Cleanup
}

func (u *unhandled) failure() *Failure { return newFailure(u.err, u.stack) }

// notice has u, the outcome of owner, reported when owner is dropped or the reactor has
// stopped, unless it is settled before; but not what is no failure of the work, that its
// owner canceled it or stopped the reactor.
//
// The cleanup runs on a goroutine of the runtime, outside of every synctest bubble; it
// takes r.mu, which nobody holds for long, and calls the logger.
func notice[O any](u *unhandled, owner *O) {
	if u.err == ErrCanceled || u.err == ErrReactorStopped {
		return
	}
	r := u.r
	r.mu.Lock()
	u.seq = r.nextSeq()
	if r.unhandled == nil {
		r.unhandled = make(map[*unhandled]struct{})
	}
	r.unhandled[u] = struct{}{}
	r.mu.Unlock()
	u.cleanup = runtime.AddCleanup(owner, (*unhandled).report, u)
}

// forget settles u for an owner that lives on, perhaps to fail again and again.
func (u *unhandled) forget() {
	u.settle()
	u.cleanup.Stop()
}

// settle reports whether it is the first to be called for u.
func (u *unhandled) settle() bool {
	u.r.mu.Lock()
	defer u.r.mu.Unlock()
	_, first := u.r.unhandled[u]
	delete(u.r.unhandled, u)
	return first
}

func (u *unhandled) report() {
	if u.settle() && !isGivenUp(u.err) {
		u.r.report("reactor: unhandled failure", u.failure(), u.origin)
	}
}

// isGivenUp reports whether err says that work was canceled or that the reactor was
// stopped, and nothing else.
func isGivenUp(err error) bool {
	return isOnly(err, ErrCanceled, ErrReactorStopped)
}

// tooLate reports err if it is a panic: what it was to settle is settled, by a cancel or a
// Stop, so nobody gets it.
func (r *Reactor) tooLate(err error) {
	if _, panicked := err.(*PanicError); panicked {
		r.report("reactor: a panic after the result", newFailure(err, nil), 0)
	}
}

// reportUnhandled reports, at the end of the loop, what is left, the oldest first.
func (r *Reactor) reportUnhandled() {
	r.mu.Lock()
	left := slices.SortedFunc(maps.Keys(r.unhandled), func(a, b *unhandled) int { return cmp.Compare(a.seq, b.seq) })
	r.mu.Unlock()
	for _, u := range left {
		u.report()
	}
}

// SetLogger has l get what the reactor reports: panics in calls and those that come too late
// for a result, unhandled failures, a blocked loop. Without a logger, or with nil, it is slog.Default() at the time of the
// report. Unhandled failures may be reported from any goroutine.
func (r *Reactor) SetLogger(l *slog.Logger) { r.logger.Store(l) }

func (r *Reactor) log() *slog.Logger {
	if l, _ := r.logger.Load().(*slog.Logger); l != nil {
		return l
	}
	return slog.Default()
}

// report logs an error that nobody gets, with its place: that of the panic, if it was one, or else
// of what has failed.
func (r *Reactor) report(msg string, f *Failure, o origin) {
	stack := frames(string(f.Stack))
	at := where(stack)
	if at == "" {
		at = o.where()
	}
	args := []any{"err", f.Err}
	if at != "" {
		args = append(args, "at", at)
	}
	if len(f.Stack) > 0 {
		args = append(args, "stack", brief(stack))
	}
	r.log().Error(msg, args...)
}
