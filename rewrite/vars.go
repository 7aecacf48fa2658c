package rewrite

import (
	"go/ast"
	"slices"
	"sort"
)

// memorizes reports whether GoNB runs the cell: it memorizes what stands at package level for later cells, and
// all else ends with the cell's process.
func (o *Options) memorizes() bool {
	return o.traits.sessions || o.host && o.past != nil && o.past.opts.Target.traits().sessions
}

// declareVars makes the vars above the first statement declarations, as they would be above GoNB's %%, so that
// later cells have them, and the functions that use them. In a cell that is wrapped they are statements.
//
// A var stays a statement where the package could not have it, or not with the same meaning: one with an await, and
// those below that; one that a := below assigns to; and, beside statements, one that is blank, which GoNB would run
// again in every later cell.
func (c *cell) declareVars() {
	if c.wraps || len(c.vars) == 0 {
		return
	}
	vars := slices.Clone(c.vars)
	if i := slices.IndexFunc(vars, c.hasAwait); i >= 0 {
		vars = vars[:i]
	}
	others := c.decls
	c.declare(vars)
	if !c.hasStatements() {
		return
	}
	c.decls = others
	of := c.declarers()
	c.declare(slices.DeleteFunc(vars, func(d decl) bool {
		names := slices.DeleteFunc(of.names[d.kw], func(name string) bool { return name == "_" })
		return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return of.count[name] > 1 })
	}))
}

// declare adds vars to the declarations.
func (c *cell) declare(vars []decl) {
	c.decls = append(slices.Clone(c.decls), vars...)
	slices.SortFunc(c.decls, func(a, b decl) int { return a.kw - b.kw })
}

// hasAwait reports whether an await stands in a declaration.
func (c *cell) hasAwait(d decl) bool {
	i := sort.SearchInts(c.awaits, d.kw)
	return i < len(c.awaits) && c.awaits[i] < d.stop
}

// declarers are the statements of a cell's own scope that declare variables.
type declarers struct {
	names map[int][]string // by where they begin
	count map[string]int   // how many have the name
}

// declarers finds them. What does not parse has none: the cell is refused later.
func (c *cell) declarers() declarers {
	found := declarers{map[int][]string{}, map[string]int{}}
	u, err := c.parseUnit(c.without(c.decls), 0)
	if err != nil {
		return found
	}
	for _, stmt := range u.Decls[0].(*ast.FuncDecl).Body.List {
		stmt = unlabeled(stmt, nil)
		for _, id := range declaredBy(stmt) {
			found.names[u.off(stmt.Pos())] = append(found.names[u.off(stmt.Pos())], id.Name)
			found.count[id.Name]++
		}
	}
	return found
}
