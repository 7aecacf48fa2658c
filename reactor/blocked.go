package reactor

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// blockedAfter is how long a callback may hold up the loop before that is worth a warning.
// It is also how often a busy loop is looked at, so a warning may take twice as long.
const blockedAfter = 100 * time.Millisecond

// A watchdog tells a callback that blocks from a loop with much to do.
type watchdog struct {
	same atomic.Bool // the task runs that ran when the timer was set

	// Guarded by the reactor's mu.
	armed bool // unless the running task was seen to block, its timer fires
	timer *time.Timer
	found bool            // the running task was seen to block
	at    string          // where, if that is known
	tasks uint64          // that were
	seen  map[string]bool // the places that were warned of
}

// watchLoop has the loop looked at, which has work; r.mu is held. The timer is armed while
// the loop is busy and left alone when it falls asleep: that is cheaper than to stop it.
func (r *Reactor) watchLoop() {
	if r.watchdog.armed {
		return
	}
	r.watchdog.armed = true
	r.watchdog.same.Store(true)
	if r.watchdog.timer == nil {
		r.watchdog.timer = time.AfterFunc(blockedAfter, r.lookAtLoop)
	} else {
		r.watchdog.timer.Reset(blockedAfter)
	}
}

// passed is called by the loop after each task.
func (r *Reactor) passed() {
	if r.watchdog.same.Load() {
		r.mu.Lock()
		r.passedSame()
		r.mu.Unlock()
	}
}

// passedSame is for a task that was looked at; r.mu is held.
func (r *Reactor) passedSame() {
	w := &r.watchdog
	w.same.Store(false)
	if w.found {
		w.found, w.armed = false, false
		w.tasks++
		w.at = ""
		r.watchLoop()
	}
}

// lookAtLoop warns if the task that ran at the last look still does. It then leaves the timer
// alone until that has passed: a task is warned of once, and so is a place.
func (r *Reactor) lookAtLoop() {
	r.mu.Lock()
	w := &r.watchdog
	w.found = !r.asleep && w.same.Load()
	switch {
	case r.asleep:
		w.armed = false
	case !w.found:
		w.same.Store(true)
		w.timer.Reset(blockedAfter)
	}
	found, loop, task := w.found, r.loopID, w.tasks
	r.mu.Unlock()
	if !found {
		return
	}
	stack := frames(busyStack(loop, r.bodyID.Load()))
	at := where(stack)
	r.mu.Lock()
	seen := w.seen[at]
	if w.seen == nil {
		w.seen = make(map[string]bool)
	}
	w.seen[at] = true
	if w.tasks == task {
		w.at = at
	}
	r.mu.Unlock()
	if !seen {
		r.warnBlocked(at, stack)
	}
}

func (r *Reactor) warnBlocked(at string, stack []frame) {
	args := []any{"after", blockedAfter}
	if at != "" {
		args = append([]any{"at", at}, args...)
	}
	if len(stack) > 0 {
		args = append(args, "stack", brief(stack))
	}
	r.log().Warn("reactor: a callback blocks the loop", args...)
}

// timedOut returns the error of a Wait that has waited for long enough: an ErrTimeout that names what
// blocks the loop, if that is known.
func (r *Reactor) timedOut() error {
	r.mu.Lock()
	at := r.watchdog.at
	r.mu.Unlock()
	if at != "" {
		return &blockedError{at}
	}
	return ErrTimeout
}

// blockedError is an ErrTimeout.
type blockedError struct{ at string }

func (e *blockedError) Error() string {
	return ErrTimeout.Error() + ", as " + e.at + " blocks the loop"
}
func (e *blockedError) Unwrap() error { return ErrTimeout }

// busyStack returns the stack of the loop or, if that waits for the body of a coroutine, of
// the body. There is none among very many goroutines: to ask stops the whole program.
func busyStack(loop, body uint64) string {
	const many = 1000
	if runtime.NumGoroutine() > many {
		return ""
	}
	buf := make([]byte, 1<<20)
	all := string(buf[:runtime.Stack(buf, true)])
	stack := stackOf(all, loop)
	if strings.HasPrefix(stack, fmt.Sprintf("goroutine %d [coroutine", loop)) {
		stack = stackOf(all, body)
	}
	return stack
}

// stackOf finds the goroutine with the number id in what runtime.Stack gives of all.
func stackOf(all string, id uint64) string {
	head := fmt.Sprintf("goroutine %d [", id)
	for stack := range strings.SplitSeq(all, "\n\n") {
		if strings.HasPrefix(stack, head) {
			return stack
		}
	}
	return ""
}
