// Package session lets the result of a cell outlive the cell's process, in a notebook whose
// kernel, as GoNB does, runs each cell as a program of its own, which has the declarations of the
// earlier cells. For
//
//	%%run_in_reactor result
//
// cellwrap emits
//
//	var result = session.Attach[time.Duration]("result"); func main() { result.Serve(func() (time.Duration, error) {
//	...
//	}) }
//
// GoNB memorizes the variable by its initializer, so each later cell has it too, and there
//
//	v, err := result.Wait(2 * time.Second)
//
// asks for the result, as often as one likes.
//
// # Three processes
//
// Serve starts a keeper: the cell's own binary, in a session of its own (setsid), away from the
// cell's standard input and output, since a cell is busy as long as somebody has these. The
// keeper starts the job: the binary once more, as the leader of a process group. The job runs the
// program up to Serve, and there, when the cell still wants it, the body, once, on the reactor. The
// job tells its keeper the outcome, and the keeper tells the cells that ask.
//
// The keeper is there for what the job cannot do: say how the job died and what it printed last;
// end it, and the processes that it started, however busy they are; keep what it printed, of which
// it holds the last MiB and counts the rest. It never gets to the program's variables and main. That
// costs a few MiB for each session.
//
// The job stays when the body has returned: goroutines that it started, a server for example, go
// on. The keeper has the result, as bytes, and the job's memory is the program's own affair. If
// the job dies then, the result stays.
//
// A body that Serve is given may block, and the reactor does not complain of that in the output,
// as there is nobody else in the process; [reactor.Coroutine] and Deferreds are for a body that
// is to do many things at a time, or to be canceled: Cancel, and the end of the session, reach
// what it awaits and its Context.
//
// Package-level variables are initialized in each cell's program, and so in the job's too, and
// their initializers print into the job's output.
//
// # Place
//
// A session has a directory of its own, named by a hash, in .cellwrap in the directory that GoNB
// tells its cells in GONB_TMP_DIR, and in it a socket. Directories and socket are the user's alone;
// those of somebody else are refused, and so is a path that is too long for a socket. Without
// GONB_TMP_DIR there is no session.
//
// # End
//
// The keeper ends when the kernel does, which is the process that ran the cell: it watches that
// process (pidfd on Linux, kqueue on macOS), not its number. A cell whose kernel has ended already
// starts nothing. The keeper ends, too, when the cell is run
// again: who starts a session locks the directory, tells the keeper that is there to end, waits for
// that, and puts its own socket in the place of the old one; so of several that start at the same moment each
// ends the one before, and the last one stays. And it ends when the cell is interrupted before the
// body has begun, and on SIGTERM. To end is to cancel the body, to give it 0.2 s for that and its reactor 0.1 s for
// OnShutdown, to kill the job's process group, and to remove socket and directories. A job whose
// keeper is killed does the same to itself, but for the socket, which is no obstacle to the next
// run.
//
// # Await
//
// An EventualResult can be awaited, in the body of another cell too. To await it is to look at it:
// when the cell that awaits is canceled, interrupted or out of time, the body goes on, for other
// cells to wait. Only Cancel cancels it.
//
// # Values and errors
//
// A value crosses by encoding/gob: exported fields, no functions and channels. Unlike gob alone,
// the zero value of any type crosses, a nil pointer for example, a pointer to it, and struct{}{}.
// For an interface type the value's type must be known to gob: basic types, slices and maps of
// them, and times are; for others call gob.Register in an init function. An error in an interface
// crosses as the body's error does. What gob leaves out is left out here too: unexported fields
// of a struct that has exported ones, and pointers to zeros inside of values, which come out nil.
// A value that cannot cross makes the result an error that says why.
//
// An error keeps its text, what it wraps, and what errors.Is says of the errors of this package,
// package reactor, context, io, io/fs and os. A *[reactor.PanicError] stays one, with its stack,
// and with the value's text. Other types of errors are lost.
package session
