package rewrite

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"
)

// hostText is what a program knows of the package that runs it.
const hostText = `package host

type Program struct {
	Cells   []Cell
	Reactor func() Reactor
}

type Cell struct {
	Number int
	Name   string
	Line   int
	Run    func()
	Err    string
	Needs  []int
	Notes  string
	Raises bool
}

type Reactor interface {
	Call(f func()) error
	Stop()
	Stopped() <-chan struct{}
}

func Main(p Program)        {}
func Display(values ...any) {}
`

var hostFile = sync.OnceValue(func() *types.Package {
	fset := token.NewFileSet()
	f, _ := parser.ParseFile(fset, "host.go", hostText, parser.SkipObjectResolution)
	pkg, _ := new(types.Config).Check("host", fset, []*ast.File{f}, nil)
	return pkg
})

// Import gives go/types a package. That of the program's host need not be there yet.
func (p *program) Import(path string) (*types.Package, error) {
	switch path {
	case p.opts.Host:
		return hostFile(), nil
	case p.opts.Host + richHost:
		return types.NewPackage(path, "rich"), nil
	}
	return p.found.Import(path)
}

// declare checks the declarations of all cells together, without the bodies of functions: then a
// method exists from the start, and nothing depends on a variable. A cell that declares what it
// cannot is left out, and so is what needs it.
func (p *program) declare() {
	for {
		var cells []*checker
		for _, m := range p.good() {
			if m.checkUses(); m.errs != nil {
				continue
			}
			if c, err := m.declarations(); err != nil {
				m.errs = ErrorList{err}
			} else {
				cells = append(cells, c)
			}
		}
		if p.pkg = p.checkTogether(cells, nil); len(p.good()) == len(cells) {
			return
		}
	}
}

// declarations returns the cell's declarations as a file without bodies.
func (m *member) declarations() (*checker, *Error) {
	plan, err := makePlan(m.syntax, m.opts, m.name, &facts{checked: true})
	if err != nil {
		return nil, err
	}
	bodyless := map[int]int{}
	for _, it := range m.survey.items {
		if fn := it.function(); fn != nil && fn.Body != nil {
			bodyless[it.kw] = m.syntax.decls.end(fn.Type)
		}
	}
	text := m.head(plan)
	text.append(hoistedText(m.syntax.cell, plan, bodyless))
	return m.fileOf(plan, text)
}

// fileOf parses a text of the cell's, for a check of all cells together.
func (m *member) fileOf(p *plan, text *fragment) (*checker, *Error) {
	f, err := parser.ParseFile(m.fset, m.syntax.emissionName(), text.text, parser.SkipObjectResolution)
	if err != nil {
		return nil, m.syntax.errorf(m.syntax.headerOff(), "%v", err)
	}
	return &checker{plan: p, cell: m.syntax.cell, opts: m.opts, text: text, fset: m.fset, file: f, found: m.found, spared: spareJumps(f)}, nil
}

// checkTogether checks the cells' files, and more, as one package. Errors in cells become theirs.
func (p *program) checkTogether(cells []*checker, more []*ast.File) *types.Package {
	var errs []typeError
	conf := types.Config{
		GoVersion: p.found.GoVersion,
		Importer:  p,
		Sizes:     targetSizes(),
		Error:     collect(&errs),
	}
	files := make([]*ast.File, len(cells))
	for i, c := range cells {
		files[i] = c.file
	}
	pkg, _ := conf.Check("main", p.fset, append(files, more...), nil)
	for _, e := range errs {
		i, _ := slices.BinarySearchFunc(cells, e.pos, func(c *checker, pos token.Pos) int { return cmp.Compare(c.file.FileEnd, pos) })
		if i < len(cells) && !cells[i].isSpared(e) && !isUnusedImport(e.msg) && !strings.Contains(e.msg, "missing function body") {
			cells[i].errs = append(cells[i].errs, e)
		}
	}
	for _, c := range cells {
		if c.errs != nil {
			c.others = cells
			c.cell.member.errs = c.refusalOf(c.errs)
		}
	}
	return pkg
}

// refusalOf returns errors as those of the cell.
func (c *checker) refusalOf(errs []typeError) ErrorList {
	var found []finding
	for _, e := range errs {
		off, ok := c.offset(e.pos)
		if !ok {
			off = c.cell.headerOff()
		}
		found = append(found, finding{e, off, ok})
	}
	return c.refusal(found)
}

// finish puts the files together and checks them as they will be compiled. A cell in which that
// finds an error is left out, with what needs it.
func (p *program) finish() *ProgramOutput {
	for {
		out := &ProgramOutput{}
		var cells []*checker
		for _, m := range p.good() {
			if m.checkUses(); m.errs != nil {
				continue
			}
			name := m.file()
			text := m.text().lined(m.syntax.source, name)
			c, err := m.fileOf(m.plan, text)
			if err != nil {
				m.errs = ErrorList{err}
				continue
			}
			cells = append(cells, c)
			out.Files = append(out.Files, ProgramFile{name, text.text})
		}
		text := p.mainFile()
		out.Files = append(out.Files, ProgramFile{"main.go", text})
		var more []*ast.File
		if f, err := parser.ParseFile(p.fset, "main.go", text, parser.SkipObjectResolution); err == nil {
			more = append(more, f)
		}
		p.checkTogether(cells, more)
		if len(p.good()) == len(cells) {
			out.Package, out.Workspace = p.found.Path, p.found.Workspace
			out.Runtime = p.lacksRuntime() && slices.ContainsFunc(p.good(), (*member).usesRuntime)
			for _, m := range p.members {
				out.Cells = append(out.Cells, ProgramResult{Err: m.err(), Needs: m.needed(), Diagnostics: slices.Concat(m.notes, m.warnings())})
			}
			return out
		}
	}
}

// warnings returns what the user should know of a cell that is good.
func (m *member) warnings() []Diagnostic {
	if m.plan == nil {
		return nil
	}
	return m.plan.warnings
}

// lacksRuntime reports whether the module does not provide the runtime, or what is dynamic of it.
func (p *program) lacksRuntime() bool {
	return slices.ContainsFunc(p.found.Fallbacks, func(path string) bool {
		return path == p.opts.Runtime || path == p.opts.Runtime+"/"+dynamicPackage
	})
}
