// Package gokernel is a small Jupyter kernel for Go, for tests. It does with a cell what GoNB does, and
// stands in for it where that cannot be had: only tests import it.
//
// It was read and measured against GoNB v0.11.4, run with --raw_error, which sends compile errors as
// errors and not as HTML:
//
//   - the declarations of a cell are remembered by name, and those of all cells so far are compiled
//     with func main of this one, which is forgotten. Variables are initialised again in each cell;
//   - the line %%, or %main, stands for func main() { flag.Parse(), and a } behind the last line;
//   - imports that are missing are found as by goimports, those that are not used are left out;
//   - each cell is a new process, a child of the kernel's, with GONB_TMP_DIR, the directory of go.mod.
//     It has ended when nobody has its standard output and error any more;
//   - lines that start with % or ! are commands, even in a raw string; //gonb: may stand in front.
//
// Of GoNB's commands there are %%, %main, %args, %env, %reset, ! and !*, and no others: no %%bash, no
// lines that go on behind a backslash. There is no rich output, no input and no gopls, and errors do
// not quote the program.
package gokernel
