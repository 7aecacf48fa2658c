package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

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
		shows := p.plan.session
		if p.member != nil {
			shows = p.member.host
		}
		p.wrap(last, last, shows+".Display(", ")")
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

// shows reports whether the values of the call that a cell ends in are the cell's. What fmt's functions
// for printing return says only what they printed.
func (c *checker) shows(call *ast.CallExpr) bool {
	if c.silent {
		return false
	}
	path, name := c.function(call)
	return path != "fmt" || !strings.HasPrefix(name, "Print") && !strings.HasPrefix(name, "Fprint")
}

// function returns which package's function is called, and its name there; no path if it is another
// thing than a function that is named.
func (c *checker) function(call *ast.CallExpr) (path, name string) {
	fun := ast.Unparen(call.Fun)
	if generic, ok := fun.(*ast.IndexExpr); ok {
		fun = generic.X
	}
	id, ok := fun.(*ast.Ident)
	if sel, isSel := fun.(*ast.SelectorExpr); isSel {
		name = sel.Sel.Name
		id, ok = sel.X.(*ast.Ident)
	}
	if !ok {
		return "", name
	}
	_, obj := c.scopeAt(id.Pos()).LookupParent(id.Name, id.Pos())
	switch obj := obj.(type) {
	case *types.PkgName:
		return obj.Imported().Path(), name
	case *types.Func:
		if name == "" && obj.Pkg() != nil { // by a dot import
			return obj.Pkg().Path(), id.Name
		}
	}
	return "", name
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
		p.plan.edits.insert(end, "; "+strings.Join(to, ", ")+" = "+strings.Join(from, ", "), rankBehind)
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
		if fn := it.function(); fn != nil && fn.Recv != nil {
			id := p.syntax.decls.ident(fn.Name)
			in.rename(id, m.methodName(id.off))
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
