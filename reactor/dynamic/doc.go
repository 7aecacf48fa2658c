// Package dynamic is package reactor for interpreters, which know no generics or only some: gomacro
// skips generic functions and types, and yaegi cannot call a generic function that returns a generic
// struct. It is a thin layer. Each function is that of package reactor with any for T, and each type
// is that of package reactor, with any for T, by another name; so what the one package makes the other
// takes. What a function does is said there, and here only what is different.
//
// # What is different
//
// What is awaited is found out at run time: [Await], [AwaitFor] and their like take an any, which is a
// Deferred or an EventualResult, of this package or of package reactor for any T, or a channel.
//
// A body gives an any. If that is a *[Deferred], or one of package reactor for another T,
// [RunInReactor] and [RunCoroutine] wait for it, and their result is its outcome; [RunDeferred] is for
// a body that says by its type that it returns one. Elsewhere a *Deferred in an any is a value like
// others: one that a callback returns, or the f of [Then], is not waited for (use [ThenDeferred]).
//
// [Gather], [DeferredList] and [First] give Deferreds of an any too, which holds a []any, a
// [][Outcome] or an [Outcome].
//
// # What is left out
//
// The functions that end in On: the default reactor is the one of the session, and [Use] and [NoSetup]
// change it. The interfaces Awaitable and Acquirer: nothing that is interpreted implements them.
//
// The Start of [LoopingCall] and the Acquire of [Lock] and [Semaphore] return a *reactor.Deferred[struct{}],
// since these types have no T. It can be awaited, returned by a body and given callbacks, but
// is no *[Deferred].
//
// # In an interpreter
//
// The program that runs the interpreter, or a plugin of it, is linked with this package and has its
// reactor: that goes on between the cells, and a later one may Wait for what an earlier one began. For
// yaegi the symbols are made by yaegi extract; gomacro makes a plugin by itself.
//
// A panic in a body that is interpreted becomes a *[PanicError] as any other does, but the stack is the
// interpreter's, without lines of the cell; yaegi prints where the functions began through which the
// panic came. When the context of yaegi's EvalWithContext ends, bodies that are interpreted end too,
// and their result is nil without an error. Yaegi does not guard its own data: the race detector
// objects to a cell that is evaluated while a body runs.
package dynamic
