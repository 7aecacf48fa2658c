// Cellwrap rewrites a notebook cell to Go that runs it in the background.
//
// It reads cells from files or standard input, and writes Go that compiles: a
// complete file for go generate, a block of statements for a function, or a cell again for a
// kernel. The cells of a notebook it rewrites in place, as one session, and those of a Jupyter
// kernel on their way. See
// cellwrap --help for the manual, which is printed from the same tables that the
// command works by.
package main
