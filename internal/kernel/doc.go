// Package kernel stands between Jupyter and a kernel, and rewrites the cells on their way.
//
// To a client it is the kernel, and to the kernel it is the client. It listens on the ports of the
// connection file that Jupyter made, and starts the kernel with one of its own, which has the same
// base name and key. Between the two it passes every message on, byte for byte, but these:
//
//   - an execute_request whose cell is to be rewritten gets other code and a new signature. The
//     echo of it, execute_input, gets the user's code back;
//   - one whose cell is refused is answered here, as an error at the user's own line, when those
//     before it have been answered, and as with an error of the kernel's, those that have come
//     after it are aborted;
//   - is_complete_request, inspect_request and complete_reply are answered, or added to, where they
//     are about a cell's magics. When the kernel is asked about other places in a cell, it is shown one
//     that it understands;
//   - an inspect_reply that has no text/plain, which is all that a console shows, gets it.
//
// One goroutine, that of Run, has all state. A worker rewrites the cells, one after the other, and meanwhile questions
// are passed on and answered. An interrupt is the kernel's if that has a cell to run. Else it ends the rewriting: the cell
// is answered at once, as one that fails, and nothing is remembered of it.
//
// A message that is not signed with the key of the connection file is dropped. Whoever can connect to the ports can
// send more than messages: see [checked]. The heartbeat is answered here: we end when the kernel ends, and it
// with us. The kernel has a process group, which gets the interrupts that we get as a signal, and ends with it.
//
// What identifies clients travels with their messages: all sockets to the kernel have one
// identity, under which it answers, and the client's own is in front of the delimiter, which
// the kernel gives back as it came. That is what input_request needs, which the kernel sends to
// the one whose cell is running.
package kernel
