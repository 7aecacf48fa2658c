package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// borrowImports adds what a program's cell uses of packages that other cells import, or none, and
// what its emission needs.
func (p *planner) borrowImports() {
	m := p.member
	for i := range p.plan.imports {
		if imp := &p.plan.imports[i]; imp.Name == "" {
			imp.rename(m.nameOf(imp.path))
		}
	}
	p.plan.imports = slices.DeleteFunc(p.plan.imports, func(imp importSpec) bool {
		name := imp.localName()
		return name != "_" && name != "." && !p.refers(name)
	})
	for _, imp := range m.borrowed {
		imp.rename(imp.localName())
		p.plan.imports = append(p.plan.imports, imp)
	}
	p.plan.runtime = m.runtime
	if p.plan.shape != cellFunc && !p.hasImport(m.runtime, m.opts.Runtime) {
		p.importRuntime(m.runtime)
	}
}

// rename makes name the import's, if that is not what its path says.
func (i *importSpec) rename(name string) {
	if i.Name = name; name == packageName(i.path) {
		i.Name = ""
	}
}

// refers reports whether the cell uses a name that it does not declare where it does so.
func (p *planner) refers(name string) bool {
	return p.uses(name) || slices.ContainsFunc(p.free, func(id ident) bool { return id.name == name })
}

func (p *planner) hasImport(name, path string) bool {
	for _, imp := range p.plan.imports {
		if imp.path == path && imp.localName() == name {
			return true
		}
	}
	return false
}

// planDisplay shows the value that a program's cell ends in.
//
//	x        ⇒  host.Display(x)
//	f()      ⇒  host.Display(f())      if it has a value
//	x;       ⇒  _ = x;
//
// Such a cell returns nothing.
func (p *planner) planDisplay() *Error {
	var err *Error
	for _, stmt := range p.list {
		ast.Inspect(stmt, func(n ast.Node) bool {
			if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) > 0 && err == nil {
				err = p.errorf(p.stmts.off(r.Pos()), "a cell without %%%%run_in_reactor returns nothing (end it in the value, to show it)")
			}
			_, nested := n.(*ast.FuncLit)
			return !nested
		})
	}
	if err != nil {
		return err
	}
	if p.plan.shape == cellCoroutine {
		p.plan.result, p.plan.named, p.plan.closing = "struct{}", true, "return"
	}
	last := bareExpr(p.list)
	if last == nil {
		return nil
	}
	_, call := ast.Unparen(last).(*ast.CallExpr)
	p.plan.silent = p.endsInSemicolon(p.stmts.end(last))
	switch {
	case call && !p.know.final:
	case p.plan.silent && p.isAwait(last):
	case p.plan.silent:
		p.wrap(last, last, "_ = ", "")
	default:
		p.plan.display = true
		p.wrap(last, last, p.member.host+".Display(", ")")
	}
	return nil
}

func (p *planner) isAwait(e ast.Expr) bool {
	for _, a := range p.awaits {
		if a.x == ast.Unparen(e) {
			return true
		}
	}
	return false
}

// endsInSemicolon reports whether the first token behind off is a semicolon of the user's.
func (p *planner) endsInSemicolon(off int) bool {
	for t := newTokens(p.code[off:]); t.next(); {
		if t.tok != token.COMMENT {
			return t.tok == token.SEMICOLON && t.lit == ";"
		}
	}
	return false
}

// shows reports whether a cell that ends in the call shows its values. What fmt's functions for
// printing return says only what they printed.
func (c *checker) shows(call *ast.CallExpr) bool {
	if c.shape != cellFunc && c.shape != cellCoroutine || c.silent {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return true
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return true
	}
	pkg, ok := c.scopeAt(id.Pos()).Lookup(id.Name).(*types.PkgName)
	if !ok {
		_, obj := c.scopeAt(id.Pos()).LookupParent(id.Name, id.Pos())
		pkg, ok = obj.(*types.PkgName)
	}
	name := sel.Sel.Name
	return !ok || pkg.Imported().Path() != "fmt" || !strings.HasPrefix(name, "Print") && !strings.HasPrefix(name, "Fprint")
}

