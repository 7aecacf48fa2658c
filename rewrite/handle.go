package rewrite

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/tools/go/ast/astutil"
)

// handleHint says what to write where a handle, which is a Deferred or an EventualResult, is taken for its value:
//
//	r + 1, len(r), if r {, v, err := r      (await gives the value)
//	p.X                                     (write (await p).X)
//	d.Wait(time.Second)                     (write await d)
func (c *checker) handleHint(e typeError) string {
	waits := true // await is the operator there
	if off, ok := c.offset(e.pos); ok {
		waits = c.cell.at(off).autoawait
	}
	path, _ := astutil.PathEnclosingInterval(c.file, e.pos, e.pos)
	if len(path) > 1 {
		if sel, ok := path[1].(*ast.SelectorExpr); ok && sel.Sel == path[0] {
			return c.selectorHint(sel, waits)
		}
	}
	kind := handleIn(e.msg)
	if kind == "" {
		kind = c.handleUsed(e, path)
	}
	switch {
	case kind == "":
		return ""
	case waits && strings.HasPrefix(e.msg, "assignment mismatch: "):
		return " (await gives the value and the error)"
	case waits:
		return " (await gives the value)"
	case kind == "EventualResult":
		return " (its Wait gives the value)"
	}
	return ""
}

// selectorHint is handleHint where something is selected that a handle does not have.
func (c *checker) selectorHint(sel *ast.SelectorExpr, waits bool) string {
	t := c.info.Types[sel.X].Type
	if !c.isHandle(t) || !waits {
		return ""
	}
	x, name := c.awaitWording(types.ExprString(sel.X)), sel.Sel.Name
	if name == "Wait" {
		return " (write await " + x + ")"
	}
	args := types.Unalias(types.Unalias(t).(*types.Pointer).Elem()).(*types.Named).TypeArgs()
	if args.Len() != 1 {
		return ""
	}
	if obj, _, _ := types.LookupFieldOrMethod(args.At(0), true, c.pkg, name); obj == nil {
		return ""
	}
	return " (write (await " + x + ")." + name + ")"
}

// handleUsed returns what kind of handle an error is about whose message does not tell.
func (c *checker) handleUsed(e typeError, path []ast.Node) string {
	var used ast.Expr
	for i := 0; i < len(path) && used == nil; i++ {
		switch n := path[i].(type) {
		case *ast.IfStmt:
			used = n.Cond
		case *ast.ForStmt:
			used = n.Cond
		case *ast.AssignStmt:
			if len(n.Lhs) == 2 && len(n.Rhs) == 1 {
				used = n.Rhs[0]
			}
		case *ast.ValueSpec:
			if len(n.Names) == 2 && len(n.Values) == 1 {
				used = n.Values[0]
			}
		case *ast.CaseClause:
			if s, ok := path[i+2].(*ast.SwitchStmt); ok {
				used = s.Tag
			}
		case ast.Stmt, *ast.FuncLit:
			return ""
		}
	}
	for _, start := range []string{"non-boolean condition in ", "assignment mismatch: ", "cannot convert "} {
		if used != nil && strings.HasPrefix(e.msg, start) && c.isHandle(c.info.Types[used].Type) {
			return c.runtimeType(c.info.Types[used].Type)
		}
	}
	return ""
}

// isHandle reports whether t is a pointer to a Deferred or to an EventualResult.
func (c *checker) isHandle(t types.Type) bool {
	if t == nil {
		return false
	}
	_, pointer := types.Unalias(t).(*types.Pointer)
	kind := c.runtimeType(t)
	return pointer && (kind == "Deferred" || kind == "EventualResult")
}

// handleIn returns the kind of handle that a message says cannot be used in a way in which its value may be. Only the text
// of a message tells.
func handleIn(msg string) string {
	if _, pair, ok := strings.Cut(msg, "(mismatched types "); ok {
		if found := handleType().FindAllStringSubmatch(pair, 2); len(found) == 1 {
			return found[0][1]
		}
		return ""
	}
	for _, target := range []string{") as ", ") to type "} {
		if _, wanted, ok := strings.Cut(msg, target); ok && handleType().MatchString(wanted) {
			return ""
		}
	}
	if found := handleOperand().FindStringSubmatch(msg); found != nil {
		return found[1]
	}
	return ""
}

var (
	handleType    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\*\w+\.(Deferred|EventualResult)\b`) })
	handleOperand = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\btype \*\w+\.(Deferred|EventualResult)\b`)
	})
)
