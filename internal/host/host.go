// Package host runs the cells of a program that cellwrap has made of a notebook.
package host

import (
	"fmt"
	"os"
)

// Cell is a cell of the notebook.
type Cell struct {
	Number int
	Name   string // "book.ipynb:cell 3"
	Run    func() // nil if it does not compile
	Err    string // why it does not
	Needs  []int  // numbers of the cells that define what it uses
}

// Main runs the cells in order, and ends the process with status 1 at the first that fails.
func Main(cells ...Cell) {
	for _, c := range cells {
		if c.Run == nil {
			fmt.Fprintln(os.Stderr, c.Err)
			os.Exit(1)
		}
		c.Run()
	}
}

// Display prints the values that a cell ends in. There is nothing to show of no value, of one that
// is nil, and of an empty struct.
func Display(values ...any) {
	if len(values) == 0 || len(values) == 1 && (values[0] == nil || values[0] == struct{}{}) {
		return
	}
	fmt.Println(values...)
}

// Fail ends the cell that runs, and with it the program, for the given reason.
func Fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
