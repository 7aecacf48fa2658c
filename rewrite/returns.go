package rewrite

import (
	"go/ast"
	"go/token"
	"sort"
)

// planReturns makes the body's own returns, never those of the functions in it,
// return a value and an error, and adds a final return where the body needs one.
//
// Without types:
//
//	return            ⇒  return                           with results (_ any, _ error)
//	return x          ⇒  return reactor.Values(x)
//	return x, err     ⇒  return reactor.Values(x, err)
//	x                 ⇒  return reactor.Values(x)          at the end of the body
//	                  ⇒  return nil, nil                   at the end of the body
//
// With types, see [form]; a call at the end of the body counts then, too, if it gives a value.
func (p *planner) planReturns() *Error {
	switch {
	case p.plan.shape == inPlace:
		return nil // they are the function's around the block
	case !p.plan.shape.hasResult():
		return p.planDisplay()
	}
	for _, stmt := range p.list {
		ast.Inspect(stmt, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				if len(n.Results) == 0 {
					p.plan.named = true
				} else {
					before := ""
					if n.Results[0].Pos() == n.Return+token.Pos(len("return")) {
						before = " " // return(x)
					}
					p.planReturn(n.Results, before)
				}
			}
			return true
		})
	}
	last := len(p.list) == 0 || p.staysAfter(p.stmts.off(p.list[len(p.list)-1].Pos()))
	if e := bareExpr(p.list); e != nil {
		p.plan.silent = p.endsInSemicolon(p.stmts.end(e))
	}
	if e := finalExpr(p.list, p.know.final); e != nil {
		p.planReturn([]ast.Expr{e}, "return ")
		if !last {
			return nil
		}
	} else if !last && p.terminates(p.list) {
		return nil
	}
	p.plan.closing = "return nil, nil"
	if r := p.know.result; r != nil {
		p.plan.closing = "return " + r.zero + ", nil"
	}
	_, shadowed := p.locals["nil"]
	if shadowed || p.declares("nil") {
		p.plan.named = true
	}
	if p.plan.named {
		p.plan.closing = "return"
	}
	return nil
}

// planReturn makes values be what a return statement needs behind before.
func (p *planner) planReturn(values []ast.Expr, before string) {
	first, last := values[0], values[len(values)-1]
	if p.know.result == nil {
		p.wrap(first, last, before+p.plan.runtime+".Values(", ")")
		return
	}
	switch p.know.result.forms[p.stmts.off(first.Pos())] {
	case asWritten:
		p.wrap(first, last, before, "")
	case withNil:
		p.wrap(first, last, before, ", nil")
	case withZero:
		p.wrap(first, last, before+p.know.result.zero+", ", "")
	case asList:
		p.wrap(first, last, before+"[]any{", "}, nil")
	case asListErr:
		p.wrap(first, values[len(values)-2], before+"[]any{", "}")
	case viaList:
		p.wrap(first, last, before+p.plan.runtime+".List(", ")")
	}
}

// wrap puts before and after around the expressions first to last.
func (p *planner) wrap(first, last ast.Expr, before, after string) {
	if before != "" {
		p.plan.edits.insert(p.stmts.off(first.Pos()), before, rankStart)
	}
	if after != "" {
		p.plan.edits.insert(p.stmts.end(last), after, rankEnd)
	}
}

// finalExpr returns the bare expression that list ends in. A call does not count unless it is known to
// have a value.
func finalExpr(list []ast.Stmt, callToo bool) ast.Expr {
	last := bareExpr(list)
	if last == nil {
		return nil
	}
	if _, call := ast.Unparen(last).(*ast.CallExpr); call && !callToo {
		return nil
	}
	return last
}

// bareExpr returns the expression that the last statement of list is, or nil.
func bareExpr(list []ast.Stmt) ast.Expr {
	list = trimEmpty(list)
	if len(list) == 0 {
		return nil
	}
	s, ok := list[len(list)-1].(*ast.ExprStmt)
	if !ok {
		return nil
	}
	return s.X
}

// A jump is a goto forward to a label of the body's own block.
type jump struct{ from, to int }

// findJumps returns the body's jumps, united where they overlap, in order. Go forbids that a
// variable is declared inside of one.
func (p *planner) findJumps() []jump {
	labels := map[string]int{}
	for _, stmt := range p.list {
		unlabeled(stmt, func(l *ast.LabeledStmt) { labels[l.Label.Name] = p.stmts.off(l.Pos()) })
	}
	var jumps []jump
	for _, stmt := range p.list {
		if len(labels) == 0 {
			break
		}
		ast.Inspect(stmt, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.BranchStmt:
				if n.Tok != token.GOTO {
					break
				}
				from := p.stmts.off(n.Pos())
				to, ok := labels[n.Label.Name]
				if !ok || to < from {
					break
				}
				if last := len(jumps) - 1; last >= 0 && from < jumps[last].to {
					jumps[last].to = max(jumps[last].to, to)
				} else {
					jumps = append(jumps, jump{from, to})
				}
			}
			return true
		})
	}
	return jumps
}

// jumpedOver reports whether off is inside of one of jumps.
func jumpedOver(jumps []jump, off int) bool {
	i := sort.Search(len(jumps), func(i int) bool { return jumps[i].from > off })
	return i > 0 && off < jumps[i-1].to
}
