package reactor

import (
	"errors"
	"sync"
	"sync/atomic"
)

// The default reactor: nil until it is first used, or set by NoSetup or Use.
var (
	defaultReactor atomic.Pointer[Reactor]
	defaultMu      sync.Mutex // held to change defaultReactor
)

// Default returns the reactor that package-level functions use. The first use makes
// and starts one, unless [NoSetup] or [Use] gave another.
func Default() *Reactor {
	if r := defaultReactor.Load(); r != nil {
		return r
	}
	defaultMu.Lock()
	defer defaultMu.Unlock()
	r := defaultReactor.Load()
	if r == nil {
		r = New()
		r.Start()
		defaultReactor.Store(r)
	}
	return r
}

// Setup makes and starts the default reactor, if that has not happened. It may be
// called any number of times, and after NoSetup it does nothing. It does not restart a
// reactor: after Stop the error is [ErrReactorStopped]. (crochet: setup.)
func Setup() error {
	if Default().stop.Load() {
		return ErrReactorStopped
	}
	return nil
}

// NoSetup makes r the default reactor for a program that starts and stops r itself.
// It has to come before the default reactor's first use, and only once; otherwise an
// error says so. (crochet: no_setup.)
func NoSetup(r *Reactor) error {
	if r == nil {
		return errors.New("reactor: NoSetup: a nil reactor")
	}
	defaultMu.Lock()
	defer defaultMu.Unlock()
	if defaultReactor.Load() != nil {
		return errors.New("reactor: NoSetup: there is a default reactor already " +
			"(call NoSetup once, before Setup and before the first use of a package-level function, " +
			"or give your reactor to the …On functions)")
	}
	defaultReactor.Store(r)
	return nil
}

// Use makes r the default reactor, without starting it, until restore is called. It
// is for tests; tests that use it must not run in parallel. A nil r has the next use make
// one. Restore in the opposite order: each restore brings back what its Use replaced.
func Use(r *Reactor) (restore func()) {
	defaultMu.Lock()
	defer defaultMu.Unlock()
	old := defaultReactor.Swap(r)
	return func() {
		defaultMu.Lock()
		defer defaultMu.Unlock()
		defaultReactor.Store(old)
	}
}
