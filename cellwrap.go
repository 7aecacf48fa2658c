// Package cellwrap carries the source of the runtime, for modules that cannot fetch it.
package cellwrap

import (
	"embed"
	"io/fs"
)

//go:embed reactor/await.go reactor/blocked.go reactor/cancel.go reactor/combine.go
//go:embed reactor/coroutine.go reactor/default.go reactor/deferred.go reactor/doc.go
//go:embed reactor/dropped.go reactor/eventual.go reactor/failure.go reactor/fifo.go
//go:embed reactor/gather.go reactor/goroutine.go reactor/later.go reactor/lock.go
//go:embed reactor/loop.go reactor/looping.go reactor/run.go reactor/stash.go
//go:embed reactor/subscribe.go reactor/timeout.go reactor/timer.go reactor/unhandled.go
//go:embed reactor/values.go reactor/wait.go reactor/waitfor.go reactor/worker.go
var sources embed.FS

// Reactor returns the source of package reactor, without its tests.
func Reactor() fs.FS {
	dir, err := fs.Sub(sources, "reactor")
	if err != nil {
		panic(err) // the name is a constant
	}
	return dir
}
