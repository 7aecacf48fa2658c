package rewrite

import (
	"go/ast"
	"go/token"
)

// spareJumps replaces forward gotos that Go surely allows in what go/types gets:
//
//	goto L; …; L: f()  ⇒  for {}; …; L: f()
//
// At each label, and at each variable that is declared, go/types goes through all forward gotos that are open, so
// that n of them take time by the square of n. A loop without an end is to it what a goto is:
// nothing comes after it. It returns the labels that now have fewer uses than in the cell.
func spareJumps(f *ast.File) map[token.Pos]bool {
	labels := map[token.Pos]bool{}
	for _, d := range f.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Body != nil {
					spareIn(n.Body, labels)
				}
			case *ast.FuncLit:
				spareIn(n.Body, labels)
			}
			return true
		})
	}
	return labels
}

// jumps are the forward gotos of one function.
type jumps struct {
	open   map[string][]*ast.Stmt // by label
	closed map[string]bool        // labels that there were: a goto to one of these is none forward
	labels map[token.Pos]bool
}

func spareIn(body *ast.BlockStmt, labels map[token.Pos]bool) {
	j := jumps{open: map[string][]*ast.Stmt{}, closed: map[string]bool{}, labels: labels}
	j.block(body.Pos(), body.List)
}

// block looks at the statements of a block that begins at start. A goto may leave blocks, but not enter one, and
// must not jump over a variable of the label's block.
func (j *jumps) block(start token.Pos, list []ast.Stmt) {
	last := start // where a variable was declared last
	for i := range list {
		at := &list[i]
		for {
			l, ok := (*at).(*ast.LabeledStmt)
			if !ok {
				break
			}
			j.close(l.Label, last)
			at = &l.Stmt
		}
		switch s := (*at).(type) {
		case *ast.DeclStmt:
			if s.Decl.(*ast.GenDecl).Tok == token.VAR {
				last = s.Pos()
			}
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				last = s.Pos()
			}
		default:
			j.statement(at)
		}
	}
}

// close replaces the open gotos to a label that stand after start.
func (j *jumps) close(label *ast.Ident, start token.Pos) {
	for _, at := range j.open[label.Name] {
		if s := *at; s.Pos() > start {
			*at = &ast.ForStmt{For: s.Pos(), Body: &ast.BlockStmt{Lbrace: s.End() - 1, Rbrace: s.End() - 1}}
			j.labels[label.Pos()] = true
		}
	}
	delete(j.open, label.Name)
	j.closed[label.Name] = true
}

// statement looks at what is in a statement, which may be a goto itself.
func (j *jumps) statement(at *ast.Stmt) {
	switch s := (*at).(type) {
	case *ast.BranchStmt:
		if s.Tok == token.GOTO && s.Label != nil && s.Label.Name != "_" && !j.closed[s.Label.Name] {
			j.open[s.Label.Name] = append(j.open[s.Label.Name], at)
		}
	case *ast.BlockStmt:
		j.block(s.Pos(), s.List)
	case *ast.IfStmt:
		j.block(s.Body.Pos(), s.Body.List)
		if s.Else != nil {
			j.statement(&s.Else)
		}
	case *ast.ForStmt:
		j.block(s.Body.Pos(), s.Body.List)
	case *ast.RangeStmt:
		j.block(s.Body.Pos(), s.Body.List)
	case *ast.SwitchStmt:
		j.clauses(s.Body)
	case *ast.TypeSwitchStmt:
		j.clauses(s.Body)
	case *ast.SelectStmt:
		j.clauses(s.Body)
	}
}

func (j *jumps) clauses(body *ast.BlockStmt) {
	for _, s := range body.List {
		switch s := s.(type) {
		case *ast.CaseClause:
			j.block(s.Pos(), s.Body)
		case *ast.CommClause:
			j.block(s.Pos(), s.Body)
		}
	}
}
