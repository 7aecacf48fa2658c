package reactor

import "context"

// Shutdown is [Reactor.Stop] that waits until nothing of r's runs any more: the callback that is
// running, the bodies of coroutines and the OnShutdown functions have returned, and so have the
// functions given to [DeferToGoroutine], whose contexts end. If that takes longer than ctx, the
// error is ctx.Err(): r is stopped, and what has not returned goes on. A callback or a body of r's
// gets [ErrOnReactor], and r is not stopped, since Shutdown would wait for its caller; a function
// of DeferToGoroutine waits for itself until ctx is done. Without a limit, what runs may need for
// ever. (net/http: Server.Shutdown.)
func (r *Reactor) Shutdown(ctx context.Context) error {
	if r.isHere() {
		return ErrOnReactor
	}
	r.Stop()
	for _, end := range []<-chan struct{}{r.stopped, r.alone} {
		select {
		case <-end:
			continue
		default:
		}
		select {
		case <-end:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// isHere reports whether the calling goroutine is the loop, or runs the body of a coroutine.
func (r *Reactor) isHere() bool {
	self := goroutineID()
	r.mu.Lock()
	defer r.mu.Unlock()
	return self == r.loopID || self == r.bodyID.Load()
}

// spawn runs f on a goroutine that Shutdown waits for. On a stopped reactor it does not, and is
// false.
func (r *Reactor) spawn(f func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop.Load() {
		return false
	}
	r.spawned++
	go func() {
		defer r.ended()
		f()
	}()
	return true
}

// ended is called by a goroutine of spawn's when it has nothing more to do.
func (r *Reactor) ended() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spawned--
	if r.stop.Load() && r.spawned == 0 {
		close(r.alone)
	}
}
