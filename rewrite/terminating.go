package rewrite

import (
	"go/ast"
	"go/token"
)

// The functions below decide whether statements end in a terminating statement
// (Go spec, "Terminating statements"). They are go/types' own rules, which it
// does not export, on syntax alone: panic is the builtin unless the cell
// declares it.

// terminates reports whether a list of statements ends in a terminating one.
func (s *syntax) terminates(list []ast.Stmt) bool {
	list = trimEmpty(list)
	return len(list) > 0 && s.isTerminating(list[len(list)-1], "")
}

// trimEmpty returns list without the empty statements at its end.
func trimEmpty(list []ast.Stmt) []ast.Stmt {
	for len(list) > 0 {
		if _, ok := list[len(list)-1].(*ast.EmptyStmt); !ok {
			break
		}
		list = list[:len(list)-1]
	}
	return list
}

func (s *syntax) isTerminating(stmt ast.Stmt, label string) bool {
	switch stmt := stmt.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return stmt.Tok == token.GOTO || stmt.Tok == token.FALLTHROUGH
	case *ast.ExprStmt:
		call, ok := ast.Unparen(stmt.X).(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := ast.Unparen(call.Fun).(*ast.Ident)
		return ok && id.Name == "panic" && id.Obj == nil && !s.declares("panic")
	case *ast.BlockStmt:
		return s.terminates(stmt.List)
	case *ast.IfStmt:
		return stmt.Else != nil && s.terminates(stmt.Body.List) && s.isTerminating(stmt.Else, "")
	case *ast.LabeledStmt:
		return s.isTerminating(stmt.Stmt, stmt.Label.Name)
	case *ast.ForStmt:
		return stmt.Cond == nil && !breaks(stmt.Body, label)
	case *ast.SwitchStmt:
		return s.clausesTerminate(stmt.Body, label)
	case *ast.TypeSwitchStmt:
		return s.clausesTerminate(stmt.Body, label)
	case *ast.SelectStmt:
		for _, c := range stmt.Body.List {
			if c := c.(*ast.CommClause); !s.terminates(c.Body) || breaksList(c.Body, label) {
				return false
			}
		}
		return true
	}
	return false
}

func (s *syntax) clausesTerminate(body *ast.BlockStmt, label string) bool {
	hasDefault := false
	for _, c := range body.List {
		c := c.(*ast.CaseClause)
		if c.List == nil {
			hasDefault = true
		}
		if !s.terminates(c.Body) || breaksList(c.Body, label) {
			return false
		}
	}
	return hasDefault
}

// breaks reports whether n holds a break out of the statement that n is the body of,
// which has the given label.
func breaks(n ast.Node, label string) bool {
	found := false
	var visit func(n ast.Node, implicit bool)
	visit = func(root ast.Node, implicit bool) {
		ast.Inspect(root, func(n ast.Node) bool {
			if found {
				return false
			}
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.BranchStmt:
				if n.Tok == token.BREAK {
					if n.Label == nil {
						found = implicit
					} else {
						found = n.Label.Name == label
					}
				}
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				if implicit && n != root {
					visit(n, false) // its plain breaks are its own
					return false
				}
			}
			return true
		})
	}
	visit(n, true)
	return found
}

func breaksList(list []ast.Stmt, label string) bool {
	return breaks(&ast.BlockStmt{List: list}, label)
}
