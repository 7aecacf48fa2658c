package kernel

import "context"

// Cells are what the proxy asks about cells. Rewrite, Prepare and Prepared are called one at a time, in the order of
// the cells. The others have to answer at once, and meanwhile: they are called while a cell is rewritten.
type Cells interface {
	// Rewrite returns what the kernel is to run instead of a cell's code. The cell will have the number count. An
	// error refuses the cell. When ctx ends, the cell will not run, and nothing of it may be remembered.
	Rewrite(ctx context.Context, code string, count int) (Cell, error)

	// Prepare returns code that the kernel runs, unseen, before the first cell, or "". Without it no cell that
	// was rewritten would run. Prepared gets what the code has printed.
	Prepare() (code string, err error)
	Prepared(printed string)
	// Forgets reports whether code makes the kernel forget what Prepare did.
	Forgets(code string) bool

	// IsComplete answers is_complete_request: "complete", "incomplete", "invalid", or "" for the kernel to answer.
	IsComplete(code string) string
	// Help returns the help for what is at offset in code, in bytes, if that is ours.
	Help(code string, offset int) (text string, ok bool)
	// Complete returns what could be in code instead of what is between start and offset.
	Complete(code string, offset int) (matches []string, start int)
	// Look returns what the kernel is shown of code when it is asked what is at offset, or could be, and
	// whether that is anything else.
	Look(code string, offset int) (View, bool)
}

// Cell is a cell that was rewritten.
type Cell struct {
	Code    string
	Changed bool // whether Code is anything else than the user's
	// Printed as what the cell itself writes to its standard output and error.
	Notes, Warnings string
}

// A Refusal is why a cell is refused, in the parts that Jupyter shows.
type Refusal struct {
	Name, Value string   // "SyntaxError", and what is wrong
	Traceback   []string // lines
}

func (r *Refusal) Error() string { return r.Value }
