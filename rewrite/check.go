package rewrite

import (
	"cmp"
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// facts are what type-checking has found out about a cell, by offsets in it. The zero value
// knows nothing.
type facts struct {
	checked  bool            // the cell was checked, so that the rest counts
	result   *result         // nil: not known yet
	untyped  bool            // it cannot be known or written, so it is any
	final    bool            // the call at the end gives the cell's value
	unused   map[int]string  // variables that are declared and not used
	dropped  map[int]bool    // imports that are not used
	vars     map[int]varType // of variables that have to be the package's
	channels map[int]bool    // awaits whose operand is a channel
	needed   []importSpec    // imports that --fix-imports adds, or that types of vars need

	// incomplete is why something may be unknown. Each round finds it anew: what the first
	// emission lacks, whose result is any, another file may need.
	incomplete *Diagnostic

	advice []Diagnostic // of the last round that had the types of expressions
}

// typed finds a plan for the cell whose emission type-checks, or all that is wrong with it, and
// returns the plan with the check.
//
// A plan is made with what is known, its emission is checked, and so again until the check
// finds nothing new: the result's type is found in the first round, and the last one holds
// the promise that what is emitted was checked.
func typed(ctx context.Context, s *syntax, opts *Options, name ident) (*checker, error) {
	know := facts{checked: true, unused: map[int]string{}, dropped: map[int]bool{}, vars: map[int]varType{}, channels: map[int]bool{}}
	know.untyped = !s.shape(opts.traits).hasResult()
	packages := &loader{packages: opts.Env.packages}
	switch {
	case s.member != nil:
		packages = s.member.loader
	case opts.past != nil:
		packages = opts.past.loader
		if err := opts.past.catchUp(ctx); err != nil {
			return nil, err
		}
	}
	for {
		p, err := makePlan(s, opts, name, &know)
		if err != nil {
			return nil, err
		}
		c := checker{plan: p, cell: s.cell, opts: opts, loader: packages, know: know}
		if s.member == nil && (know.result != nil || know.untyped) {
			p.output = assembling(s.cell, p, opts) // most likely this is the last round
		}
		more, errs := c.check(ctx)
		if errs != nil || more {
			c.forget()
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errs != nil && know.result != nil:
			// Go refuses the type where it stands now: a name may be shadowed.
			know.untyped, know.result = true, nil
		case errs != nil:
			return nil, errs
		case !more:
			p.warnings = c.warnings()
			if s.member == nil && p.output == nil {
				p.output = assembling(s.cell, p, opts)
			}
			return &c, nil
		default:
			know = c.know
		}
	}
}

// checker checks the emission of a plan.
type checker struct {
	*plan
	cell   *cell
	opts   *Options
	loader *loader
	know   facts

	text       *fragment
	bodyAt     int // where the body is in it
	bodyEnd    int
	inFile     bool           // it is a whole file of the user's
	headerAt   int            // where a block's header is, in a file
	unimported bool           // that file does not import the runtime
	files      []*ast.File    // the package's
	renewed    []*declaration // of earlier cells of a session, which are in files
	// otherAwaits: that file has awaits that are not the cell's, and so not rewritten yet.
	otherAwaits bool
	fset        *token.FileSet
	file        *ast.File
	body        *ast.BlockStmt // of the closure
	info        types.Info
	pkg         *types.Package
	found       *importer.Packages
	offered     *importer.Packages // of the standard library, for names that are not defined
	errs        []typeError

	spared     map[token.Pos]bool // labels, see spareJumps
	index      index
	awaitCalls []awaitCall // in order
	others     []*checker  // of the program's cells, where all are checked together
	broken     bool        // another file of the package is
	explains   bool        // there are errors, whose messages need the types of expressions
}

// typeError is an error of go/types.
type typeError struct {
	pos  token.Pos
	msg  string
	soft bool
	rest []typeError // which continue it, in other places
}

// forget takes the emission out of the Env's file set, where it is of no use any more.
func (c *checker) forget() {
	if c.file != nil {
		c.fset.RemoveFile(c.fset.File(c.file.FileStart))
	}
}

// check checks the emission. It reports whether there is more to know than before, or
// what is wrong with the cell.
func (c *checker) check(ctx context.Context) (more bool, _ error) {
	for _, step := range []func() *Error{c.emit, c.parse} {
		if err := step(); err != nil {
			return false, err
		}
	}
	var files []*ast.File
	broken := ""
	switch past := c.opts.past; {
	case past != nil:
		c.renewed = past.renewedBy(c.file)
		files = filesOf(c.renewed, declaredIn(c.file))
	case c.cell.member == nil:
		files, broken = c.opts.Env.filesFor(c.file.Name.Name, c.opts.OutputName, c.name, c.file)
	}
	c.broken, c.know.incomplete = broken != "", nil
	files = append(files, c.file)
	c.files = files
	want := wanted(files, c.opts.Runtime)
	var err error
	if past := c.opts.past; past != nil {
		if err := past.load(ctx, want); err != nil {
			return false, err
		}
	}
	if c.found, err = c.loader.load(ctx, want); err != nil {
		return false, err
	}
	c.run(files)
	if slices.ContainsFunc(c.errs, func(e typeError) bool { return !e.soft && c.inEmission(e.pos) }) {
		// With every name of the packages the messages can say what there is instead.
		if c.found, err = c.loader.load(ctx, want.All()); err != nil {
			return false, err
		}
		c.explains = true
		c.run(files)
	}
	if fixed, err := c.fixImports(ctx); fixed || err != nil {
		return fixed, err
	}
	c.findAwaitCalls()
	if c.findChannels() {
		return true, nil
	}
	more, err = c.findings(broken)
	if err != nil {
		return false, err
	}
	c.advise()
	if len(c.wanted) > 0 {
		return true, c.findVars()
	}
	if c.finalCall() != nil && !c.know.final {
		c.know.final, more = true, true
	}
	if c.seeks() {
		c.know.result = c.agree()
		c.know.untyped = c.know.result == nil
		more = true
	}
	return more, nil
}

// findVars finds the types of variables that have to be the package's.
func (c *checker) findVars() error {
	byOff := map[int]types.Object{}
	for id, obj := range c.info.Defs {
		if off, ok := c.offset(id.Pos()); ok && obj != nil {
			byOff[off] = obj
		}
	}
	s := c.speller()
	for _, v := range c.wanted {
		var typ varType
		obj, ok := byOff[v.off]
		if m := c.cell.member; m != nil {
			m.bind(v.ident, obj.Type())
			c.know.vars[v.off] = typ // main.go spells it
			continue
		}
		if ok {
			typ.typ, ok = s.spell(obj.Type())
		}
		if d := c.know.incomplete; !ok && d != nil {
			return &Error{Pos: d.Pos, End: d.End, Msg: d.Msg}
		}
		if !ok {
			return c.cell.errorf(v.off, "a method or a generic function uses %s, whose type cannot be written outside of the cell's function", v.name)
		}
		typ.zero = zero(obj.Type(), typ.typ)
		c.know.vars[v.off] = typ
		for _, imp := range s.added {
			c.need(imp)
		}
	}
	return nil
}

// need adds an import to the next plan, and reports whether that is new.
func (c *checker) need(imp importSpec) bool {
	if slices.ContainsFunc(c.know.needed, func(old importSpec) bool { return old.path == imp.path }) {
		return false
	}
	c.know.needed = append(c.know.needed, imp)
	return true
}

// warnings returns what the user should know of an emission that is good: of what is wrong around the
// cell one thing at a time, and all that the cell itself may have meant otherwise.
func (c *checker) warnings() []Diagnostic {
	list := slices.Concat(c.know.advice, c.droppedErrors())
	switch {
	case c.cell.member != nil: // a program is told what is wrong around it once
	case c.know.incomplete != nil:
		list = append(list, *c.know.incomplete)
	case c.unimported:
		list = append(list, c.cell.warning(c.cell.headerOff(), "the file does not import %s", c.opts.Runtime))
	case c.found.Path != "" && slices.Contains(c.found.Fallbacks, c.opts.Runtime):
		list = append(list, c.cell.warning(c.cell.headerOff(), "the module here does not provide %s, which the output imports", c.opts.Runtime))
	}
	slices.SortStableFunc(list, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return list
}

// seeks reports whether the result's type is still to be found.
func (c *checker) seeks() bool { return c.know.result == nil && !c.know.untyped }

// targetSizes returns the sizes of types where the output will run.
func targetSizes() types.Sizes {
	return types.SizesFor("gc", cmp.Or(os.Getenv("GOARCH"), runtime.GOARCH))
}

// run runs go/types.
func (c *checker) run(files []*ast.File) {
	m := c.cell.member
	c.errs = nil
	c.info = types.Info{Defs: map[*ast.Ident]types.Object{}}
	if c.seeks() || c.explains || len(c.awaits) > 0 || c.shape == cellFunc || m != nil {
		c.info.Types = map[ast.Expr]types.TypeAndValue{} // large, for a large cell
	}
	conf := types.Config{
		GoVersion:   c.found.GoVersion,
		Importer:    c.found,
		FakeImportC: true, // for the package's other files
		Sizes:       targetSizes(),
		Error:       collect(&c.errs),
	}
	if past := c.opts.past; past != nil {
		c.pkg = past.check(&conf, files, &c.info)
		return
	}
	if m == nil {
		c.pkg, _ = conf.Check(cmp.Or(c.found.Path, c.opts.Package), c.fset, files, &c.info)
		return
	}
	conf.Importer = m
	c.pkg = m.pkg
	c.info.Scopes = map[ast.Node]*types.Scope{}
	types.NewChecker(&conf, c.fset, c.pkg, &c.info).Files(files) // Error has what it returns
}

// collect returns a function that appends what go/types reports to errs.
func collect(errs *[]typeError) func(error) {
	return func(err error) {
		e := err.(types.Error)
		last := len(*errs) - 1
		if text, ok := strings.CutPrefix(e.Msg, "\t"); ok && last >= 0 {
			(*errs)[last].rest = append((*errs)[last].rest, typeError{pos: e.Pos, msg: text})
			return
		}
		*errs = append(*errs, typeError{pos: e.Pos, msg: e.Msg, soft: e.Soft})
	}
}

// scopeAt returns the innermost scope at a position.
func (c *checker) scopeAt(pos token.Pos) *types.Scope {
	if c.cell.member != nil {
		return c.info.Scopes[c.file].Innermost(pos) // a program's package has very many files
	}
	return c.pkg.Scope().Innermost(pos)
}
