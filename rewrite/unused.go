package rewrite

import (
	"go/ast"
)

// planUnused uses the variables that are declared and not used, which Go refuses: right behind
// the declaration, or where a statement begins that the declaration is a part of.
//
//	x := f()                    ⇒  x := f(); _ = x
//	if x := f(); ok {           ⇒  if x := f(); ok { _ = x;
//	for i, x := range xs {      ⇒  for i, x := range xs { _ = x;
//	case x := <-c:              ⇒  case x := <-c: _ = x;
//	switch x := v.(type) {      ⇒  switch x := v.(type) {
//	case int:                      case int: _ = x;
func (p *planner) planUnused() *Error {
	if len(p.know.unused) == 0 {
		return nil
	}
	p.useIn(p.stmts, func(int) *edits { return &p.plan.edits })
	if p.syntax.decls != nil {
		p.useIn(p.syntax.decls, func(off int) *edits {
			if p.itemAt(off).stays {
				return &p.plan.edits
			}
			return &p.plan.inner
		})
	}
	return nil
}

// useIn uses the variables that are declared in u, by the edits that are of an offset.
func (p *planner) useIn(u *unit, at func(off int) *edits) {
	var stack []ast.Node
	ast.Inspect(u.File, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if id, ok := n.(*ast.Ident); ok && p.know.unused[u.off(id.Pos())] == id.Name {
			use(u, id, stack, at(u.off(id.Pos())))
		}
		return true
	})
}

// use uses the variable id, which the innermost statement of the stack declares.
func use(u *unit, id *ast.Ident, stack []ast.Node, e *edits) {
	i := len(stack) - 1
	for ; i > 0; i-- {
		if _, ok := stack[i].(ast.Stmt); ok {
			break
		}
	}
	text := "_ = " + id.Name
	start := func(off int) { e.insert(off, " "+text+";", rankStart) }
	stmt := stack[i].(ast.Stmt)
	if s, ok := stmt.(*ast.RangeStmt); ok {
		start(u.off(s.Body.Lbrace) + 1)
		return
	}
	switch parent := stack[i-1].(type) {
	case *ast.IfStmt:
		start(u.off(parent.Body.Lbrace) + 1)
	case *ast.ForStmt:
		start(u.off(parent.Body.Lbrace) + 1)
	case *ast.CommClause:
		if parent.Comm == stmt {
			start(u.off(parent.Colon) + 1)
			return
		}
		e.insert(u.end(stmt), "; "+text, rankBehind)
	case *ast.SwitchStmt, *ast.TypeSwitchStmt:
		body := bodyOf(parent)
		if len(body.List) == 0 {
			e.insert(u.off(body.Lbrace)+1, " default: "+text+";", rankStart)
			return
		}
		start(u.off(body.List[0].(*ast.CaseClause).Colon) + 1)
	default:
		e.insert(u.end(stmt), "; "+text, rankBehind)
	}
}

func bodyOf(n ast.Node) *ast.BlockStmt {
	if s, ok := n.(*ast.SwitchStmt); ok {
		return s.Body
	}
	return n.(*ast.TypeSwitchStmt).Body
}
