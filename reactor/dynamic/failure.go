package dynamic

import "github.com/cellwrap/cellwrap/reactor"

// The errors of package reactor, to be compared with errors.Is. They say there what they mean.
var (
	ErrTimeout         = reactor.ErrTimeout
	ErrCanceled        = reactor.ErrCanceled
	ErrReactorStopped  = reactor.ErrReactorStopped
	ErrAlreadyCalled   = reactor.ErrAlreadyCalled
	ErrAlreadyCanceled = reactor.ErrAlreadyCanceled
	ErrOnReactor       = reactor.ErrOnReactor
	ErrCircular        = reactor.ErrCircular
	ErrNotInBody       = reactor.ErrNotInBody
	ErrGoexit          = reactor.ErrGoexit
	ErrDropped         = reactor.ErrDropped
	ErrChannelClosed   = reactor.ErrChannelClosed
	ErrRunning         = reactor.ErrRunning
	ErrNotRunning      = reactor.ErrNotRunning
	ErrQueueOverflow   = reactor.ErrQueueOverflow
	ErrQueueUnderflow  = reactor.ErrQueueUnderflow
)

type (
	// A PanicError is a [reactor.PanicError]. For code that is interpreted its stack is the
	// interpreter's.
	PanicError = reactor.PanicError

	// A Failure is a [reactor.Failure].
	Failure = reactor.Failure
)
