package rewrite

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/cellwrap/cellwrap/templates"
)

// definition is what a cell makes of a name. A later cell that defines the name again makes
// another one, to which the package may give the same variable.
type definition struct {
	ident
	by       *member
	tok      token.Token // VAR, FUNC, TYPE, CONST or IMPORT
	imp      importSpec  // of IMPORT
	previous *definition // what the name meant before, or nil

	emitted  string        // what code calls it; "" for a variable that stays local
	declared string        // what it is declared as, which is not the same for a late-bound function
	obj      types.Object  // the package's
	generic  *genericGroup // of a late-bound generic function
	again    bool          // the variable is an earlier cell's, to which this one assigns
	private  string        // the type that keeps a variable local
}

// standing returns d, or what its name meant before the cells that do not compile.
func (d *definition) standing() *definition {
	for d != nil && d.by.errs != nil {
		d = d.previous
	}
	return d
}

// reference is a use of what an earlier cell defines.
type reference struct {
	ident
	def *definition
}

// units returns what there is of declarations and statements.
func (s *syntax) units() []*unit {
	if s.decls == nil {
		return []*unit{s.stmts}
	}
	return []*unit{s.decls, s.stmts}
}

// good returns the cells of which no error is known yet.
func (p *program) good() []*member {
	return slices.DeleteFunc(slices.Clone(p.members), func(m *member) bool { return m.errs != nil })
}

// link finds out what each name means in each cell.
func (p *program) link() {
	for _, m := range p.members {
		m.findDefined()
	}
	first := map[string]*definition{} // of each name
	for _, m := range p.members {
		for _, d := range m.defines {
			if first[d.name] == nil {
				first[d.name] = d
			}
		}
	}
	table := map[string]*definition{}
	p.removed = map[string]*member{}
	for _, m := range p.members {
		if m.errs == nil {
			m.link(table, first)
		}
		m.linked = true
		for _, a := range m.removed {
			delete(table, a.text)
			p.removed[a.text] = m
		}
		for _, d := range m.defines {
			d.previous = table[d.name]
			table[d.name] = d
		}
	}
	p.names = newNames(p)
	p.keepEmbedded()
	p.findMethods()
	for _, m := range p.members {
		m.nameDeclarations()
	}
}

// findDefined finds the names that the cell defines for later ones.
func (m *member) findDefined() {
	m.own, m.outer, m.shared = map[string]*definition{}, map[string]*definition{}, map[string]bool{}
	m.needs = map[*member]bool{}
	define := func(id ident, tok token.Token, imp importSpec) {
		d := &definition{ident: id, by: m, tok: tok, imp: imp}
		m.defines = append(m.defines, d)
		if tok != token.IMPORT {
			m.own[id.name] = d
		}
	}
	if m.syntax == nil {
		for _, id := range roughlyDefined(m.Source) {
			define(id, token.ILLEGAL, importSpec{})
		}
		return
	}
	if u := m.syntax.imports; u != nil {
		for _, spec := range u.Imports {
			imp := importSpec{path: unquote(spec.Path.Value), off: u.off(spec.Pos())}
			imp.Path = spec.Path.Value
			if spec.Name != nil {
				imp.Name = spec.Name.Name
			} else {
				imp.Name = m.nameOf(imp.path)
			}
			switch imp.Name {
			case "_":
			case ".":
				for _, name := range m.exported(imp.path) {
					define(ident{name, imp.off}, token.IMPORT, imp)
				}
			default:
				define(ident{imp.Name, imp.off}, token.IMPORT, imp)
			}
		}
	}
	p := &planner{syntax: m.syntax, opts: m.opts, know: &facts{checked: true}}
	p.findLocals()
	m.survey = p
	if m.isPlain() {
		for _, name := range slices.Sorted(maps.Keys(p.locals)) {
			define(ident{name, p.locals[name]}, token.VAR, importSpec{})
		}
	} else if m.name.name != "_" {
		m.result = &definition{ident: m.name, by: m, tok: token.VAR}
		m.defines = append(m.defines, m.result)
	}
	if m.syntax.decls == nil {
		return
	}
	for _, d := range m.syntax.decls.Decls {
		tok := token.FUNC
		if g, ok := d.(*ast.GenDecl); ok {
			tok = g.Tok
		}
		for _, id := range declaredNames(m.syntax.decls, d) {
			if id.name != "_" && id.name != "init" {
				define(id, tok, importSpec{})
			}
		}
	}
}

// isPlain reports whether the cell's own scope is the notebook's: nobody asked for an
// EventualResult.
func (m *member) isPlain() bool { return !m.syntax.wraps }

