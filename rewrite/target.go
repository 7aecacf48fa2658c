package rewrite

import "github.com/cellwrap/cellwrap/templates"

// Target is the place that the output is for.
type Target string

const (
	File  Target = "file"  // a complete Go file, for go generate
	Block Target = "block" // statements, for a function's body
	GoNB  Target = "gonb"  // a cell of GoNB's, whose result outlives the cell's process
	REPL  Target = "repl"  // a cell of an interpreter's that has no generics: gophernotes, yaegi
)

// Targets are the targets of cells, in the order of the help.
var Targets = []Target{File, Block, GoNB, REPL}

// programTarget is the target of the cells of a program, which only come together.
const programTarget Target = "program"

// Kind returns the kind of the target's templates.
func (t Target) Kind() templates.Kind {
	switch t := t.traits(); {
	case t.inside:
		return templates.Block
	case t.cell:
		return templates.Cell
	}
	return templates.File
}

// IsFile reports whether the target's output is a file of its own, and not a text in the cell's place.
func (t Target) IsFile() bool { return t.traits().file }

// traits are what targets differ in. The rest of the package asks for these, and not which target it
// is.
type traits struct {
	file     bool // the output is a file of its own
	inside   bool // the output stands in a function: nothing of it can be the package's
	cell     bool // the output is a cell for a kernel, which keeps declarations and has magics too
	sessions bool // each cell is a process, and results are those of package session
	dynamic  bool // there are no generics: every result is any, by package dynamic
}

func (t Target) traits() traits {
	switch t {
	case Block:
		return traits{inside: true}
	case GoNB:
		return traits{cell: true, sessions: true}
	case REPL:
		return traits{cell: true, dynamic: true}
	case programTarget:
		return traits{}
	}
	return traits{file: true}
}

// The runtime's packages, below its own path.
const (
	sessionPackage = "session"
	dynamicPackage = "dynamic"
)
