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

type Cell struct {
	Number int
	Name   string
	Run    func()
	Err    string
	Needs  []int
}

func Main(cells ...Cell)    {}
func Display(values ...any) {}
func Fail(err error)        {}
`

var hostFile = sync.OnceValue(func() *types.Package {
	fset := token.NewFileSet()
	f, _ := parser.ParseFile(fset, "host.go", hostText, parser.SkipObjectResolution)
	pkg, _ := new(types.Config).Check("host", fset, []*ast.File{f}, nil)
	return pkg
})

// Import gives go/types a package. That of the program's host need not be there yet.
func (p *program) Import(path string) (*types.Package, error) {
	if path == p.opts.Host {
		return hostFile(), nil
	}
	return p.found.Import(path)
}

// declare checks the declarations of all cells together, without the bodies of functions: then a
// method exists from the start, and nothing depends on a variable. A cell that declares what it
// cannot is left out, and so is what needs it.
func (p *program) declare() {
	p.loader = &loader{found: p.found, fixed: true}
	for {
		var files []checkedFile
		for _, m := range p.good() {
			if m.checkUses(); m.errs != nil {
				continue
			}
			if f, ok := m.declarations(); ok {
				files = append(files, f)
			}
		}
		pkg, errs := p.checkFiles(files)
		p.pkg = pkg
		if !p.blame(files, errs) {
			return
		}
	}
}

// declarations returns the cell's declarations as a file without bodies.
func (m *member) declarations() (checkedFile, bool) {
	plan, err := makePlan(m.syntax, m.opts, m.name, &facts{checked: true})
	if err != nil {
		m.errs = ErrorList{err}
		return checkedFile{}, false
	}
	bodyless := map[int]int{}
	for _, it := range m.survey.items {
		if fn := it.function(); fn != nil && fn.Body != nil {
			bodyless[it.kw] = m.syntax.decls.end(fn.Type)
		}
	}
	text := m.head(plan)
	text.append(hoistedText(m.syntax.cell, plan, bodyless))
	return m.parse(text)
}

// checkedFile is a text of a cell's, or of nobody's, that is checked with others.
type checkedFile struct {
	*ast.File
	by   *member
	text *fragment
}

func (m *member) parse(text *fragment) (checkedFile, bool) {
	f, err := parser.ParseFile(m.fset, emissionName, text.text, parser.SkipObjectResolution)
	if err != nil {
		m.errs = ErrorList{m.syntax.errorf(m.syntax.headerOff(), "%v", err)}
		return checkedFile{}, false
	}
	return checkedFile{f, m, text}, true
}

// checkFiles checks files as a package.
func (p *program) checkFiles(files []checkedFile) (*types.Package, []typeError) {
	var errs []typeError
	conf := types.Config{
		GoVersion: p.found.GoVersion,
		Importer:  p,
		Sizes:     targetSizes(),
		Error:     collect(&errs),
	}
	list := make([]*ast.File, len(files))
	for i, f := range files {
		list[i] = f.File
	}
	pkg, _ := conf.Check("main", p.fset, list, nil)
	return pkg, errs
}

// blame gives each error to the cell that it is in, and reports whether any is left without its
// code by that.
func (p *program) blame(files []checkedFile, errs []typeError) bool {
	found := map[*member][]finding{}
	for _, e := range errs {
		if isUnusedImport(e.msg) || strings.Contains(e.msg, "missing function body") {
			continue
		}
		i, _ := slices.BinarySearchFunc(files, e.pos, func(f checkedFile, pos token.Pos) int { return cmp.Compare(f.FileEnd, pos) })
		if i == len(files) || files[i].by == nil {
			continue
		}
		f := files[i]
		off, ok := f.text.offset(int(e.pos - f.FileStart))
		if !ok {
			off = f.by.syntax.headerOff()
		}
		found[f.by] = append(found[f.by], finding{e, off, ok})
	}
	for m, list := range found {
		c := checker{cell: m.syntax.cell, opts: m.opts, fset: p.fset}
		for _, f := range files {
			if f.by == m {
				c.file, c.text = f.File, f.text
			}
		}
		c.found = p.found
		c.plan = &plan{runtime: p.runtime}
		m.errs = c.refusal(list)
	}
	return len(found) > 0
}

// bindLate makes functions that have the signature of an earlier one of their name, and follow it,
// values of one variable, so that whoever called the earlier one calls the later.
func (p *program) bindLate() {
	for _, m := range p.good() {
		for _, d := range m.defines {
			if d.tok != token.FUNC || m.own[d.name] != d {
				continue
			}
			d.obj = p.pkg.Scope().Lookup(d.declared)
			prev := d.previous
			if d.name == "main" || prev == nil || prev.tok != token.FUNC || prev.by.errs != nil || d.obj == nil || prev.obj == nil {
				continue
			}
			sig := d.obj.Type().(*types.Signature)
			if sig.TypeParams() != nil || !types.Identical(sig, prev.obj.Type()) {
				continue
			}
			if prev.declared == prev.emitted {
				p.vars = append(p.vars, &definition{ident: prev.ident, by: prev.by, tok: token.VAR, emitted: prev.emitted, obj: prev.obj})
				prev.declared = p.takeNumbered(prev.name, prev.by)
			}
			d.emitted = prev.emitted
		}
	}
}

// finish puts the files together and checks them as they will be compiled. A cell in which that
// finds an error is left out, with what needs it.
func (p *program) finish() *ProgramOutput {
	for {
		out := &ProgramOutput{}
		var files []checkedFile
		for _, m := range p.good() {
			if m.checkUses(); m.errs != nil {
				continue
			}
			name := m.function() + ".go"
			text := m.text().lined(m.syntax.source, name)
			if f, ok := m.parse(text); ok {
				files = append(files, f)
				out.Files = append(out.Files, ProgramFile{name, text.text})
			}
		}
		main := p.mainFile()
		f, err := parser.ParseFile(p.fset, "main.go", main, parser.SkipObjectResolution)
		if err == nil {
			files = append(files, checkedFile{f, nil, nil})
		}
		out.Files = append(out.Files, ProgramFile{"main.go", main})
		if _, errs := p.checkFiles(files); p.blame(files, errs) {
			continue
		}
		for _, m := range p.members {
			out.Cells = append(out.Cells, ProgramResult{Err: m.err(), Needs: m.needed(), Diagnostics: m.notes})
		}
		return out
	}
}
