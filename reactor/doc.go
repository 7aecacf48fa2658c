// Package reactor runs work in the background of a program, and hands out what becomes of it. All
// such work takes turns on one goroutine, the reactor's, and gives the turn away only where it says
// so:
//
//	result := reactor.RunCoroutine(func(co *reactor.Coroutine) (int, error) {
//		page, err := reactor.Await(co, fetch(url)) // others run until the page is there
//		if err != nil {
//			return 0, err
//		}
//		pages[url] = page // needs no lock
//		return len(pages), nil
//	})
//	...
//	n, err := result.Wait(5 * time.Second) // on any goroutine, as often as one likes
//
// # When to take it
//
// Goroutines with a sync.WaitGroup or an errgroup are simpler, and enough, for pieces of work that
// have little to do with each other and that the caller waits for on the spot. Take a reactor
//
//   - if the pieces share state: between two Awaits nobody else runs, so maps and counters need no
//     lock, and what was true before a line is true after it;
//   - if results are for later: whoever wants one may wait, poll, give up after a time and try again,
//     or never come, and a failure that nobody looks at is logged;
//   - if work is to be given up: a cancel, a timeout or the end of a context reaches what is being
//     waited for, through however many steps;
//   - if very much waits at a time: a suspended body takes 3 KB, a pending result 225 bytes.
//
// It makes nothing faster: one goroutine uses one processor. What computes or blocks belongs on
// goroutines still. [DeferToGoroutine] and [FromChannel] bring what becomes of it back.
//
// # What there is
//
// Begin work with [Go], [RunCoroutine], [RunInReactor] or [RunDeferred], or with [WaitFor], which
// waits too; those with Context in their names tie it to a context.Context. They give an
// [EventualResult]. On the reactor a value that comes later is a [Deferred]: a body waits for it with
// [Await], or callbacks are added to it; [Then], [Gather], [First] and their like make one of others.
// [Reactor.CallLater], [Sleep], [DeferLater] and [LoopingCall] are for times, [Semaphore], [Lock] and
// [Queue] for order. Semantics are those of Twisted's Deferred and crochet's EventualResult, in Go's
// terms; doc comments name what they come from. cellwrap turns notebook cells into calls of this
// package.
//
// Functions of the package use the default reactor, which starts on first use; each function that
// makes something has a form with On for a reactor of one's own. [Reactor.Shutdown] of [Default]
// ends a program's work in order.
//
// The stack of a failure is that of its panic, or of the [MustAwait] that failed. Other
// errors have none: one for each piece of work, just in case, would cost more than the work. When
// such a failure is reported, the place is where the body begins.
//
// # Costs
//
// On a machine of two cores: RunInReactor and Wait 0.45 µs, where a goroutine that answers
// on a channel takes 0.5 µs, and 0.75 µs more if the result is a failure; RunCoroutine and
// Wait 0.65 µs; Await of a Deferred that has fired 0.06 µs, of one that has not 0.3 µs, where
// a round trip over channels takes 0.25 µs; a chain of ten callbacks, added and fired,
// 0.5 µs; a timer, scheduled and fired, 0.3 µs. A pending EventualResult with its pending
// Deferred takes 225 bytes, a suspended coroutine with its EventualResult 3.2 KB.
//
// # Invariants
//
// The tests cite them by number.
//
//  1. Callbacks run on the reactor, after the method that added or fired them has
//     returned, first come first served with [Reactor.Call], whichever goroutine called.
//     Callbacks that were added before a Deferred fired have the place of the firing (or
//     of the last Unpause); one that is added later has a place of its own, but stays behind
//     those that wait for an Unpause. State changes at once: a second Callback is
//     [ErrAlreadyCalled] before a callback has run. The one exception is a canceller,
//     which [Deferred.Cancel] itself calls. Timers run between two batches of the queue, by
//     time and then by order of scheduling: all that are due when the first batch has ended,
//     before what they queue or schedule themselves.
//  2. What waits for a Deferred goes on in the turn in which its callbacks have got there,
//     before anything else that is queued or due: the Deferreds of [Then], [ThenDeferred], [Gather]
//     and their like, the target of [Deferred.Chain], and the body that awaits a Deferred, if
//     they belong to the same reactor. What belongs to another one, and a body that awaits an
//     EventualResult, goes on in a place of its own in its reactor's queue.
//  3. One callback runs at a time, and never inside another: the stack stays flat however
//     long a chain is or however deep Deferreds are nested. The bodies of coroutines take
//     turns with the callbacks, though each has a goroutine of its own, and run without a
//     break from one Await that has to wait to the next. A callback or body that blocks
//     holds up the whole reactor, which is logged, once for each place, when it takes 100 ms; one that
//     waits for a result of its own reactor gets [ErrOnReactor].
//  4. A callback or body that panics or calls runtime.Goexit harms nothing but its own
//     outcome. The reactor and the work queued behind it live on. Callbacks and bodies
//     must not call runtime.LockOSThread.
//  5. Outcomes have one writer. A Deferred's is written by whoever fires it, under its
//     lock, then by the loop alone; an EventualResult's is written in full before the
//     result is marked as there, and never again.
//  6. Reactors share nothing but a lock that is held for a moment, nothing is pooled for the
//     process, and no cleanup wakes a loop: all works in a testing/synctest bubble if
//     the reactor is made and stopped there.
//  7. The order of a stop is: refuse work and drop what is queued, release waiters, resume
//     suspended bodies with [ErrReactorStopped], run the OnShutdown functions, report
//     failures, close Stopped. Only the first two do not wait for a running callback.
//     Goroutines of [DeferToGoroutine] are told, and waited for by [Reactor.Shutdown] alone. Who waits for a Deferred of it on another reactor is a waiter too.
//  8. A cancel of a coroutine is not lost. One that comes before the body has begun keeps it
//     from running. Later it goes to what the body awaits; if that has fired, or the body runs,
//     it is kept for the next Await that has to wait. Another one that comes before the body
//     has learned of the first is the same cancel.
//  9. A failure that nobody looks at is reported, once, to the reactor's logger: when it is
//     dropped, which the garbage collector finds out, or else when the reactor has stopped.
//     It is looked at by a Wait or an Await that returns it, or will, by OriginalFailure, an
//     errback, Then and whatever else takes a Deferred's outcome, but not by Done or String.
//     What an errback returns is another failure, and so is that of each Deferred which Then
//     derives. What was canceled, by its context too, timed out in WaitFor and AwaitFor, or cut
//     short by Stop is no failure to report, nor is an ErrTimeout or a context's cause that a Wait
//     which gave up has returned already; an error that is joined to the cancel is, and a panic always. A
//     panic that comes when a cancel or Stop has settled the outcome is logged at once.
//  10. A body does not wait for ever for what cannot come. When the garbage collector has found that
//     nobody is left who could fire it, the body gets [ErrDropped], in the next turn of its
//     reactor: the collector cannot wake a loop that sleeps.
package reactor