// sharedNames returns the variables of a program's cell that have to be the package's, less those
// that cannot be, which no declaration may use.
func (p *planner) sharedNames() (map[string]bool, *Error) {
	names := map[string]bool{}
	for name := range p.member.shared {
		if d := p.member.own[name]; d.private == "" {
			names[name] = true
		}
	}
	for _, it := range p.items {
		for _, id := range it.refs {
			if d := p.member.own[id.name]; d != nil && d.private != "" {
				return nil, p.errorf(id.off, "a declaration uses the variable %s, whose type %s cannot be written outside of the cell's function", id.name, d.private)
			}
		}
	}
	return names, nil
}

// bind makes a variable of the cell, whose type is known now, one of the package's: that of the same
// name in an earlier cell if it has the same type, else a new one. A variable with a lock is always
// new, since nothing may be assigned to it.
func (m *member) bind(id ident, typ types.Type) {
	d := m.own[id.name]
	if d == nil || d.tok != token.VAR { // of a closure, which no other cell sees
		d = &definition{ident: id, by: m, tok: token.VAR}
		m.own[id.name] = d
	}
	if d.emitted == "" && d.private == "" {
		m.bindTo(d, typ)
	}
}

func (m *member) bindTo(d *definition, typ types.Type) {
	s := &speller{opts: m.opts, pkg: m.pkg, file: &ast.File{Name: ast.NewIdent("main")}, scope: m.pkg.Scope()}
	if _, ok := s.spell(typ); !ok {
		d.private = types.TypeString(typ, (*types.Package).Name)
		return
	}
	prev := d.previous
	if prev != nil && prev.tok == token.VAR && prev.emitted != "" && prev.by.errs == nil && types.Identical(prev.obj.Type(), typ) && !holdsLock(typ) {
		d.emitted, d.obj, d.again = prev.emitted, prev.obj, true
		return
	}
	d.emitted = m.take(d.name, m)
	d.obj = types.NewVar(token.NoPos, m.pkg, d.emitted, typ)
	m.pkg.Scope().Insert(d.obj)
	m.vars = append(m.vars, d)
}

// holdsLock reports whether a value of type t cannot be copied, by the rule of go vet: it has, or a
// part of it has, the methods Lock and Unlock of a pointer. Of another package's hidden fields there
// is only the shape, so there it counts how they are called: sync and sync/atomic have a field noCopy,
// or a blank one of that type.
func holdsLock(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		if isLocker(types.NewPointer(t)) && !isLocker(t) {
			return true
		}
		for f := range u.Fields() {
			if f.Name() == "noCopy" || f.Name() == "_" && isEmpty(f.Type()) || holdsLock(f.Type()) {
				return true
			}
		}
	case *types.Array:
		return holdsLock(u.Elem())
	}
	return false
}

func isEmpty(t types.Type) bool {
	s, ok := t.Underlying().(*types.Struct)
	return ok && s.NumFields() == 0
}

func isLocker(t types.Type) bool {
	set := types.NewMethodSet(t)
	return set.Lookup(nil, "Lock") != nil && set.Lookup(nil, "Unlock") != nil
}

// assignShared makes the statements assign to the variables among names, which are the package's.
//
//	x, y := f()     ⇒  x, y  = f()
//	x, z := f()     ⇒  new_x, z := f(); x = new_x     if z is local
//	var x T = f()   ⇒  var new_x T = f(); x = new_x
//	var x T         ⇒  var _ T                        if x is new, and so zero
func (p *planner) assignShared(names map[string]bool) {
	objs := map[*ast.Object]string{}
	declaring := map[*ast.Ident]bool{}
	for _, stmt := range p.list {
		stmt = unlabeled(stmt, nil)
		for _, id := range declaredBy(stmt) {
			if names[id.Name] && id.Obj != nil {
				objs[id.Obj] = p.member.own[id.Name].emitted
				declaring[id] = true
			}
		}
		switch stmt := stmt.(type) {
		case *ast.AssignStmt:
			p.assignDefined(stmt, names)
		case *ast.DeclStmt:
			p.assignDeclared(stmt.Decl.(*ast.GenDecl), names)
		}
	}
	for _, stmt := range p.list {
		ast.Inspect(stmt, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && !declaring[id] {
				if emitted, ok := objs[id.Obj]; ok && id.Obj != nil {
					p.plan.edits.rename(p.stmts.ident(id), emitted)
				}
			}
			return true
		})
	}
}

