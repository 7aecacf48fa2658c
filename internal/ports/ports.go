// Package ports finds TCP ports for a process that is told which to listen on.
//
// Until it listens, anybody else may get such a port. So on Linux a port is held meanwhile by a socket
// that is bound to it and does not listen. Who sets SO_REUSEADDR, as Go and ZeroMQ do, can listen on it
// nevertheless, and who binds a socket without, as Jupyter does and this package, is refused.
package ports

import (
	"fmt"
	"math/rand/v2"
)

// The range of the ports. Systems give those above to outgoing connections.
const first, end = 10_000, 32_768

// Reserve returns n free ports of 127.0.0.1, which no other Reserve on this machine returns before
// release is called. Where a port cannot be held, on systems other than Linux, it was free a moment ago.
func Reserve(n int) (ports []int, release func(), err error) {
	var held []func()
	release = func() {
		for _, let := range held {
			let()
		}
	}
	for tries := 0; len(ports) < n; tries++ {
		port := first + rand.IntN(end-first)
		let, err := hold(port)
		switch {
		case err == nil:
			ports, held = append(ports, port), append(held, let)
		case tries > 100+10*n:
			release()
			return nil, nil, fmt.Errorf("no free port: %w", err)
		}
	}
	return ports, release, nil
}
