// Package dynamic is package reactor for interpreters, which know no generics or only some: gomacro
// skips generic functions and types, and yaegi cannot call a generic function that returns a generic
// struct. It is a thin layer: each function is that of package reactor with any for T, and each type is
// that of package reactor with any for T, so that what the one makes the other takes. What a function
// does is said there, and here only what is different.
//
// # What is different
//
// What is awaited is found out at run time: [Await], [AwaitFor] and their like take an any, which is a
// Deferred or an EventualResult, of this package or of package reactor for any T, or a channel.
//
// A body gives an any. If that is a *[Deferred], of whatever type, [RunInReactor] and [RunCoroutine]
// wait for it, and their result is its outcome; so it does not matter whether the body says that it
// returns one, and [RunDeferred] is for those that do. Elsewhere a *Deferred in an any is a value like
// others: what a callback returns, or f of [Then], is not waited for (use [ThenDeferred]).
//
// [Gather], [DeferredList] and [First] give Deferreds of an any too, which holds a []any, an []Outcome
// or an [Outcome].
//
// # What is left out
//
// The …On functions: the default reactor is the one of the session ([Use] and [NoSetup] change it). The
// interfaces Awaitable and Acquirer, since an interface of an interpreter is not one of the program;
// [Holding] takes a *[Lock] or a *[Semaphore].
//
// Methods of types that have no T in package reactor are as they are there: [LoopingCall.Start] and
// the Acquire of [Lock] and [Semaphore] return a *reactor.Deferred[struct{}], which can be awaited,
// returned by a body and given callbacks, but is no *[Deferred].
//
// # In an interpreter
//
// The program that runs the interpreter, or a plugin of it, is linked with this package and has its
// reactor: that goes on between the cells, and a later one may Wait for what an earlier one began. For
// yaegi the symbols are made by yaegi extract; gomacro makes a plugin by itself.
//
// A panic in a body that is interpreted becomes a *[PanicError] as any other does, but the stack is the
// interpreter's, without lines of the cell; yaegi prints where the functions began through which the
// panic came. Yaegi does not guard its own data: the race detector objects to a cell that is evaluated
// while a body runs.
package dynamic
