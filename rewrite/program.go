package rewrite

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// DefaultHost is the import path of the package that runs the cells of a program.
const DefaultHost = "github.com/cellwrap/cellwrap/internal/host"

// ProgramLanguage is the language version of a program's files, whatever the module around them
// has: that which the runtime is written in.
const ProgramLanguage = "go1.26"

// richHost is the path, behind the host's, of the package that shows pictures and JSON.
const richHost = "/rich"

// ProgramCell is one cell of a notebook.
type ProgramCell struct {
	Name      string // in messages and //line directives, "book.ipynb:cell 3"; none: "-", and no directives
	Number    int    // of the cell, unique and positive, in the order in which cells are run
	Source    []byte
	FirstLine int  // number in Name of its first line; default 1
	Raises    bool // the notebook says that the cell may fail
}

// ProgramOutput is a notebook as a program.
type ProgramOutput struct {
	Files []ProgramFile   // of package main: one for each cell that compiles, and main.go
	Cells []ProgramResult // in the order of the cells
	// Runtime reports whether the program needs the runtime's source, which the module that it is
	// in does not provide.
	Runtime bool
	Package string // import path of a package in Env's directory; "" if that is in no module
	// Workspace is the go.work file that applies to Env's directory, if that is in no module, or "".
	Workspace string
}

// ProgramFile is a file of a program.
type ProgramFile struct {
	Name string // "cell3.go" of cell 3, or "main.go"
	Code []byte
}

// ProgramResult says what became of a cell.
type ProgramResult struct {
	// Err is why the cell does not compile, an *Error or an ErrorList. The program then fails
	// when it reaches the cell.
	Err error
	// Needs are the numbers of the earlier cells that define what the cell uses, in order.
	Needs       []int
	Diagnostics []Diagnostic // what its magics print, and warnings
}

// Program makes one program of a notebook's cells, with IPython's scoping. Of opts, the names, the
// target and what is said of one cell are of no use, and Env is needed: it is where imports are
// found. A cell that does not compile is no error of Program's, which are that a cell has no
// number of its own, that there is no Env, and the context's.
//
// See the package's documentation, "Programs". Program neither changes nor retains the sources.
func Program(ctx context.Context, cells []ProgramCell, opts Options) (*ProgramOutput, error) {
	p, err := newProgram(cells, opts)
	if err != nil {
		return nil, err
	}
	p.read()
	if err := p.load(ctx); err != nil {
		return nil, err
	}
	return p.rewrite(ctx)
}

// rewrite takes the cells through the stages, once the packages are there.
func (p *program) rewrite(ctx context.Context) (*ProgramOutput, error) {
	p.link()
	p.declare()
	p.bindLate()
	p.bindMethods()
	if err := p.check(ctx); err != nil {
		return nil, err
	}
	p.forget()
	return p.finish(), nil
}

// forget lets go of the cells' trees, which are of no use any more: the whole program's would stand beside them.
func (p *program) forget() {
	for _, m := range p.members {
		if s := m.syntax; s != nil {
			s.stmts, s.list, s.imports = nil, nil, nil
		}
	}
}

// program is a notebook on its way to a program.
type program struct {
	opts    *Options // of all cells
	members []*member
	fset    *token.FileSet

	found  *importer.Packages
	loader *loader // which has found
	*names

	pkg  *types.Package // the declarations of all cells, and variables once they are known
	vars []*definition  // the package's variables and late-bound functions, in order

	groups   []*methodGroup     // methods that several cells define, in order
	generics []*genericGroup    // generic functions that several cells define, in order
	removed  map[string]*member // names that earlier cells have removed, while cells are linked
	declared bool               // whether the declarations have been checked together
}

// member is a cell of a program.
type member struct {
	*program
	ProgramCell
	opts *Options  // with its name
	errs ErrorList // why it does not compile; what follows is then as far as it went

	// From read.
	syntax  *syntax
	name    ident // of the result
	notes   []Diagnostic
	args    []arg // that a mark gives it
	parseAt []int // where package flag parses them
	removed []arg // names that later cells do not know

	// From link.
	survey   *planner               // what it declares and uses
	result   *definition            // the variable of its result, or nil
	defines  []*definition          // for later cells
	own      map[string]*definition // what its code means by names that it defines
	outer    map[string]*definition // what it means by those that it does not
	uses     []reference            // of outer, in order
	shared   map[string]bool        // its variables that not only its statements use
	captures map[string]bool        // its variables that function literals and pointers keep, once asked for
	borrowed []importSpec           // what it uses and does not import
	needs    map[*member]bool
	before   map[string]*definition // while it is linked: what names mean before it
	linked   bool
	methods  map[int]*method // those that other cells define too, by the offset of their names

	plan *plan // from check: what is emitted
}

