package rewrite

import (
	"cmp"
	"go/ast"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// refusal returns the errors in the order of the cell, as many as the compiler reports. If all of them may only follow from
// an earlier cell that was refused, the first is enough; else those that do are left out.
func (c *checker) refusal(found []finding) ErrorList {
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(a.off, b.off) })
	found = slices.CompactFunc(found, func(a, b finding) bool { return a.off == b.off && a.msg == b.msg })
	var own ErrorList
	var follows *Error
	for i, f := range found {
		if i == 10*maxErrors && own == nil {
			break // the others are hardly of another kind, and each takes a walk over the cell
		}
		if len(own) == maxErrors {
			return append(own, c.cell.errorf(f.off, "too many errors"))
		}
		name, of := c.lostAt(f.typeError)
		if of != "" && follows != nil {
			continue
		}
		e := c.cell.errorf(f.off, "%s", c.wording(f.typeError, f.cell))
		e.ended = of == "" && c.endedHint(f.msg) != ""
		if of == "" {
			own = append(own, e)
			continue
		}
		why := name + " is declared in " + of + ", which was refused"
		if f.msg == "undefined: "+name {
			e.Msg = why
		} else {
			e.Msg += " (" + why + ")"
		}
		e.Follows = true
		follows = e
	}
	if own == nil && follows != nil {
		return ErrorList{follows}
	}
	return own
}

// lostAt returns what an error depends on that a refused cell would declare, and which cell that is: the name that is not
// defined, the method, or another name in the same statement, which means something older.
func (c *checker) lostAt(e typeError) (name, of string) {
	if name, ok := strings.CutPrefix(e.msg, "undefined: "); ok {
		return name, c.lost(name)
	}
	if !c.losesAny() {
		return "", ""
	}
	path, _ := astutil.PathEnclosingInterval(c.file, e.pos, e.pos)
	for i, n := range path {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if i > 0 && path[i-1] == n.Sel {
				if of = c.lost("." + n.Sel.Name); of != "" {
					return n.Sel.Name, of
				}
			}
		case ast.Stmt, ast.Spec:
			ast.Inspect(n, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && of == "" {
					name, of = id.Name, c.lost(id.Name)
				}
				_, block := n.(*ast.BlockStmt)
				return of == "" && !block
			})
			return name, of
		}
	}
	return "", ""
}

// lost returns the cell that was refused and would declare name, or "".
func (c *checker) lost(name string) string {
	if past := c.opts.past; past != nil {
		if cell, ok := past.lost.words[name]; ok {
			return cell.seenFrom(c.opts.origin())
		}
	}
	if file := c.opts.Env.refused[name]; file != c.opts.Filename {
		return file
	}
	return ""
}

// losesAny reports whether there are cells that were refused.
func (c *checker) losesAny() bool {
	return c.opts.past != nil && len(c.opts.past.lost.words) > 0 || len(c.opts.Env.refused) > 0
}