func (p *planner) assignDefined(stmt *ast.AssignStmt, names map[string]bool) {
	var shared, local int
	ids := declaredBy(stmt)
	for _, id := range ids {
		switch {
		case names[id.Name]:
			shared++
		case id.Name != "_":
			local++
		}
	}
	if shared == 0 {
		return
	}
	if local == 0 {
		off := p.stmts.off(stmt.TokPos)
		p.plan.edits.replace(off, off+len(":="), " =")
		for _, id := range ids {
			if id.Name != "_" {
				p.plan.edits.rename(p.stmts.ident(id), p.member.own[id.Name].emitted)
			}
		}
		return
	}
	p.assignBehind(ids, names, p.stmts.end(stmt))
}

// assignBehind renames those of ids that are among names, and assigns them at end.
func (p *planner) assignBehind(ids []*ast.Ident, names map[string]bool, end int) {
	var to, from []string
	for _, id := range ids {
		if names[id.Name] {
			fresh := p.member.fresh(id.Name)
			p.plan.edits.rename(p.stmts.ident(id), fresh)
			to, from = append(to, p.member.own[id.Name].emitted), append(from, fresh)
		}
	}
	if to != nil {
		p.plan.edits.insert(end, "; "+strings.Join(to, ", ")+" = "+strings.Join(from, ", "), rankEnd)
	}
}

func (p *planner) assignDeclared(d *ast.GenDecl, names map[string]bool) {
	off := p.stmts.off
	any := false
	for _, spec := range d.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			any = any || names[id.Name]
		}
	}
	if !any {
		return
	}
	if d.Lparen.IsValid() { // each becomes a statement of its own, for those below to see what it assigns
		p.plan.edits.replace(off(d.Pos()), off(d.Lparen)+1, "")
		p.plan.edits.replace(off(d.Rparen), off(d.Rparen)+1, "")
	}
	for _, spec := range d.Specs {
		spec := spec.(*ast.ValueSpec)
		if d.Lparen.IsValid() {
			p.plan.edits.insert(off(spec.Pos()), "var ", rankStart)
		}
		again := map[string]bool{}
		for _, id := range spec.Names {
			if !names[id.Name] {
				continue
			}
			if spec.Values == nil && len(p.plan.labels) == 0 && !p.member.own[id.Name].again {
				p.plan.edits.rename(p.stmts.ident(id), "_")
			} else {
				again[id.Name] = true
			}
		}
		p.assignBehind(spec.Names, again, p.stmts.end(spec))
	}
}

// planNames calls what a program's cell uses and declares by the names that the program has for
// it.
func (p *planner) planNames() *Error {
	m := p.member
	if m == nil {
		return nil
	}
	for _, id := range p.free {
		if d := m.own[id.name]; d != nil && d.tok != token.VAR {
			p.plan.edits.rename(id, d.emitted)
		} else if d := m.outer[id.name]; d != nil {
			p.plan.edits.rename(id, d.emitted)
		}
	}
	for _, it := range p.items {
		in := &p.plan.inner
		if it.stays {
			in = &p.plan.edits
		}
		for _, id := range it.refs {
			if _, local := p.locals[id.name]; local {
				continue
			}
			if d := m.own[id.name]; d != nil {
				in.rename(id, d.emitted)
			} else if d := m.outer[id.name]; d != nil {
				in.rename(id, d.emitted)
			}
		}
		if it.stays {
			continue
		}
		for _, id := range it.names {
			if d := m.own[id.name]; d != nil {
				in.rename(id, d.declared)
			} else if id.name == "init" {
				in.rename(id, m.initName(id))
			}
		}
	}
	return nil
}
