package session

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/cellwrap/cellwrap/reactor"
)

// Serve has f run in a process of its own, as [reactor.RunInReactor] does, and returns as soon
// as other cells can wait for its result; f begins then. That process runs the cell's own binary:
// it has the package-level variables of the cell, initialized anew, and gets to this very Serve,
// which does not return there. A process of the same name that an earlier run has left is canceled
// and ended first. If f cannot be started, that is said on standard error, and the cell's process
// exits with status 1.
func (r *EventualResult[T]) Serve(f func() (T, error)) {
	r.serve(func() *reactor.EventualResult[T] {
		reactor.Default().SetLogger(slog.New(errorsOnly{}))
		return reactor.RunInReactor(f)
	})
}

// ServeDeferred is [EventualResult.Serve] for an f that returns a Deferred, as
// [reactor.RunDeferred] takes it.
func (r *EventualResult[T]) ServeDeferred(f func() (*reactor.Deferred[T], error)) {
	r.serve(func() *reactor.EventualResult[T] { return reactor.RunDeferred(f) })
}

// ServeCoroutine is [EventualResult.Serve] for an f that is a coroutine, as
// [reactor.RunCoroutine] takes it.
func (r *EventualResult[T]) ServeCoroutine(f func(*reactor.Coroutine) (T, error)) {
	r.serve(func() *reactor.EventualResult[T] { return reactor.RunCoroutine(f) })
}

// ServeDeferredCoroutine is [EventualResult.ServeCoroutine] for an f that returns a Deferred, as
// [reactor.RunDeferredCoroutine] takes it.
func (r *EventualResult[T]) ServeDeferredCoroutine(f func(*reactor.Coroutine) (*reactor.Deferred[T], error)) {
	r.serve(func() *reactor.EventualResult[T] { return reactor.RunDeferredCoroutine(f) })
}

// errorsOnly leaves out what the reactor has to say of an f that takes its time: there is nobody
// else in its process, and it would be in the output.
type errorsOnly struct{}

func (errorsOnly) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && slog.Default().Enabled(ctx, level)
}
func (errorsOnly) Handle(ctx context.Context, r slog.Record) error {
	return slog.Default().Handler().Handle(ctx, r)
}
func (errorsOnly) WithAttrs(attrs []slog.Attr) slog.Handler {
	return slog.Default().Handler().WithAttrs(attrs)
}
func (errorsOnly) WithGroup(name string) slog.Handler {
	return slog.Default().Handler().WithGroup(name)
}

// unnamed is the name of a result that no later cell asks for. Each Serve of one starts a session of
// its own, and replaces none.
const unnamed = "_"

// jobEnv says to the cell's binary that it is the process of the body with this name.
const jobEnv = "CELLWRAP_SESSION_JOB"

func (r *EventualResult[T]) serve(run func() *reactor.EventualResult[T]) {
	job, isJob := os.LookupEnv(jobEnv)
	switch {
	case !isJob:
		name := r.name
		if name == unnamed {
			name += fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
		}
		if err := start(name); err != nil {
			fmt.Fprintf(os.Stderr, "session: %s: %v\n", r.name, err)
			os.Exit(1)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got, r.done = nil, nil // they were those of an earlier run
	case job == r.name, r.name == unnamed && strings.HasPrefix(job, unnamed):
		os.Unsetenv(jobEnv)
		work(func() (cancel func(), outcome func() []byte) {
			r.mu.Lock() // a body that asks for its own result finds it
			e := run()
			r.local = e
			r.mu.Unlock()
			return e.Cancel, func() []byte {
				v, err := e.WaitContext(context.Background())
				return encode(r.name, v, err)
			}
		})
	}
}
