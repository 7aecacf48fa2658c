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
	for _, u := range []*unit{p.stmts, p.syntax.decls} {
		if u != nil {
			p.useIn(u)
		}
	}
	return nil
}

// useIn uses the variables that are declared in u.
func (p *planner) useIn(u *unit) {
	var stack []ast.Node
	ast.Inspect(u.File, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if id, ok := n.(*ast.Ident); ok && p.know.unused[u.off(id.Pos())] == id.Name {
			p.use(u, id, stack)
		}
		return true
	})
}

// use uses the variable id, which the innermost statement of the stack declares.
func (p *planner) use(u *unit, id *ast.Ident, stack []ast.Node) {
	i := len(stack) - 1
	for ; i > 0; i-- {
		if _, ok := stack[i].(ast.Stmt); ok {
			break
		}
	}
	text := "_ = " + id.Name
	start := func(off int) { p.plan.edits.insert(off, " "+text+";", rankStart) }
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
		p.plan.edits.insert(u.end(stmt), "; "+text, rankEnd)
	case *ast.SwitchStmt, *ast.TypeSwitchStmt:
		body := bodyOf(parent)
		if len(body.List) == 0 {
			p.plan.edits.insert(u.off(body.Lbrace)+1, " default: "+text+";", rankStart)
			return
		}
		start(u.off(body.List[0].(*ast.CaseClause).Colon) + 1)
	default:
		p.plan.edits.insert(u.end(stmt), "; "+text, rankEnd)
	}
}

func bodyOf(n ast.Node) *ast.BlockStmt {
	if s, ok := n.(*ast.SwitchStmt); ok {
		return s.Body
	}
	return n.(*ast.TypeSwitchStmt).Body
}
