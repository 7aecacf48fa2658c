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
	same  atomic.Bool // the task runs that ran when the timer was set
	armed bool        // guarded by the reactor's mu, as timer is
	timer *time.Timer
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
		r.watchdog.same.Store(false)
	}
}

// lookAtLoop warns if the task that ran at the last look still does; once, since it leaves
// the timer armed, though it will not fire.
func (r *Reactor) lookAtLoop() {
	r.mu.Lock()
	blocked := !r.asleep && r.watchdog.same.Load()
	switch {
	case r.asleep:
		r.watchdog.armed = false
	case !blocked:
		r.watchdog.same.Store(true)
		r.watchdog.timer.Reset(blockedAfter)
	}
	loop := r.loopID
	r.mu.Unlock()
	if blocked {
		r.log().Warn("reactor: a callback blocks the loop", "after", blockedAfter, "stack", busyStack(loop, r.bodyID.Load()))
	}
}

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
