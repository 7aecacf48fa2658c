package rewrite

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
)

// index has what is asked for at many places of an emission. A cell may have as many errors, awaits and
// imports as it has lines, so that a walk over the cell for each of them takes quadratic time. Each
// table is made in one walk, when it is first asked for.
type index struct {
	imports  map[[2]string]importSpec // the plan's, by name and path
	selected map[token.Pos]string     // what is selected from identifiers
	locals   map[token.Pos]bool       // those that the body's own statements declare
	values   []*ast.CallExpr          // calls of our Values, in order
	words    map[string]bool          // all identifiers
	wanted   map[string]bool          // variables whose types are looked for
	shadows  map[string][]stretch     // where predeclared names mean something else
}

// stretch is a part of the emission.
type stretch struct{ start, end token.Pos }

// importAt returns the import that stands at pos, or nil.
func importAt(f *ast.File, pos token.Pos) *ast.ImportSpec {
	i := sort.Search(len(f.Imports), func(i int) bool { return f.Imports[i].End() > pos })
	if i == len(f.Imports) || pos < f.Imports[i].Pos() {
		return nil
	}
	return f.Imports[i]
}

// importOf returns the plan's import that spec is.
func (c *checker) importOf(spec *ast.ImportSpec) importSpec {
	if c.index.imports == nil {
		c.index.imports = map[[2]string]importSpec{}
		for _, imp := range slices.Backward(c.imports) { // of equal ones, the first
			c.index.imports[[2]string{imp.Name, imp.Path}] = imp
		}
	}
	name := ""
	if spec.Name != nil {
		name = spec.Name.Name
	}
	if imp, ok := c.index.imports[[2]string{name, spec.Path.Value}]; ok {
		return imp
	}
	return importSpec{off: -1} // the template's
}

// selects reports whether the identifier at pos comes before a dot.
func (c *checker) selects(pos token.Pos) bool { return c.selected(pos) != "" }

// selected returns what the identifier at pos has after its dot, or "".
func (c *checker) selected(pos token.Pos) string {
	if c.index.selected == nil {
		c.index.selected = map[token.Pos]string{}
		ast.Inspect(c.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok {
					c.index.selected[id.Pos()] = sel.Sel.Name
				}
			}
			return true
		})
	}
	return c.index.selected[pos]
}

// declaresLocal reports whether a statement of the body itself declares the identifier at pos.
func (c *checker) declaresLocal(pos token.Pos) bool {
	if c.index.locals == nil {
		c.index.locals = map[token.Pos]bool{}
		for _, stmt := range c.body.List {
			for _, id := range declaredBy(unlabeled(stmt, nil)) {
				c.index.locals[id.Pos()] = true
			}
		}
	}
	return c.index.locals[pos]
}

// wants reports whether the type of a variable is looked for.
func (c *checker) wants(name string) bool {
	if c.index.wanted == nil {
		c.index.wanted = map[string]bool{}
		for _, v := range c.wanted {
			c.index.wanted[v.name] = true
		}
	}
	return c.index.wanted[name]
}

// valuesAt returns the call of our Values that pos is in, or nil.
func (c *checker) valuesAt(pos token.Pos) *ast.CallExpr {
	if c.index.values == nil {
		ast.Inspect(c.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				_, cells := c.text.offset(int(call.Pos() - c.file.FileStart))
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Values" && !cells {
					c.index.values = append(c.index.values, call)
				}
			}
			return true
		})
	}
	calls := c.index.values
	i := sort.Search(len(calls), func(i int) bool { return calls[i].Pos() > pos }) - 1
	if i < 0 || calls[i].End() < pos {
		return nil
	}
	return calls[i]
}

// identifiers returns all that the emission has.
func (c *checker) identifiers() map[string]bool {
	if c.index.words == nil {
		c.index.words = map[string]bool{}
		ast.Inspect(c.file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				c.index.words[id.Name] = true
			}
			return true
		})
	}
	return c.index.words
}

// shadowed reports whether a function's own declaration hides name at pos.
func (c *checker) shadowed(name string, pos token.Pos) bool {
	if c.index.shadows == nil {
		c.index.shadows = map[string][]stretch{}
		for id, obj := range c.info.Defs {
			if types.Universe.Lookup(id.Name) == nil {
				continue
			}
			s := stretch{id.Pos(), c.file.FileEnd} // of a type switch, which has a variable in each clause
			if obj != nil {
				if _, label := obj.(*types.Label); label || obj.Parent() == nil { // or a field, or a method
					continue
				}
				s.end = obj.Parent().End()
			}
			c.index.shadows[id.Name] = append(c.index.shadows[id.Name], s)
		}
		for name, list := range c.index.shadows {
			c.index.shadows[name] = united(list)
		}
	}
	list := c.index.shadows[name]
	i := sort.Search(len(list), func(i int) bool { return list[i].start > pos }) - 1
	return i >= 0 && pos < list[i].end
}

// united returns stretches in order, those that overlap as one.
func united(list []stretch) []stretch {
	slices.SortFunc(list, func(a, b stretch) int { return cmp.Compare(a.start, b.start) })
	var all []stretch
	for _, s := range list {
		if last := len(all) - 1; last >= 0 && s.start <= all[last].end {
			all[last].end = max(all[last].end, s.end)
		} else {
			all = append(all, s)
		}
	}
	return all
}
