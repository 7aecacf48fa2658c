package dynamic

import (
	"fmt"

	"github.com/cellwrap/cellwrap/reactor"
)

// FromChannel is [reactor.FromChannel] for a channel of any type. If c is none that can be received
// from, the Deferred has failed with an error that says so.
func FromChannel(c any) *Deferred {
	if d, ok := reactor.UntypedChannel(c); ok {
		return d
	}
	return Fail(fmt.Errorf("dynamic: FromChannel of %s (want a channel to receive from)", kind(c)))
}
