package dynamic

import (
	"fmt"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// Await is [reactor.Await] of x, which is a Deferred or an EventualResult, of package reactor for any
// T or of this package, or a channel ([FromChannel]). For another x it is an error, which says so.
func Await(co *Coroutine, x any) (any, error) { return reactor.Await(co, awaitable(x)) }

// MustAwait is [reactor.MustAwait] of what [Await] takes.
func MustAwait(co *Coroutine, x any) any { return reactor.MustAwait(co, awaitable(x)) }

// AwaitFor is [reactor.AwaitFor] of what [Await] takes.
func AwaitFor(timeout time.Duration, x any) (any, error) {
	return reactor.AwaitFor(timeout, awaitable(x))
}

// MustAwaitFor is [reactor.MustAwaitFor] of what [Await] takes.
func MustAwaitFor(timeout time.Duration, x any) any {
	return reactor.MustAwaitFor(timeout, awaitable(x))
}

// awaitable returns what brings the value of x, or else the error that it is not to be awaited.
func awaitable(x any) reactor.Awaitable[any] {
	if a, ok := reactor.Untyped(x); ok {
		return a
	}
	if d, ok := reactor.UntypedChannel(x); ok {
		return d
	}
	return Fail(fmt.Errorf("dynamic: await of %s (want a Deferred, an EventualResult or a channel to receive from)", kind(x)))
}

// kind tells the type of x.
func kind(x any) string {
	if x == nil {
		return "nil"
	}
	return fmt.Sprintf("type %T", x)
}
