package dynamic

import (
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

type (
	// A Reactor is a [reactor.Reactor].
	Reactor = reactor.Reactor

	// A DelayedCall is a [reactor.DelayedCall].
	DelayedCall = reactor.DelayedCall
)

// New is [reactor.New].
func New() *Reactor { return reactor.New() }

// Default is [reactor.Default]: the reactor that the functions of both packages use.
func Default() *Reactor { return reactor.Default() }

// Setup is [reactor.Setup].
func Setup() error { return reactor.Setup() }

// NoSetup is [reactor.NoSetup].
func NoSetup(r *Reactor) error { return reactor.NoSetup(r) }

// Use is [reactor.Use].
func Use(r *Reactor) (restore func()) { return reactor.Use(r) }

// Forever is [reactor.Forever].
const Forever = reactor.Forever

// Seconds is [reactor.Seconds].
func Seconds(s float64) time.Duration { return reactor.Seconds(s) }

// Values is [reactor.Values].
func Values(vs ...any) (any, error) { return reactor.Values(vs...) }

// List is [reactor.List].
func List(vs ...any) ([]any, error) { return reactor.List(vs...) }
