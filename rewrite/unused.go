package rewrite

import (
	"bytes"
	"go/ast"
	"go/token"
)

// planUnused uses the variables that are declared and not used, which Go refuses: right after
// the declaration, or where a statement begins that the declaration is a part of. In a file, whose
// lines gofmt lays out, the declaration's comment stays on its line.
//
//	x := f() // why             ⇒  x := f(); _ = x // why
//	x := f() // why             ⇒  x := f() // why, and _ = x on the next line, in a file
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
			p.use(u, id, stack, at(u.off(id.Pos())))
		}
		return true
	})
}

// use uses the variable id, which the innermost statement of the stack declares.
func (p *planner) use(u *unit, id *ast.Ident, stack []ast.Node, e *edits) {
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
		p.useAfter(u.end(stmt), text, e)
	case *ast.SwitchStmt, *ast.TypeSwitchStmt:
		body := bodyOf(parent)
		if len(body.List) == 0 {
			e.insert(u.off(body.Lbrace)+1, " default: "+text+";", rankStart)
			return
		}
		start(u.off(body.List[0].(*ast.CaseClause).Colon) + 1)
	default:
		p.useAfter(u.end(stmt), text, e)
	}
}

// useAfter puts a statement after the one that ends at off. In a file that is after its comments.
func (p *planner) useAfter(off int, text string, e *edits) {
	if p.opts.traits.file {
		end, alone := p.commentsAfter(off)
		if alone {
			e.insert(end, "\n"+text, rankBehind)
			return
		}
		off = end
	}
	e.insert(off, "; "+text, rankBehind)
}

// commentsAfter returns where the comments end that follow a statement's end on its line, and whether
// nothing but comments follows. Those after a semicolon are the statement's only then.
func (p *planner) commentsAfter(off int) (end int, alone bool) {
	own, last, at := off, off, off // the ends of its comments, of all comments, and of all tokens
	semi := false
	for t := newTokens(p.code[off:]); t.next(); {
		start := off + t.off
		if bytes.Contains(p.code[at:start], []byte("\n")) {
			break
		}
		switch {
		case t.tok == token.COMMENT:
			last = p.commentEnd(start)
			if at = last; !semi {
				own = last
			}
		case t.tok == token.SEMICOLON && !semi:
			semi, at = true, start+1
		default:
			return own, false
		}
	}
	return last, last > off
}

// commentEnd returns where the comment at off ends.
func (p *planner) commentEnd(off int) int {
	if bytes.HasPrefix(p.code[off:], []byte("/*")) {
		return off + 2 + bytes.Index(p.code[off+2:], []byte("*/")) + 2
	}
	line, _, _ := bytes.Cut(p.code[off:], []byte("\n"))
	return off + len(bytes.TrimRight(line, "\r"))
}

func bodyOf(n ast.Node) *ast.BlockStmt {
	if s, ok := n.(*ast.SwitchStmt); ok {
		return s.Body
	}
	return n.(*ast.TypeSwitchStmt).Body
}
