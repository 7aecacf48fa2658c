// Package reactor is the runtime that emitted code imports: an event loop that keeps
// running beside the program, as crochet keeps Twisted's reactor running beside Python.
// Work is started with [RunInReactor] or [RunDeferred], which return at once, and its
// result is picked up later, from any goroutine, with [EventualResult.Wait]. On the loop,
// a value that will come later is a [Deferred]. Semantics are those of Twisted's Deferred
// and crochet's EventualResult, in Go's terms; doc comments name what they come from.
//
// Functions of the package use the default reactor, which starts on first use; each
// function that makes something has a form with On for a reactor of one's own.
//
// # Invariants
//
// The tests cite them by number.
//
//  1. Callbacks run on the reactor, after the method that added or fired them has
//     returned, first come first served with [Reactor.Call], whichever goroutine called.
//     Callbacks that were added before a Deferred fired have the place of the firing (or
//     of the last Unpause); one that is added later has a place of its own. State changes
//     at once: a second Callback is [ErrAlreadyCalled] before a callback has run. The one
//     exception is a canceller, which [Deferred.Cancel] itself calls.
//  2. What a callback settles by itself settles in the same turn, before anything else
//     that is queued: Deferreds derived by [Then] and [ThenDeferred], and the target of
//     [Deferred.Chain].
//  3. One callback runs at a time, and never inside another: the stack stays flat however
//     long a chain is or however deep Deferreds are nested. A callback that blocks holds
//     up the whole reactor; one that waits for a result of its own reactor gets
//     [ErrOnReactor].
//  4. A callback that panics or calls runtime.Goexit harms nothing but its own outcome.
//     The reactor and the work queued behind it live on. Callbacks must not call
//     runtime.LockOSThread.
//  5. Outcomes have one writer. A Deferred's is written by whoever fires it, under its
//     lock, then by the loop alone; an EventualResult's is written in full before the
//     result is marked as there, and never again.
//  6. Reactors share nothing but a lock that is held for a moment, nothing is pooled for the
//     process, and no cleanup posts to a loop: all works in a testing/synctest bubble if
//     the reactor is made and stopped there.
//  7. The order of a stop is: refuse work and drop what is queued, release waiters, run the
//     OnShutdown functions, close Stopped. Only the last two wait for a running callback.
//
// # Costs
//
// On a machine of two cores: RunInReactor and Wait 0.45 µs, where a goroutine that answers
// on a channel takes 0.5 µs; a chain of ten callbacks, added and fired, 0.5 µs; a timer,
// scheduled and fired, 0.3 µs; a pending EventualResult with its pending Deferred, 208 bytes.
package reactor
