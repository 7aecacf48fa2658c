// Package cellwrap carries the source of the packages that emitted code imports, for modules that
// cannot fetch them.
package cellwrap

import (
	"embed"
	"io/fs"
)

//go:embed reactor/await.go reactor/blocked.go reactor/cancel.go reactor/channel.go
//go:embed reactor/combine.go reactor/coroutine.go reactor/default.go reactor/deferred.go
//go:embed reactor/doc.go reactor/dropped.go reactor/eventual.go reactor/failure.go
//go:embed reactor/fifo.go reactor/gather.go reactor/goroutine.go reactor/later.go
//go:embed reactor/lock.go reactor/loop.go reactor/looping.go reactor/run.go reactor/stash.go
//go:embed reactor/subscribe.go reactor/timeout.go reactor/timer.go reactor/unhandled.go
//go:embed reactor/untyped.go reactor/values.go reactor/wait.go reactor/waitfor.go
//go:embed reactor/worker.go
//go:embed reactor/context.go reactor/scope.go reactor/shutdown.go reactor/place.go reactor/origin.go
//go:embed reactor/go.go reactor/gatherlimit.go reactor/iterate.go
//go:embed reactor/core.go reactor/result.go reactor/slot.go reactor/waits.go
//go:embed reactor/dynamic/await.go reactor/dynamic/channel.go reactor/dynamic/deferred.go
//go:embed reactor/dynamic/doc.go reactor/dynamic/failure.go reactor/dynamic/gather.go
//go:embed reactor/dynamic/lock.go reactor/dynamic/looping.go reactor/dynamic/reactor.go
//go:embed reactor/dynamic/run.go
//go:embed reactor/session/attach.go reactor/session/display.go reactor/session/doc.go
//go:embed reactor/session/failure.go
//go:embed reactor/session/job.go reactor/session/keeper.go reactor/session/kernel_darwin.go
//go:embed reactor/session/kernel_linux.go reactor/session/link.go reactor/session/main.go reactor/session/other.go
//go:embed reactor/session/output.go reactor/session/place.go reactor/session/printed.go
//go:embed reactor/session/serve.go reactor/session/start.go reactor/session/value.go
//go:embed reactor/session/socket.go reactor/session/wire.go
//go:embed internal/host/display.go internal/host/failure.go internal/host/frame.go
//go:embed internal/host/host.go internal/host/rich/rich.go internal/host/settings.go
//go:embed internal/host/terminal.go
var sources embed.FS

// Reactor returns the source of package reactor, without its tests, and below it dynamic and session.
func Reactor() fs.FS { return dir("reactor") }

// Host returns the source of the package that runs the cells of a program, and below it rich.
func Host() fs.FS { return dir("internal/host") }

func dir(name string) fs.FS {
	dir, err := fs.Sub(sources, name)
	if err != nil {
		panic(err) // the name is a constant
	}
	return dir
}