// link finds what the cell uses of earlier cells, by what names mean before it. What none of them
// defines, a later cell may: there is the first definition of each name.
func (m *member) link(table map[string]*definition, first map[string]*definition) {
	p := m.survey
	m.before = table
	if err := p.findDecls(); err != nil {
		m.errs = ErrorList{err}
		return
	}
	m.before = nil
	locals := maps.Clone(p.locals)
	if !m.isPlain() {
		m.findClosures()
	}
	selected := map[string]map[string]bool{}
	for _, u := range m.syntax.units() {
		for name, names := range selections(u.File) {
			if selected[name] == nil {
				selected[name] = map[string]bool{}
			}
			maps.Copy(selected[name], names)
		}
	}
	seen := map[string]bool{}
	resolve := func(id ident) {
		if seen[id.name] {
			return
		}
		seen[id.name] = true
		def := table[id.name]
		switch {
		case def != nil && def.tok == token.IMPORT:
			if _, err := m.found.Import(def.imp.path); err != nil {
				m.errs = append(m.errs, m.syntax.errorf(id.off, "%v (cell %d imports it)", err, def.by.Number))
			}
			m.borrow(def.imp)
		case def != nil:
			m.outer[id.name] = def
			m.uses = append(m.uses, reference{id, def})
			m.needs[def.by] = true
			def.by.share(def)
		case types.Universe.Lookup(id.name) != nil:
		case id.name == "reactor":
			m.borrow(importSpec{path: m.opts.Runtime, Import: templates.Import{Name: id.name}})
		case selected[id.name] != nil && m.borrowStandard(id, selected[id.name]):
		case first[id.name] == nil && selected[id.name] != nil && len(standardCalled()[id.name]) == 1:
			m.borrow(importSpec{path: standardCalled()[id.name][0]}) // go/types will say what it does not have
		case first[id.name] == nil || first[id.name].by == m: // go/types will say so
		case m.program.removed[id.name] != nil:
			m.errs = append(m.errs, m.syntax.errorf(id.off, "%s was removed in cell %d", id.name, m.program.removed[id.name].Number))
		case first[id.name].by.linked:
			m.errs = append(m.errs, m.syntax.errorf(id.off, "%s of cell %d uses the variables of that cell, which runs in the background, so no other cell sees it", id.name, first[id.name].by.Number))
		default:
			how := "defined"
			if first[id.name].tok == token.IMPORT {
				how = "imported"
			}
			m.errs = append(m.errs, m.syntax.errorf(id.off, "%s is %s in cell %d, after cell %d uses it", id.name, how, first[id.name].by.Number, m.Number))
		}
	}
	imported := map[string]bool{}
	for _, d := range m.defines {
		imported[d.name] = imported[d.name] || d.tok == token.IMPORT
	}
	for _, id := range p.free {
		if p.named[id.name] == nil && !imported[id.name] {
			resolve(id)
		}
	}
	for _, it := range p.items {
		for _, id := range it.refs {
			_, local := locals[id.name]
			switch {
			case p.named[id.name] != nil:
			case local && m.isPlain():
				m.share(m.own[id.name])
				if prev := table[id.name]; prev != nil && prev.tok == token.VAR {
					prev.by.share(prev) // until the cell assigns to it, the declaration sees this
					m.needs[prev.by] = true
				}
			case local || imported[id.name]:
			default:
				resolve(id)
			}
		}
	}
	sortErrors(m.errs)
	// What an earlier cell's code uses has to be assigned.
	for _, d := range m.defines {
		prev := table[d.name].standing()
		if d.tok != token.VAR || d == m.result || prev == nil {
			continue
		}
		if prev.by.captured()[prev.name] && prev.by.own[prev.name] == prev {
			prev.by.share(prev)
		}
		if prev.by.shares(prev) {
			m.share(d)
		}
	}
}

func sortErrors(list ErrorList) {
	slices.SortStableFunc(list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
}

// captured returns the variables of the cell that its statements leave in other hands: a function
// literal's, or a pointer's or a slice's.
func (m *member) captured() map[string]bool {
	if m.captures != nil || m.survey == nil {
		return m.captures
	}
	m.captures = map[string]bool{}
	declared := map[*ast.Object]bool{}
	for _, stmt := range m.survey.list {
		for _, id := range declaredBy(unlabeled(stmt, nil)) {
			declared[id.Obj] = true
		}
	}
	capture := func(id *ast.Ident) {
		if id.Obj != nil && declared[id.Obj] {
			m.captures[id.Name] = true
		}
	}
	for _, stmt := range m.survey.list {
		ast.Inspect(stmt, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				ast.Inspect(n.Body, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						capture(id)
					}
					return true
				})
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					captureRoot(n.X, capture)
				}
			case *ast.SliceExpr: // of an array
				captureRoot(n.X, capture)
			case *ast.SelectorExpr: // of a method whose receiver is a pointer
				captureRoot(n.X, capture)
			}
			return true
		})
	}
	return m.captures
}

// captureRoot captures the variable that holds what e is.
func captureRoot(e ast.Expr, capture func(*ast.Ident)) {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			capture(x)
			return
		case *ast.ParenExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		default:
			return
		}
	}
}

// findClosures finds the declarations that have to stay in the body, of a cell in the background,
// so that no other cell sees them.
func (m *member) findClosures() {
	p := m.survey
	if p.promote() != nil {
		return // the plan will say so
	}
	p.findStaying()
	for _, it := range p.items {
		if it.stays {
			for _, id := range it.names {
				delete(m.own, id.name)
				m.defines = slices.DeleteFunc(m.defines, func(d *definition) bool { return d != m.result && d.ident == id })
			}
		}
	}
}

// itemOf returns the declaration of what a name that the cell uses means.
func (m *member) itemOf(name string) *item {
	def := m.outer[name]
	if def == nil {
		def = m.before[name]
	}
	if def == nil || def.by.survey == nil {
		return nil
	}
	return def.by.survey.named[name]
}

// isVariable reports whether the cell means a variable by a name.
func (m *member) isVariable(name string) bool {
	d := m.own[name]
	if d == nil {
		d = m.outer[name]
	}
	return d != nil && d.tok == token.VAR
}

// share notes that others than the cell's statements use a variable.
func (m *member) share(d *definition) {
	if d.tok == token.VAR && d != m.result {
		m.shared[d.name] = true
	}
}

// shares reports whether d is a variable that the package will have.
func (m *member) shares(d *definition) bool {
	return d == m.result || m.shared[d.name] && m.own[d.name] == d
}
