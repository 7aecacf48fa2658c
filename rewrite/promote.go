package rewrite

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// promote makes variables of the body the package's where a method, a generic function or one with
// a //go: directive, which cannot be closures, uses them.
//
//	n := 1                                      var n int
//	func (t) get() int { return n }     ⇒       func (t) get() int { return n }
//	                                            … n = 1
//
// That needs their types. Until they are known, the functions go without their bodies, and the
// check finds the types out.
func (p *planner) promote() *Error {
	if !p.know.checked || p.opts.traits.inside {
		return nil
	}
	var names map[string]bool
	if p.member != nil && p.member.isPlain() {
		var err *Error
		if names, err = p.sharedNames(); err != nil {
			return err
		}
	} else {
		names = p.usedByMethods()
	}
	if len(names) == 0 {
		return nil
	}
	if p.member == nil {
		p.addTogether(names)
	}
	for _, it := range p.items {
		// It would run before the cell does.
		if f := it.function(); f != nil && f.Recv == nil && f.Name.Name == "init" && p.member == nil {
			if id := p.firstOf(it, names); id != nil {
				return p.errorf(id.off, "func init cannot use the cell's variable %s", id.name)
			}
		}
	}
	known := true
	for _, id := range p.declaredOf(names) {
		typ, ok := p.know.vars[id.off]
		known = known && ok
		p.plan.vars = append(p.plan.vars, pkgVar{id, typ})
		delete(p.locals, id.name)
	}
	if !known {
		p.dropBodies(names)
		p.plan.wanted, p.plan.vars = p.plan.vars, nil
		return nil
	}
	if p.member != nil {
		p.plan.vars = nil // main.go declares them
		p.assignShared(names)
		return nil
	}
	for _, stmt := range p.list {
		p.assign(unlabeled(stmt, nil), names)
	}
	return nil
}

// firstOf returns the first use of one of names in a declaration, or nil.
func (p *planner) firstOf(it *item, names map[string]bool) *ident {
	for _, id := range it.refs {
		if names[id.name] {
			return &id
		}
	}
	return nil
}

// usedByMethods returns the variables of the body that functions which cannot be closures use,
// themselves or through other declarations.
func (p *planner) usedByMethods() map[string]bool {
	names := map[string]bool{}
	reached := map[*item]bool{}
	var reach func(it *item)
	reach = func(it *item) {
		if it == nil || reached[it] {
			return
		}
		reached[it] = true
		for _, id := range it.refs {
			if p.usesLocal(it, id) {
				names[id.name] = true
			} else {
				reach(p.named[id.name])
			}
		}
	}
	for _, it := range p.items {
		if f := it.function(); f != nil && (f.Recv != nil || f.Type.TypeParams != nil || p.hasDirective(it)) {
			reach(it)
		}
	}
	return names
}

// addTogether adds to names those that one := or var declares together with them.
func (p *planner) addTogether(names map[string]bool) {
	for changed := true; changed; {
		changed = false
		for _, stmt := range p.list {
			ids := declaredBy(unlabeled(stmt, nil))
			if !slices.ContainsFunc(ids, func(id *ast.Ident) bool { return names[id.Name] }) {
				continue
			}
			for _, id := range ids {
				// What := does not declare was declared above it, and may stay a local.
				if off, ok := p.locals[id.Name]; ok && off == p.stmts.off(id.Pos()) && !names[id.Name] {
					names[id.Name], changed = true, true
				}
			}
		}
	}
}

// declaredOf returns the declarations of names, in order.
func (p *planner) declaredOf(names map[string]bool) []ident {
	var ids []ident
	for name := range names {
		ids = append(ids, ident{name, p.locals[name]})
	}
	slices.SortFunc(ids, func(a, b ident) int { return a.off - b.off })
	return ids
}

// declaredBy returns the names on the left of a := or in a var declaration.
func declaredBy(stmt ast.Stmt) []*ast.Ident {
	var ids []*ast.Ident
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		if stmt.Tok == token.DEFINE {
			for _, e := range stmt.Lhs {
				if id, ok := e.(*ast.Ident); ok {
					ids = append(ids, id)
				}
			}
		}
	case *ast.DeclStmt:
		for _, spec := range stmt.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				ids = append(ids, v.Names...)
			}
		}
	}
	return ids
}

// dropBodies notes the functions that use one of names.
func (p *planner) dropBodies(names map[string]bool) {
	p.plan.bodyless = map[int]int{}
	for _, it := range p.items {
		f := it.function()
		if f != nil && f.Body != nil && p.firstOf(it, names) != nil {
			p.plan.bodyless[it.kw] = p.syntax.decls.end(f.Type)
		}
	}
}

// assign makes a statement that declares some of names assign to them.
func (p *planner) assign(stmt ast.Stmt, names map[string]bool) {
	if !slices.ContainsFunc(declaredBy(stmt), func(id *ast.Ident) bool { return names[id.Name] }) {
		return
	}
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		off := p.stmts.off(stmt.TokPos)
		p.plan.edits.replace(off, off+len(":="), "=")
	case *ast.DeclStmt:
		p.assignVar(stmt.Decl.(*ast.GenDecl))
	}
}

// assignVar makes a var declaration assign what it has values for. Without values it assigns the
// zero value, if there are labels: a goto may come back to it.
func (p *planner) assignVar(d *ast.GenDecl) {
	off := p.stmts.off
	if first, ok := d.Specs[0].(*ast.ValueSpec); ok && !d.Lparen.IsValid() {
		if first.Values == nil && len(p.plan.labels) == 0 {
			start, end := off(d.Pos()), p.stmts.end(d)
			if p.opts.traits.cell {
				p.plan.edits.replace(start, end, lineEnds(p.text[start:end]))
			} else {
				p.deleteLines(start, end)
			}
			return
		}
		p.plan.edits.replace(off(d.Pos()), off(first.Pos()), "")
	} else {
		p.plan.edits.replace(off(d.Pos()), off(d.Lparen)+1, "")
		p.plan.edits.replace(off(d.Rparen), off(d.Rparen)+1, "")
	}
	for _, spec := range d.Specs {
		switch spec := spec.(*ast.ValueSpec); {
		case !slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return id.Name != "_" }):
			p.plan.edits.insert(off(spec.Pos()), "var ", rankStart) // which needs its type
		case spec.Values != nil && spec.Type != nil:
			p.plan.edits.replace(off(spec.Type.Pos()), p.stmts.end(spec.Type), "")
		case spec.Values == nil && len(p.plan.labels) == 0:
			p.plan.edits.replace(off(spec.Pos()), p.stmts.end(spec), "")
		case spec.Values == nil:
			p.plan.edits.replace(off(spec.Type.Pos()), p.stmts.end(spec.Type), "= "+p.zeros(spec.Names))
		}
	}
}

// zeros returns the zero values of variables of one type. Those that are blank are not known.
func (p *planner) zeros(names []*ast.Ident) string {
	zero := ""
	for _, id := range names {
		zero = cmp.Or(zero, p.know.vars[p.stmts.off(id.Pos())].zero)
	}
	return strings.Join(slices.Repeat([]string{zero}, len(names)), ", ")
}