func newProgram(cells []ProgramCell, opts Options) (*program, error) {
	if opts.Env == nil {
		return nil, errors.New("a program needs an Env, for its types")
	}
	opts.Target, opts.Types, opts.FixImports, opts.MagicOnly = programTarget, TypesRequire, true, false
	opts.Package, opts.Assign, opts.Template = "main", "", nil
	opts.LineName, opts.OutputName, opts.Before, opts.After = "", "", nil, nil
	p := &program{opts: opts.withDefaults(), fset: token.NewFileSet()}
	seen := map[int]bool{}
	for _, c := range cells {
		if c.Number < 1 || seen[c.Number] {
			return nil, fmt.Errorf("%s: a cell of a program needs a positive number of its own, not %d", c.Name, c.Number)
		}
		seen[c.Number] = true
		of := *p.opts
		of.Filename, of.FirstLine, of.LineName = c.Name, c.FirstLine, c.Name
		p.members = append(p.members, &member{program: p, ProgramCell: c, opts: of.withDefaults()})
	}
	return p, nil
}

// read takes the cells apart, each with the settings that the magics of those before it left.
func (p *program) read() {
	before := p.opts.settings()
	for _, m := range p.members {
		if after, err := m.read(before); err != nil {
			m.errs = ErrorList{err}
		} else {
			before = after
		}
	}
}

func (m *member) read(before settings) (settings, *Error) {
	src, err := newSource(m.Source, m.opts.Filename, m.opts.FirstLine)
	if err != nil {
		return before, err
	}
	c, err := split(src, m, m.opts)
	if err != nil {
		return before, err
	}
	notes, st, err := c.settle(before, m.opts)
	if err != nil {
		return before, err
	}
	m.notes, m.name = notes, ident{"_", c.headerOff()}
	if st.name.text != "" {
		m.name = ident{st.name.text, st.name.off}
	}
	m.syntax, err = parse(c)
	return st.next(), err
}

// check plans and checks the cells, one after the other, each with the variables of those before
// it.
func (p *program) check(ctx context.Context) error {
	for _, m := range p.members {
		if m.errs == nil {
			m.checkUses()
		}
		if m.errs != nil {
			continue
		}
		c, err := typed(ctx, m.syntax, m.opts, m.name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && c.know.incomplete != nil {
			d := c.know.incomplete
			err = &Error{Pos: d.Pos, End: d.End, Msg: d.Msg}
		}
		if err != nil {
			m.errs = Errors(err)
			continue
		}
		m.plan = c.plan
		if m.result != nil {
			if m.bindTo(m.result, c.resultType()); m.result.private != "" {
				m.errs = ErrorList{m.syntax.errorf(m.result.off, "the type of %s, %s, cannot be written outside of the cell", m.result.name, m.result.private)}
			}
		}
		c.forget()
	}
	return nil
}

// checkUses refuses what a cell cannot have of earlier ones. One word about those that do not compile is enough: what is
// wrong with them they say themselves.
func (m *member) checkUses() {
	follows := false
	for _, u := range m.uses {
		switch by := u.def.by; {
		case by.errs != nil && follows:
		case by.errs != nil:
			follows = true
			m.errs = append(m.errs, m.syntax.errorf(u.off, "%s is defined in cell %d, which does not compile", u.name, by.Number))
		case u.def.private != "":
			m.errs = append(m.errs, m.syntax.errorf(u.off, "%s of cell %d cannot be used in another cell: its type %s cannot be written there", u.name, by.Number, u.def.private))
		}
		if len(m.errs) == maxErrors {
			return
		}
	}
}

// needed returns the numbers of the cells that m needs.
func (m *member) needed() []int {
	var list []int
	for other := range m.needs {
		list = append(list, other.Number)
	}
	slices.Sort(list)
	return list
}

// err returns why the cell does not compile, or nil.
func (m *member) err() error {
	switch len(m.errs) {
	case 0:
		return nil
	case 1:
		return m.errs[0]
	}
	return m.errs
}
