package reactor

import (
	"bytes"
	"runtime"
	"strconv"
	"time"
)

// block waits until done is closed, giveUp delivers or r stops, and reports which:
// nil, ErrTimeout or ErrReactorStopped. A callback of r that calls it would wait for
// ever, as done cannot happen before it returns; it gets ErrOnReactor.
//
// Who calls is not asked unless a turn of the loop ran at the beginning and no other has
// begun after selfCheck: asking takes microseconds, and a goroutine that is not the loop
// seldom meets it.
func block[E any](r *Reactor, done <-chan struct{}, giveUp <-chan E) error {
	const selfCheck = 500 * time.Microsecond // ErrOnReactor is promised within 2 ms

	turn := r.currentTurn()
	var check <-chan time.Time
	if turn != 0 {
		timer := time.NewTimer(selfCheck)
		defer timer.Stop()
		check = timer.C
	}
	for {
		select {
		case <-done:
			return nil
		case <-r.stopping:
			return ErrReactorStopped
		case <-giveUp:
			if r.runs(turn) {
				return ErrOnReactor
			}
			return ErrTimeout
		case <-check:
			if r.runs(turn) {
				return ErrOnReactor
			}
		}
	}
}

// currentTurn returns the number of the turn that is running, 0 if the loop sleeps.
func (r *Reactor) currentTurn() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asleep {
		return 0
	}
	return r.turns
}

// runs reports whether the calling goroutine is the loop, or runs the body of one of its
// coroutines, in the given turn.
func (r *Reactor) runs(turn uint64) bool {
	r.mu.Lock()
	id := r.loopID
	if r.turns != turn {
		id = 0
	}
	r.mu.Unlock()
	if id == 0 {
		return false
	}
	self := goroutineID()
	return self == id || self == r.bodyID.Load()
}

// goroutineID returns the number of the calling goroutine, which Go tells only in the
// first line of a stack trace: "goroutine 7 [running]:".
func goroutineID() uint64 {
	var buf [len("goroutine 18446744073709551615 ")]byte
	n := runtime.Stack(buf[:], false)
	digits, _, _ := bytes.Cut(bytes.TrimPrefix(buf[:n], []byte("goroutine ")), []byte(" "))
	id, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil {
		panic("reactor: no goroutine number in a stack trace: " + err.Error())
	}
	return id
}
