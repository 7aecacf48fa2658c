package dynamic

import "github.com/cellwrap/cellwrap/reactor"

type (
	// A Lock is a [reactor.Lock].
	Lock = reactor.Lock

	// A Semaphore is a [reactor.Semaphore].
	Semaphore = reactor.Semaphore

	// A Queue is a [reactor.Queue] of any values.
	Queue = reactor.Queue[any]

	// QueueLimits are [reactor.QueueLimits].
	QueueLimits = reactor.QueueLimits
)

// NewLock is [reactor.NewLock].
func NewLock() *Lock { return reactor.NewLock() }

// NewSemaphore is [reactor.NewSemaphore].
func NewSemaphore(limit int) *Semaphore { return reactor.NewSemaphore(limit) }

// NewQueue is [reactor.NewQueue].
func NewQueue(limits QueueLimits) *Queue { return reactor.NewQueue[any](limits) }

// Holding is [reactor.Holding] of a *[Lock] or a *[Semaphore].
func Holding(a reactor.Acquirer, f func() (*Deferred, error)) *Deferred {
	return reactor.Holding(a, f)
}
